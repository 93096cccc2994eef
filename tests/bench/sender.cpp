// SPDX-License-Identifier: GPL-2.0
// Sends frames as a NIC would bring them in: each in memory of its own that nobody else holds, unlike pktgen's, of
// which a forwarder has to make a copy first. Says how long it took, which on a processor that counts instructions is
// how many. Run by tests/bench/measure.
#include <net/ethernet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire.hpp"

namespace {

using namespace sara::bench;

constexpr const char* kUsage =
    "Usage: bench_sender device NAME to MAC [NAME VALUE]...\n"
    "  family   4 (default) or 6            proto   udp (default) or tcp\n"
    "  size     bytes of an IP packet (64)  vlan    its number, 0: untagged (0)\n"
    "  flows    that take turns (1)         first   the number of the first of them (0)\n"
    "  warm-up  packets of each flow that are sent before (2); of TCP a handshake goes before these\n"
    "  packets  that are measured (1000)\n"
    "  stride   from a flow to the next that is sent; with the flows' number it has no factor in common (1)\n"
    "  batch    packets that one system call sends (64)\n"
    "  begin    1: the measured packets are the first ones of their flows, a SYN if TCP, and nothing goes before them\n"
    "  calls    1: an INVITE each, of its own length, whose Call-ID has the flow's number; all from one port\n"
    "  replies  NETNS/DEVICE/MAC: where the other half of TCP's handshakes is sent, for those who must see both\n"
    "Prints: measured packets, ns that they took, packets in all (but for the replies); of the ns that each batch "
    "took\n"
    "the 1st of 100, the median, the longest.\n";

constexpr std::uint16_t kPort = 5060;
/// Ports that a client's address has in use; enough clients that flows are told by addresses, too.
constexpr std::uint32_t kPortsOfClient = 64;
constexpr std::uint32_t kMaxFlows = 4'000'000;
constexpr std::uint32_t kFirstPort = 20000;

/// Its Call-ID begins with the flow's number, which is written over these zeros.
constexpr std::string_view kInvite = "INVITE sip:bob@198.18.0.100 SIP/2.0\r\n"
                                     "Via: SIP/2.0/UDP 198.19.0.1:20000;branch=z9hG4bK776asdhds\r\n"
                                     "Max-Forwards: 70\r\n"
                                     "From: Alice <sip:alice@198.19.0.1>;tag=1928301774\r\n"
                                     "To: Bob <sip:bob@198.18.0.100>\r\n"
                                     "Call-ID: 00000000@198.19.0.1\r\n"
                                     "CSeq: 1 INVITE\r\n"
                                     "Contact: <sip:alice@198.19.0.1:20000>\r\n"
                                     "Content-Length: 0\r\n\r\n";

enum TcpFlags : std::uint8_t { kSyn = 0x02, kAck = 0x10 };

[[noreturn]] void usage() {
    std::fputs(kUsage, stderr);
    std::exit(2);
}

struct Setup {
    std::string device;
    Mac to{};
    bool ipv6 = false;
    bool tcp = false;
    bool begin = false;
    bool calls = false;
    std::size_t size = 64;
    std::uint16_t vlan = 0;
    std::uint32_t flows = 1;
    std::uint32_t first = 0;
    std::uint32_t warm_up = 2;
    std::uint32_t packets = 1000;
    std::uint32_t stride = 1;
    std::uint32_t batch = 64;
    std::string replies_netns;
    std::string replies_device;
    Mac replies_to{};
};

/// The frames of a setup: one written whole, of which each packet changes what names its flow.
class Frames {
public:
    explicit Frames(const Setup& setup) : setup_(setup) {
        if (setup.calls) {
            setup_.size = (setup.ipv6 ? 40 : 20) + 8 + kInvite.size();
        }
        std::uint8_t* at = model_.data();
        std::copy(setup.to.begin(), setup.to.end(), at);
        at[6] = 0x02;
        at[11] = 0x01;
        at += 12;
        if (setup.vlan != 0) {
            put16(at, ETHERTYPE_VLAN);
            put16(at + 2, setup.vlan);
            at += 4;
        }
        put16(at, setup.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
        ip_ = static_cast<std::size_t>(at + 2 - model_.data());
        l4_ = ip_ + (setup.ipv6 ? 40 : 20);
        put_ip(model_.data() + ip_);
        put_l4(model_.data() + l4_);
    }

    std::size_t size() const { return ip_ + setup_.size; }
    const Frame& model() const { return model_; }

    /// Makes a copy of model() a packet of flow number @p flow.
    void name(Frame& frame, std::uint32_t flow, std::uint8_t tcp_flags) const {
        const std::uint32_t client = setup_.calls ? 0 : flow / kPortsOfClient;
        const std::uint32_t port = kFirstPort + (setup_.calls ? 0 : flow % kPortsOfClient);
        std::uint8_t* const ip = frame.data() + ip_;
        std::uint8_t* const l4 = frame.data() + l4_;
        if (setup_.ipv6) {
            put32(ip + 20, client + 1);
        } else {
            put32(ip + 12, kClients + client + 1);
            put16(ip + 10, 0);
            put16(ip + 10, checksum(ip, 20));
        }
        put16(l4, port);
        if (setup_.tcp) {
            l4[13] = tcp_flags;
            put32(l4 + 4, tcp_flags & kSyn ? 1000 : 1001);
            put32(l4 + 8, tcp_flags & kAck ? 5001 : 0);
        }
        if (setup_.calls) {
            // Eight digits of the number, in the place that the model has for them.
            for (std::size_t i = 0; i < 8; ++i) {
                l4[digits_ + i] = static_cast<std::uint8_t>("0123456789abcdef"[flow >> (28 - 4 * i) & 15]);
            }
        }
    }

    /// Makes a packet named by name() with kSyn the server's answer to it.
    void answer(Frame& frame, const Mac& to) const {
        std::uint8_t* const ip = frame.data() + ip_;
        std::uint8_t* const l4 = frame.data() + l4_;
        std::copy(to.begin(), to.end(), frame.data());
        if (setup_.ipv6) {
            std::swap_ranges(ip + 8, ip + 24, ip + 24);
        } else {
            std::swap_ranges(ip + 12, ip + 16, ip + 16);
        }
        std::swap_ranges(l4, l4 + 2, l4 + 2);
        put32(l4 + 4, 5000);
        put32(l4 + 8, 1001);
        l4[13] = kSyn | kAck;
    }

private:
    static constexpr std::uint32_t kClients = 0xc6130000;  // 198.19.0.0
    static constexpr std::uint32_t kVip = 0xc6120064;      // 198.18.0.100

    void put_ip(std::uint8_t* ip) const {
        const std::uint8_t proto = setup_.tcp ? IPPROTO_TCP : IPPROTO_UDP;
        if (setup_.ipv6) {
            ip[0] = 0x60;
            put16(ip + 4, static_cast<std::uint32_t>(setup_.size - 40));
            ip[6] = proto;
            ip[7] = 64;
            ip[8] = ip[24] = 0xfd;  // fd00:2::client to fd00::100
            ip[11] = 0x02;
            ip[38] = 0x01;
            return;
        }
        ip[0] = 0x45;
        put16(ip + 2, static_cast<std::uint32_t>(setup_.size));
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = proto;
        put32(ip + 16, kVip);
    }

    void put_l4(std::uint8_t* l4) {
        put16(l4 + 2, kPort);
        if (setup_.tcp) {
            l4[12] = 0x50;
            put16(l4 + 14, 65535);
            return;
        }
        put16(l4 + 4, static_cast<std::uint32_t>(ip_ + setup_.size - l4_));
        // No checksum: it is for receivers, and nobody here is one.
        if (!setup_.calls) {
            return;
        }
        std::copy(kInvite.begin(), kInvite.end(), l4 + 8);
        digits_ = 8 + kInvite.find("00000000@");
    }

    Setup setup_;
    Frame model_{};
    std::size_t ip_ = 0;
    std::size_t l4_ = 0;
    std::size_t digits_ = 0;
};

class Sender {
public:
    explicit Sender(const Setup& setup)
        : setup_(setup), frames_(setup), wire_(setup.device), batch_(setup.batch, frames_.model()) {}

