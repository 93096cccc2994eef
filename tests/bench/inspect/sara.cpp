// SPDX-License-Identifier: GPL-2.0
// What this project reads a message with.
#include "core/inspect/extractor.hpp"
#include "core/proto/rtsp.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/sip.hpp"
#include "inspect/reader.hpp"

namespace sara::bench {

namespace {

std::size_t parse_sip(std::string_view bytes) {
    const auto message = proto::sip::parse(bytes);
    if (!message) {
        return 0;
    }
    const auto description = proto::sdp::parse(message->body);
    return 1 + (description ? description->media.size() : 0);
}

std::size_t parse_rtsp(std::string_view bytes) {
    const auto message = proto::rtsp::parse(bytes);
    return message ? 1 + proto::rtsp::transports(*message).size() : 0;
}

class Parser final : public Reader {
public:
    explicit Parser(Protocol protocol) : parse_(protocol == Protocol::sip ? &parse_sip : &parse_rtsp) {}
    [[nodiscard]] std::string_view name() const override { return "sara-parser"; }
    [[nodiscard]] Reading read(std::string_view message, std::size_t times) override {
        return repeat(times, [&] { return parse_(message); });
    }

private:
    std::size_t (*parse_)(std::string_view);
};

constexpr Time kNow{std::chrono::seconds(1)};
constexpr std::uint32_t kSegment = 1448;

class Extracting final : public Reader {
public:
    explicit Extracting(Protocol protocol) : protocol_(protocol) {
        packet_.app = protocol == Protocol::sip ? App::sip : App::rtsp;
        packet_.flow = {.src = {Address::v4({198, 18, 1, 11}), 5060},
                        .dst = {Address::v4({198, 18, 0, 100}), 5060},
                        .transport = protocol == Protocol::sip ? Transport::udp : Transport::tcp};
    }
    [[nodiscard]] std::string_view name() const override { return "sara"; }
    [[nodiscard]] Reading read(std::string_view message, std::size_t times) override {
        packet_.sender = message.starts_with("SIP/") || message.starts_with("RTSP/") ? Sender::server : Sender::client;
        if (protocol_ == Protocol::sip) {
            return repeat(times, [&] { return hand(message); });
        }
        packet_.tcp_flags = inspect::kTcpSyn;
        hand({});
        ++packet_.tcp_seq;
        packet_.tcp_flags = 0;
        return repeat(times, [&] { return segments(message); });
    }

private:
    std::size_t segments(std::string_view message) {
        std::size_t found = 0;
        for (; !message.empty(); message.remove_prefix(std::min<std::size_t>(message.size(), kSegment))) {
            found += hand(message.substr(0, kSegment));
        }
        return found;
    }
    std::size_t hand(std::string_view payload) {
        packet_.payload = as_bytes(payload);
        std::size_t found = 0;
        for (const inspect::MessageFacts& facts : extractor_.handle(packet_, kNow)) {
            // A reply to SETUP repeats the client's half of its line of Transport.
            found += 1 + (protocol_ == Protocol::sip ? facts.media.size() : !facts.media.empty());
        }
        packet_.tcp_seq += static_cast<std::uint32_t>(payload.size());
        return found;
    }

    Protocol protocol_;
    inspect::Extractor extractor_;
    inspect::SignallingPacket packet_;
};

}  // namespace

std::unique_ptr<Reader> make_sara_parser(Protocol protocol) {
    return std::make_unique<Parser>(protocol);
}

std::unique_ptr<Reader> make_sara_extractor(Protocol protocol) {
    return std::make_unique<Extracting>(protocol);
}

}  // namespace sara::bench
