// SPDX-License-Identifier: GPL-2.0
#include "io/neighbour_probe.hpp"

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <string>

#include "io/clock.hpp"
#include "io/own_devices.hpp"
#include "io/plain_socket.hpp"

namespace sara::io {

namespace {

using namespace std::chrono_literals;

constexpr auto kSecondAnswers = 100ms;

/// An ARP packet for IPv4 over Ethernet.
struct [[gnu::packed]] Arp {
    std::uint16_t hardware = htons(ARPHRD_ETHER);
    std::uint16_t protocol = htons(ETHERTYPE_IP);
    std::uint8_t hardware_size = 6;
    std::uint8_t protocol_size = 4;
    std::uint16_t operation = htons(ARPOP_REQUEST);
    std::array<std::uint8_t, 6> from_mac{};
    std::array<std::uint8_t, 4> from{};
    std::array<std::uint8_t, 6> to_mac{};
    std::array<std::uint8_t, 4> to{};
};
static_assert(sizeof(Arp) == 28);

template <std::size_t N>
std::array<std::uint8_t, N> octets(const Address& address) {
    std::array<std::uint8_t, N> out{};
    const auto bytes = address.bytes();
    std::copy_n(bytes.begin(), std::min(N, bytes.size()), out.begin());
    return out;
}

/// In whose name a device asks: an address in the net of the other one, else any, else nobody's (RFC 5227). Never the
/// address itself, as that would be an announcement.
Address asker(const OwnDevice& device, const Address& asked) {
    const node::OwnAddress* best = nullptr;
    for (const node::OwnAddress& own : device.addresses) {
        const bool usable = own.address.family() == asked.family() && own.address != asked;
        if (usable && (best == nullptr || node::contains(own.address, own.prefix, asked))) {
            best = &own;
        }
    }
    return best == nullptr ? Address() : best->address;
}

void send_arp(int socket, std::uint32_t index, const OwnDevice& device, const Address& asked) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(ETHERTYPE_ARP);
    to.sll_ifindex = static_cast<int>(index);
    to.sll_halen = 6;
    std::fill_n(std::begin(to.sll_addr), 6, std::uint8_t{0xff});
    Arp arp;
    arp.from_mac = device.mac;
    arp.from = octets<4>(asker(device, asked));
    arp.to = octets<4>(asked);
    ::sendto(socket, &arp, sizeof(arp), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

struct Solicitation {
    nd_neighbor_solicit head{};
    std::uint8_t option = ND_OPT_SOURCE_LINKADDR;
    std::uint8_t length = 1;
    Mac mac{};
};
static_assert(sizeof(Solicitation) == 32);

void send_solicitation(int socket, std::uint32_t index, const OwnDevice& device, const Address& asked) {
    Solicitation packet;
    packet.head.nd_ns_type = ND_NEIGHBOR_SOLICIT;
    const auto target = octets<16>(asked);
    std::memcpy(&packet.head.nd_ns_target, target.data(), target.size());
    packet.mac = device.mac;
    // The solicited-node multicast address, RFC 4291 section 2.7.1.
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_scope_id = index;
    std::array<std::uint8_t, 16> group{0xff, 0x02, 0, 0, 0,    0,          0,          0,
                                       0,    0,    0, 1, 0xff, target[13], target[14], target[15]};
    std::memcpy(&to.sin6_addr, group.data(), group.size());
    const int device_index = static_cast<int>(index);
    ::setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &device_index, sizeof(device_index));
    ::sendto(socket, &packet, sizeof(packet), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

struct Heard {
    std::uint32_t device = 0;
    Address address;
    Mac from{};
};

/// The next ARP reply; nothing more: `drained`.
std::optional<Heard> receive_arp(int socket, bool& drained) {
    Arp arp;
    sockaddr_ll from{};
    socklen_t size = sizeof(from);
    const ssize_t got = ::recvfrom(socket, &arp, sizeof(arp), 0, reinterpret_cast<sockaddr*>(&from), &size);
    drained = got < 0;
    if (got < static_cast<ssize_t>(sizeof(arp)) || arp.operation != htons(ARPOP_REPLY) ||
        from.sll_pkttype == PACKET_OUTGOING || arp.protocol != htons(ETHERTYPE_IP)) {
        return std::nullopt;
    }
    return Heard{static_cast<std::uint32_t>(from.sll_ifindex), Address::v4(arp.from), arp.from_mac};
}

std::optional<Heard> receive_advertisement(int socket, bool& drained) {
    std::array<std::uint8_t, 256> packet{};
    sockaddr_in6 from{};
    std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
    iovec part{packet.data(), packet.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof(from);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket, &message, 0);
    drained = got < 0;
    constexpr std::size_t kHead = sizeof(nd_neighbor_advert);
    // The target's own MAC address is the first option of an answer to a multicast question, RFC 4861 section 7.2.4.
    if (got < static_cast<ssize_t>(kHead + 8) || packet[0] != ND_NEIGHBOR_ADVERT ||
        packet[kHead] != ND_OPT_TARGET_LINKADDR) {
        return std::nullopt;
    }
    Heard heard;
    for (const cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr;
         item = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(item))) {
        if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(item), sizeof(info));
            heard.device = info.ipi6_ifindex;
        }
    }
    std::array<std::uint8_t, 16> target{};
    std::copy_n(packet.begin() + 8, target.size(), target.begin());
    heard.address = Address::v6(target);
    std::copy_n(packet.begin() + kHead + 2, heard.from.size(), heard.from.begin());
    return heard;
}

/// For advertisements alone, with the device that they came in by, and sent as ND must be.
bool prepare(int socket) {
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
    const int on = 1;
    const int hops = 255;
    return ::setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) == 0 &&
           ::setsockopt(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) == 0 &&
           ::setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) == 0;
}

}  // namespace