    /// One packet of each of the flows in turn, @p packets in all. Returns how many ns each batch took.
    std::vector<std::uint64_t> send(std::uint32_t packets, std::uint8_t tcp_flags) {
        std::vector<std::uint64_t> took(packets / setup_.batch + 1);
        std::uint32_t flow = 0;
        std::size_t left = packets;
        for (std::uint64_t& batch : took) {
            const std::size_t number = std::min<std::size_t>(setup_.batch, left);
            left -= number;
            const std::uint64_t start = nanoseconds();
            for (std::size_t i = 0; i < number; ++i) {
                frames_.name(batch_[i], setup_.first + flow, tcp_flags);
                flow = (flow + setup_.stride) % setup_.flows;
            }
            wire_.send(std::span(batch_).first(number), frames_.size());
            batch = nanoseconds() - start;
        }
        sent_ += packets;
        return took;
    }

    std::uint64_t sent() const { return sent_; }

    /// The server's SYN and ACK to each of the flows.
    void answer(Wire& wire) {
        std::vector<Frame> answers(setup_.batch);
        for (std::uint32_t flow = 0; flow < setup_.flows;) {
            const std::size_t number = std::min<std::size_t>(setup_.batch, setup_.flows - flow);
            for (std::size_t i = 0; i < number; ++i) {
                answers[i] = frames_.model();
                frames_.name(answers[i], setup_.first + flow++, kSyn);
                frames_.answer(answers[i], setup_.replies_to);
            }
            wire.send(std::span(answers).first(number), frames_.size());
        }
    }

private:
    Setup setup_;
    Frames frames_;
    Wire wire_;
    std::vector<Frame> batch_;
    std::uint64_t sent_ = 0;
};

Mac mac_or_usage(const std::string& text) {
    const auto out = parse_mac(text);
    if (!out) {
        usage();
    }
    return *out;
}

std::uint32_t number_or_usage(std::string_view text, std::uint32_t least, std::uint32_t most) {
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
        if (name == "device") {
            setup.device = value;
        } else if (name == "to") {
            setup.to = mac_or_usage(value);
        } else if (name == "family" && (value == "4" || value == "6")) {
            setup.ipv6 = value == "6";
        } else if (name == "proto" && (value == "udp" || value == "tcp")) {
            setup.tcp = value == "tcp";
        } else if (name == "size") {
            setup.size = number_or_usage(value, 64, 1500);
        } else if (name == "vlan") {
            setup.vlan = static_cast<std::uint16_t>(number_or_usage(value, 0, 4094));
        } else if (name == "flows") {
            setup.flows = number_or_usage(value, 1, kMaxFlows);
        } else if (name == "first") {
            setup.first = number_or_usage(value, 0, kMaxFlows);
        } else if (name == "warm-up") {
            setup.warm_up = number_or_usage(value, 0, 1000);
        } else if (name == "packets") {
            setup.packets = number_or_usage(value, 64, 1U << 30);
        } else if (name == "stride") {
            setup.stride = number_or_usage(value, 1, 1U << 30);
        } else if (name == "batch") {
            setup.batch = number_or_usage(value, 1, 1024);
        } else if (name == "begin") {
            setup.begin = number_or_usage(value, 0, 1) != 0;
        } else if (name == "calls") {
            setup.calls = number_or_usage(value, 0, 1) != 0;
        } else if (name == "replies") {
            const std::size_t netns = value.find('/');
            const std::size_t device = value.find('/', netns + 1);
            if (netns == std::string::npos || device == std::string::npos) {
                usage();
            }
            setup.replies_netns = value.substr(0, netns);
            setup.replies_device = value.substr(netns + 1, device - netns - 1);
            setup.replies_to = mac_or_usage(value.substr(device + 1));
        } else {
            usage();
        }
    }
    if (setup.device.empty() || (setup.calls && setup.tcp) || setup.packets < setup.batch) {
        usage();
    }
    return setup;
}

}  // namespace

int main(int argc, char** argv) {
    const Setup setup = read_setup(argc, argv);
    Sender sender(setup);
    if (!setup.begin) {
        if (setup.tcp) {
            sender.send(setup.flows, kSyn);
            if (!setup.replies_netns.empty()) {
                const Visit there(setup.replies_netns);
                Wire wire(setup.replies_device);
                sender.answer(wire);
            }
        }
        sender.send(setup.flows * setup.warm_up, kAck);
    }
    const std::uint64_t start = nanoseconds();
    std::vector<std::uint64_t> took = sender.send(setup.packets, setup.begin ? kSyn : kAck);
    const std::uint64_t end = nanoseconds();
    took.pop_back();  // which is less than a batch
    std::sort(took.begin(), took.end());
    std::printf("%u %llu %llu %llu %llu %llu\n", setup.packets, static_cast<unsigned long long>(end - start),
                static_cast<unsigned long long>(sender.sent()),
                static_cast<unsigned long long>(took[took.size() / 100]),
                static_cast<unsigned long long>(took[took.size() / 2]), static_cast<unsigned long long>(took.back()));
    return 0;
}
