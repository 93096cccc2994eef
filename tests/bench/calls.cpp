// SPDX-License-Identifier: GPL-2.0
// Makes SIP calls of which it writes both ends: the client's INVITE comes to a dispatcher, and once that one expects
// the client's media by half, the server's 200 OK comes to the gateway. Says how long it takes until the dispatcher's
// kernel tells that it expects all of the call's media by both ends. Run by tests/bench/announce and agent.
#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/announcement.hpp"
#include "kern/channel.hpp"
#include "wire.hpp"

namespace {

using namespace sara::bench;

constexpr const char* kUsage =
    "Usage: bench_calls requests NETNS/DEVICE/MAC replies NETNS/DEVICE/MAC events NETNS [NAME VALUE]...\n"
    "  requests  where the client's messages are sent; MAC is the dispatcher's\n"
    "  replies   where the server's are; MAC is the gateway's\n"
    "  events    the dispatcher's network namespace\n"
    "  calls     that are made, one more each time one is known (1000)\n"
    "  window    that are on their way at once (1)\n"
    "  first     the number of the first (0)\n"
    "Prints: calls, ns that all took, ns of a processor that this program took of it, and of the times from a reply on "
    "its "
    "way\n"
    "to all of the call announced, in ns: the median, the 99th of 100, the longest. Fails if after 10 s of silence "
    "some "
    "are not.\n";

constexpr std::uint32_t kClients = 0xc6130001;  // 198.19.0.1
constexpr std::uint32_t kVip = 0xc6120064;      // 198.18.0.100
constexpr std::uint32_t kCallsOfClient = 25;
constexpr std::uint16_t kSignalling = 20000;
constexpr std::uint16_t kMedia = 30000;
constexpr std::uint16_t kSip = 5060;
/// A server's ports are its own for some time: what is expected of any client names them alone.
constexpr std::uint16_t kServerMedia = 10000;
constexpr std::uint32_t kServerCalls = 25000;
/// RTP and RTCP.
constexpr unsigned kFlows = 2;
constexpr int kSilence = 10'000;  // ms

[[noreturn]] void usage() {
    std::fputs(kUsage, stderr);
    std::exit(2);
}

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "bench_calls: %s\n", why.c_str());
    std::exit(1);
}

struct Place {
    std::string netns;
    std::string device;
    Mac mac{};
};

struct Setup {
    Place requests;
    Place replies;
    std::string events;
    std::uint32_t calls = 1000;
    std::uint32_t window = 1;
    std::uint32_t first = 0;
};

/// What names a call in its packets.
struct Call {
    explicit Call(std::uint32_t number)
        : client(kClients + number / kCallsOfClient),
          signalling(static_cast<std::uint16_t>(kSignalling + number % kCallsOfClient)),
          media(static_cast<std::uint16_t>(kMedia + kFlows * (number % kCallsOfClient))),
          server_media(static_cast<std::uint16_t>(kServerMedia + kFlows * (number % kServerCalls))),
          id(std::to_string(number) + "@bench") {}

    std::uint32_t client;
    std::uint16_t signalling;
    std::uint16_t media;
    std::uint16_t server_media;
    std::string id;

    [[nodiscard]] std::string address() const {
        std::string text;
        for (int shift = 24; shift >= 0; shift -= 8) {
            text += std::to_string(client >> shift & 255) + (shift != 0 ? "." : "");
        }
        return text;
    }
};

/// The call that expects the flow; nothing: none of ours.
std::optional<std::uint32_t> call_of(const sara::AnnouncementKey& key) {
    if (!key.src || key.src->family() != sara::Family::ipv4 || key.sport < kMedia ||
        key.sport >= kMedia + kFlows * kCallsOfClient) {
        return std::nullopt;
    }
    std::uint32_t client = 0;
    for (const std::uint8_t byte : key.src->bytes()) {
        client = client << 8 | byte;
    }
    return (client - kClients) * kCallsOfClient + (key.sport - kMedia) / kFlows;
}