Result<std::vector<std::set<Mac>>> ask_neighbours(std::span<const NeighbourQuestion> questions,
                                                  std::chrono::milliseconds patience) {
    std::vector<std::set<Mac>> answers(questions.size());
    const auto devices = read_own_devices();
    if (!devices) {
        return devices.error();
    }
    const bool asks6 = std::any_of(questions.begin(), questions.end(), [](const NeighbourQuestion& question) {
        return question.address.family() == Family::ipv6;
    });
    const PlainSocket arp(AF_PACKET, SOCK_DGRAM, htons(ETHERTYPE_ARP));
    if (arp.fd() < 0) {
        return failed("opening a packet socket");
    }
    std::optional<PlainSocket> nd;
    if (asks6) {
        nd.emplace(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
        if (nd->fd() < 0 || !prepare(nd->fd())) {
            return failed("opening an ICMPv6 socket");
        }
    }
    for (const NeighbourQuestion& question : questions) {
        const auto device = devices->find(question.device);
        if (device == devices->end()) {
            continue;
        }
        if (question.address.family() == Family::ipv4) {
            send_arp(arp.fd(), question.device, device->second, question.address);
        } else {
            send_solicitation(nd->fd(), question.device, device->second, question.address);
        }
    }
    const auto take = [&](const std::optional<Heard>& heard) {
        for (std::size_t i = 0; heard && i < questions.size(); ++i) {
            if (questions[i] == NeighbourQuestion{heard->device, heard->address}) {
                answers[i].insert(heard->from);
            }
        }
    };
    Time deadline = now() + patience;
    for (bool all = false;;) {
        if (!all && std::none_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.empty(); })) {
            all = true;
            deadline = std::min<Time>(deadline, now() + kSecondAnswers);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
        std::array<pollfd, 2> waiting{{{arp.fd(), POLLIN, 0}, {nd ? nd->fd() : -1, POLLIN, 0}}};
        if (left.count() <= 0 || ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) == 0) {
            return answers;
        }
        for (bool drained = false; !drained;) {
            take(receive_arp(arp.fd(), drained));
        }
        for (bool drained = !nd; !drained;) {
            take(receive_advertisement(nd->fd(), drained));
        }
    }
}

}  // namespace sara::io
