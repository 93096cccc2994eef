// SPDX-License-Identifier: GPL-2.0
// What a node, or whoever speaks for one, may send. The input is a row of messages, each led by a byte of its length
// and a byte of how long after the last one it comes: for the decoders, for the failure detector and for shell.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/policy/monitor.hpp"
#include "core/policy/shell.hpp"
#include "core/wire/heartbeat.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;

namespace {

const wire::HostId kHost{0x0a000102};
const policy::NodeId kNode{1};

void check_codec(Bytes message) {
    if (const Result<wire::Heartbeat> beat = wire::decode_heartbeat(message)) {
        const auto again = wire::encode(*beat);
        expect(std::equal(again.begin(), again.end(), message.begin(), message.end()), "a heartbeat is its 11 bytes");
    }
    if (const Result<wire::LoadMessage> load = wire::decode_load(message)) {
        expect(load->parts.size() <= wire::kComponentCount, "components are bounded");
        const Result<Buffer> again = wire::encode(*load);
        expect(again.ok(), "what is decoded can be encoded");
        const Result<wire::LoadMessage> back = wire::decode_load(*again);
        expect(back.ok() && *back == *load, "and is the same");
    }
}

void check_update(const policy::PolicyUpdate& update) {
    expect(std::isfinite(update.admission.x) && update.admission.x >= 0, "x is a load, or more");
    for (const policy::NodeScore& node : update.nodes) {
        expect(std::isfinite(node.score) && node.score >= 0, "a score is 0 or more");
        expect(node.cost.value() > 0 && node.cost.value() <= 1, "a cost is of a session");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(data, size);
    check_codec(input);

    policy::HealthMonitor monitor;
    policy::Shell shell;
    expect(monitor.add(kHost) && shell.add(kNode), "a new node is taken");
    Time now{};
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t length = data[at];
        now += std::chrono::milliseconds(10 * data[at + 1]);
        const Address from = Address::v4({10, 0, 0, static_cast<std::uint8_t>(data[at + 1] & 1U)});
        at += 2;
        if (length > size - at) {
            break;
        }
        const Bytes message = input.subspan(at, length);
        at += length;
        check_codec(message);
        static_cast<void>(monitor.expire(now));
        if (const Result<wire::Heartbeat> beat = wire::decode_heartbeat(message)) {
            static_cast<void>(monitor.handle(*beat, from, now));
        }
        if (const Result<wire::LoadMessage> load = wire::decode_load(message)) {
            shell.count(kNode, load->sequence, now);
            if (const auto found = policy::bottleneck(policy::loads_of(*load))) {
                shell.report(kNode, found->load, load->period, now);
            }
        }
        shell.set_up(kNode, monitor.state(kHost).availability == policy::Availability::up, now);
        check_update(shell.update(policy::Load(), now));
        const policy::BeatCounters beats = monitor.view().front().beats;
        expect(beats.lost < std::uint64_t{1} << 32U, "loss never falls below 0");
        expect(monitor.next_deadline() > now, "a deadline lies ahead");
    }
    return 0;
}