std::string sdp(const std::string& address, std::uint16_t port) {
    return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " +
           std::to_string(port) + " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
}

std::string message(const Call& call, const std::string& start, const std::string& to_tag, const std::string& body) {
    const std::string client = call.address() + ":" + std::to_string(call.signalling);
    return start + "\r\nVia: SIP/2.0/UDP " + client + ";branch=z9hG4bK-" + call.id +
           "\r\nMax-Forwards: 70\r\nFrom: <sip:a@" + call.address() + ">;tag=1\r\nTo: <sip:b@198.18.0.100>" + to_tag +
           "\r\nCall-ID: " + call.id + "\r\nCSeq: 1 INVITE\r\nContact: <sip:a@" + client +
           ">\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string invite(const Call& call) {
    return message(call, "INVITE sip:b@198.18.0.100 SIP/2.0", "", sdp(call.address(), call.media));
}

std::string ok(const Call& call) {
    return message(call, "SIP/2.0 200 OK", ";tag=2", sdp("198.18.0.100", call.server_media));
}

/// One end's way into the network. `number` tells its Ethernet address from the other end's, and all there are.
class End {
public:
    End(const Place& place, std::uint8_t number)
        : to_(place.mac), from_{0x02, 0x00, 0x00, 0x00, 0x02, number}, wire_(open(place)) {}

    void send(std::uint32_t from, std::uint16_t sport, std::uint32_t to, std::uint16_t dport, const std::string& text) {
        std::array<std::uint8_t, 2048> frame{};
        std::copy(to_.begin(), to_.end(), frame.begin());
        std::copy(from_.begin(), from_.end(), frame.begin() + ETH_ALEN);
        put16(&frame[12], ETHERTYPE_IP);
        std::uint8_t* const ip = &frame[ETH_HLEN];
        ip[0] = 0x45;
        put16(ip + 2, static_cast<std::uint32_t>(20 + 8 + text.size()));
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = IPPROTO_UDP;
        put32(ip + 12, from);
        put32(ip + 16, to);
        put16(ip + 10, checksum(ip, 20));
        put16(ip + 20, sport);
        put16(ip + 22, dport);
        put16(ip + 24, static_cast<std::uint32_t>(8 + text.size()));
        std::copy(text.begin(), text.end(), ip + 28);
        wire_.send(frame.data(), ETH_HLEN + 28 + text.size());
    }

private:
    static Wire open(const Place& place) {
        const Visit there(place.netns);
        return Wire(place.device);
    }

    Mac to_;
    Mac from_;
    Wire wire_;
};

sara::kern::Channel listen(const std::string& netns) {
    const Visit there(netns);
    auto channel = sara::kern::Channel::open(std::size_t{64} << 20);
    if (!channel) {
        give_up(channel.error().text());
    }
    if (const auto subscribed = channel->subscribe(); !subscribed) {
        give_up(subscribed.error().text());
    }
    return std::move(*channel);
}

class Calls {
public:
    explicit Calls(const Setup& setup)
        : setup_(setup), client_(setup.requests, 1), server_(setup.replies, 2), channel_(listen(setup.events)),
          calls_(setup.calls) {}

    /// Makes them all. Returns the times from reply to announced, ascending, in ns.
    std::vector<std::uint64_t> make() {
        while (done_ < setup_.calls) {
            for (; begun_ < setup_.calls && begun_ - done_ < setup_.window; ++begun_) {
                const Call call(setup_.first + begun_);
                client_.send(call.client, call.signalling, kVip, kSip, invite(call));
            }
            hear();
        }
        std::vector<std::uint64_t> took;
        for (const Known& call : calls_) {
            took.push_back(call.took);
        }
        std::sort(took.begin(), took.end());
        return took;
    }

private:
    struct Known {
        unsigned half = 0;
        unsigned exact = 0;
        std::uint64_t replied = 0;
        std::uint64_t took = 0;
    };

