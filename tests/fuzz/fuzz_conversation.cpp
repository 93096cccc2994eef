// SPDX-License-Identifier: GPL-2.0
// Both ends of a signalling flow say anything: from packets to facts, and from facts to what the kernel is asked for.
// The input is a list of packets: a byte of flags (below), a 16-bit size, the payload. What must hold: the tables stay
// within their bounds, facts survive the way from a gateway to a dispatcher, and nothing is left when the session ends.
#include "core/inspect/extractor.hpp"
#include "core/inspect/facts_codec.hpp"
#include "core/inspect/limits.hpp"
#include "core/inspect/tracker.hpp"
#include "core/wire/codec.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;

namespace {

constexpr std::uint8_t kFromServer = 1;
constexpr std::uint8_t kRtsp = 2;
constexpr std::uint8_t kTcp = 4;
constexpr std::uint8_t kFin = 8;
constexpr std::uint8_t kLater = 16;
constexpr std::uint8_t kFtp = 32;

App app_of(std::uint8_t flags) {
    return (flags & kFtp) != 0 ? App::ftp : (flags & kRtsp) != 0 ? App::rtsp : App::sip;
}

FlowKey flow_of(App app, bool tcp) {
    return {{Address::v4({198, 18, 1, 11}), 40000},
            {Address::v4({198, 18, 0, 100}), inspect::protocol_for(app)->usual_ports().front()},
            tcp ? Transport::tcp : Transport::udp};
}

/// The kernel is asked only for what it could hold.
void check(const inspect::Effects& effects, const FlowKey& flow) {
    for (const inspect::Effect& effect : effects) {
        if (const auto* announce = std::get_if<inspect::Announce>(&effect)) {
            expect(announce->key.vip == flow.dst.address, "media are announced at the VIP of their signalling");
            expect(form_of(announce->key).has_value(), "an announcement has one of the forms that the kernel knows");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    wire::Reader input{Bytes(data, size)};
    inspect::Extractor extractor;
    inspect::SessionTracker tracker;
    std::uint32_t sequence[2] = {1, 1};
    Time now{};
    while (input.remaining() > 0) {
        const std::uint8_t flags = input.u8();
        const Bytes payload = input.block();
        const bool from_server = (flags & kFromServer) != 0;
        const FlowKey flow = flow_of(app_of(flags), (flags & kTcp) != 0);
        const inspect::SignallingPacket packet{.app = app_of(flags),
                                               .sender = from_server ? Sender::server : Sender::client,
                                               .flow = flow,
                                               .tcp_seq = sequence[from_server ? 1 : 0],
                                               .tcp_flags = (flags & kFin) != 0 ? inspect::kTcpFin : std::uint8_t{0},
                                               .payload = payload};
        if (flow.transport == Transport::tcp) {
            sequence[from_server ? 1 : 0] += static_cast<std::uint32_t>(payload.size());
        }
        for (const inspect::MessageFacts& facts : extractor.handle(packet, now)) {
            if (const Result<Buffer> told = inspect::encode(facts)) {
                const Result<inspect::MessageFacts> heard = inspect::decode(*told);
                expect(heard.ok() && *heard == facts, "facts survive the way to a dispatcher");
            }
            check(tracker.handle(facts, SessionId{1}, now), flow);
        }
        now += (flags & kLater) != 0 ? inspect::limits::kWaitForRequest : std::chrono::milliseconds(1);
        static_cast<void>(extractor.expire(now));
        static_cast<void>(tracker.expire(now));
    }
    static_cast<void>(extractor.flush(now));
    expect(extractor.streams() <= 6, "a stream for each direction of each flow");
    for (const inspect::DialogView& dialog : tracker.dialogs()) {
        expect(dialog.legs.size() <= inspect::limits::kMaxLegs + 1, "legs are bounded");
        expect(dialog.announced.size() <= inspect::limits::kMaxAnnouncements, "announcements are bounded");
        expect(dialog.state != inspect::DialogState::ended || dialog.announced.empty(), "the end withdraws all");
    }
    tracker.session_ended(SessionId{1});
    expect(tracker.dialogs().empty() && tracker.next_deadline() == kNever, "nothing is left of an ended session");
    return 0;
}