    void hear() {
        pollfd ready{channel_.fd(), POLLIN, 0};
        if (::poll(&ready, 1, kSilence) == 0) {
            give_up(std::to_string(begun_ - done_) + " calls of " + std::to_string(setup_.calls) +
                    " were not announced whole");
        }
        const auto heard = channel_.receive();
        if (!heard) {
            give_up(heard.error().text());
        }
        for (const auto& each : *heard) {
            if (std::holds_alternative<sara::kern::Overrun>(each)) {
                give_up("events were lost");
            }
            const auto* const event = std::get_if<sara::kern::Event>(&each);
            if (event != nullptr && event->kind == sara::kern::EventKind::created) {
                if (const auto* const known = std::get_if<sara::kern::AnnouncementInfo>(&event->object)) {
                    on_announcement(*known);
                }
            }
        }
    }

    void on_announcement(const sara::kern::AnnouncementInfo& known) {
        const auto number = call_of(known.key);
        if (!number || *number < setup_.first || *number - setup_.first >= setup_.calls) {
            return;
        }
        Known& call = calls_[*number - setup_.first];
        if (known.form == sara::AnnouncementForm::half && ++call.half == kFlows) {
            const Call named(*number);
            const std::string text = ok(named);
            call.replied = nanoseconds();
            server_.send(kVip, kSip, named.client, named.signalling, text);
        } else if (known.form == sara::AnnouncementForm::exact && ++call.exact == kFlows) {
            call.took = nanoseconds() - call.replied;
            ++done_;
        }
    }

    Setup setup_;
    End client_;
    End server_;
    sara::kern::Channel channel_;
    std::vector<Known> calls_;
    std::uint32_t begun_ = 0;
    std::uint32_t done_ = 0;
};

Place read_place(const std::string& text) {
    const std::size_t device = text.find('/');
    const std::size_t mac = text.find('/', device + 1);
    if (device == std::string::npos || mac == std::string::npos) {
        usage();
    }
    const auto to = parse_mac(text.substr(mac + 1));
    if (!to) {
        usage();
    }
    return {text.substr(0, device), text.substr(device + 1, mac - device - 1), *to};
}

std::uint32_t read_number(std::string_view text, std::uint32_t least, std::uint32_t most) {
    const auto out = parse_number(text, least, most);
    if (!out) {
        usage();
    }
    return *out;
}

Setup read_setup(int argc, char** argv) {
    Setup setup;
    if (argc % 2 == 0) {
        usage();
    }
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "requests") {
            setup.requests = read_place(value);
        } else if (name == "replies") {
            setup.replies = read_place(value);
        } else if (name == "events") {
            setup.events = value;
        } else if (name == "calls") {
            setup.calls = read_number(value, 1, 1'000'000);
        } else if (name == "window") {
            setup.window = read_number(value, 1, 10'000);
        } else if (name == "first") {
            setup.first = read_number(value, 0, 1'000'000 - 1);
        } else {
            usage();
        }
    }
    if (setup.requests.device.empty() || setup.replies.device.empty() || setup.events.empty() ||
        setup.first + setup.calls > 1'000'000) {
        usage();
    }
    return setup;
}

}  // namespace

int main(int argc, char** argv) {
    const Setup setup = read_setup(argc, argv);
    Calls calls(setup);
    const std::uint64_t own = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    const std::uint64_t start = nanoseconds();
    const std::vector<std::uint64_t> took = calls.make();
    const std::uint64_t all = nanoseconds() - start;
    std::printf("%u %llu %llu %llu %llu %llu\n", setup.calls, static_cast<unsigned long long>(all),
                static_cast<unsigned long long>(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - own),
                static_cast<unsigned long long>(took[took.size() / 2]),
                static_cast<unsigned long long>(took[(took.size() * 99 + 99) / 100 - 1]),
                static_cast<unsigned long long>(took.back()));
    return 0;
}
