// SPDX-License-Identifier: GPL-2.0
#include "core/proto/packet.hpp"

#include <algorithm>
#include <optional>

#include "core/proto/limits.hpp"

namespace sara::proto {
namespace {

using pcap::LinkType;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherPppoe = 0x8864;
constexpr std::size_t kPppoeHeader = 8;  // RFC 2516 section 4, and the protocol number of PPP
constexpr std::uint16_t kPppIpv4 = 0x0021;
constexpr std::uint16_t kPppIpv6 = 0x0057;

// IANA protocol numbers.
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestinationOptions = 60;
constexpr std::uint8_t kMobility = 135;

constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;

std::uint16_t be16(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

std::uint32_t be32(Bytes bytes, std::size_t at) noexcept {
    return (std::uint32_t{be16(bytes, at)} << 16U) | be16(bytes, at + 2);
}

Packet refuse(Packet::Kind kind) noexcept {
    Packet packet;
    packet.kind = kind;
    return packet;
}

/// Cuts `bytes` to the size its header tells; more than there is means the capture was cut. 0 stands for "all there
/// is": offloading network cards leave it out.
void cut(Bytes& bytes, std::size_t size, Packet& packet) noexcept {
    if (size > bytes.size()) {
        packet.truncated = true;
    } else if (size != 0) {
        bytes = bytes.first(size);
    }
}

bool read_udp(Packet& packet, Bytes bytes) noexcept {
    if (bytes.size() < kUdpHeader) {
        return false;
    }
    const std::size_t length = be16(bytes, 4);
    if (length != 0 && length < kUdpHeader) {
        return false;
    }
    if (packet.kind == Packet::Kind::fragment) {
        bytes = bytes.first(std::min(bytes.size(), length == 0 ? bytes.size() : length));
    } else {
        cut(bytes, length, packet);
    }
    packet.payload = bytes.subspan(kUdpHeader);
    return true;
}

bool read_tcp(Packet& packet, Bytes bytes) noexcept {
    if (bytes.size() < kTcpHeader) {
        return false;
    }
    const std::size_t header = std::size_t{bytes[12]} >> 4U << 2U;
    if (header < kTcpHeader || header > bytes.size()) {
        return false;
    }
    packet.seq = be32(bytes, 4);
    packet.ack = be32(bytes, 8);
    const std::uint8_t flags = bytes[13];
    packet.fin = (flags & 0x01U) != 0;
    packet.syn = (flags & 0x02U) != 0;
    packet.rst = (flags & 0x04U) != 0;
    packet.ack_set = (flags & 0x10U) != 0;
    packet.payload = bytes.subspan(header);
    return true;
}

/// `packet` has its addresses and, for a fragment, its place.
Packet read_transport(Packet packet, std::uint8_t protocol, Bytes bytes) noexcept {
    if (protocol != kUdp && protocol != kTcp) {
        return refuse(Packet::Kind::not_ours);
    }
    packet.transport = protocol == kUdp ? Transport::udp : Transport::tcp;
    const bool fragment = packet.kind == Packet::Kind::fragment;
    if (fragment && packet.fragment_offset != 0) {
        packet.payload = bytes;
        return packet;
    }
    if (!(protocol == kUdp ? read_udp(packet, bytes) : read_tcp(packet, bytes))) {
        // The rest of a short first fragment's header is in the next one.
        return fragment ? packet : refuse(Packet::Kind::malformed);
    }
    packet.src.port = be16(bytes, 0);
    packet.dst.port = be16(bytes, 2);
    packet.ports_known = true;
    return packet;
}

Packet read_ipv4(Bytes bytes) noexcept {
    if (bytes.size() < kIpv4Header || bytes[0] >> 4U != 4) {
        return refuse(Packet::Kind::malformed);
    }
    const std::size_t header = (bytes[0] & 0x0fU) * std::size_t{4};
    const std::size_t total = be16(bytes, 2);
    if (header < kIpv4Header || header > bytes.size() || (total != 0 && total < header)) {
        return refuse(Packet::Kind::malformed);
    }
    Packet packet;
    packet.kind = Packet::Kind::whole;
    cut(bytes, total, packet);
    packet.src.address = *Address::from_bytes(bytes.subspan(12, 4));
    packet.dst.address = *Address::from_bytes(bytes.subspan(16, 4));
    const std::uint16_t place = be16(bytes, 6);
    packet.more_fragments = (place & 0x2000U) != 0;
    packet.fragment_offset = (place & 0x1fffU) * 8U;
    if (packet.more_fragments || packet.fragment_offset != 0) {
        packet.kind = Packet::Kind::fragment;
        packet.fragment_id = be16(bytes, 4);
        packet.fragment_protocol = bytes[9];
        packet.part = bytes.subspan(header);
    }
    return read_transport(packet, bytes[9], bytes.subspan(header));
}

/// Size of the extension header at the front of `bytes` (RFC 8200 section 4, RFC 4302 section 2.2); nothing if `type`
/// is none that is passed over. Precondition: two bytes.
std::optional<std::size_t> extension_size(std::uint8_t type, Bytes bytes) noexcept {
    switch (type) {
    case kHopByHop:
    case kRouting:
    case kDestinationOptions:
    case kMobility:
        return (std::size_t{bytes[1]} + 1) * 8;
    case kAuthentication:
        return (std::size_t{bytes[1]} + 2) * 4;
    case kFragment:
        return 8;
    default:
        return std::nullopt;
    }
}

/// `bytes` begin with a fragment header.
void read_fragment(Packet& packet, Bytes bytes) noexcept {
    const std::uint16_t place = be16(bytes, 2);
    packet.more_fragments = (place & 1U) != 0;
    packet.fragment_offset = place & 0xfff8U;
    packet.fragment_id = be32(bytes, 4);
    // An "atomic" fragment is a whole packet (RFC 6946).
    if (packet.more_fragments || packet.fragment_offset != 0) {
        packet.kind = Packet::Kind::fragment;
        packet.fragment_protocol = bytes[0];
        packet.part = bytes.subspan(8);
    }
}

/// `packet` has its addresses; `bytes` begin with a header of `type`: the first extension header, or the transport's.
Packet read_chain(Packet packet, std::uint8_t type, Bytes bytes) noexcept {
    for (std::size_t count = 0; count < limits::kMaxExtensionHeaders; ++count) {
        if (type == kTcp || type == kUdp) {
            return read_transport(packet, type, bytes);
        }
        if (bytes.size() < 2) {
            return refuse(Packet::Kind::malformed);
        }
        const std::optional<std::size_t> size = extension_size(type, bytes);
        if (!size) {
            return refuse(Packet::Kind::not_ours);
        }
        if (*size > bytes.size()) {
            return refuse(Packet::Kind::malformed);
        }
        if (type == kFragment) {
            if (packet.kind == Packet::Kind::fragment) {
                return packet;  // a part of a part: what is in it shows when the outer packet is whole
            }
            read_fragment(packet, bytes);
        }
        type = bytes[0];
        bytes = bytes.subspan(*size);
        if (packet.kind == Packet::Kind::fragment && packet.fragment_offset != 0) {
            // What follows is the middle of something, maybe of what an extension header has in front of it.
            if (type == kDestinationOptions || type == kRouting) {
                packet.payload = bytes;
                return packet;
            }
            break;
        }
    }
    return read_transport(packet, type, bytes);
}

Packet read_ipv6(Bytes bytes) noexcept {
    if (bytes.size() < kIpv6Header || bytes[0] >> 4U != 6) {
        return refuse(Packet::Kind::malformed);
    }
    Packet packet;
    packet.kind = Packet::Kind::whole;
    packet.src.address = *Address::from_bytes(bytes.subspan(8, 16));
    packet.dst.address = *Address::from_bytes(bytes.subspan(24, 16));
    const std::size_t length = be16(bytes, 4);
    const std::uint8_t type = bytes[6];
    bytes = bytes.subspan(kIpv6Header);
    cut(bytes, length, packet);
    return read_chain(packet, type, bytes);
}

Packet read_ip(Bytes bytes) noexcept {
    if (bytes.empty()) {
        return refuse(Packet::Kind::malformed);
    }
    return bytes[0] >> 4U == 6 ? read_ipv6(bytes) : read_ipv4(bytes);
}

/// `bytes` follow the EtherType.
Packet read_ether(std::uint16_t type, Bytes bytes) noexcept {
    // IEEE 802.1Q, 802.1ad, and the number that was used before it.
    for (std::size_t tags = 0; type == 0x8100 || type == 0x88a8 || type == 0x9100; ++tags) {
        if (tags == limits::kMaxVlanTags || bytes.size() < 4) {
            return refuse(Packet::Kind::malformed);
        }
        type = be16(bytes, 2);
        bytes = bytes.subspan(4);
    }
    if (type == kEtherPppoe) {
        if (bytes.size() < kPppoeHeader) {
            return refuse(Packet::Kind::malformed);
        }
        const std::uint16_t protocol = be16(bytes, kPppoeHeader - 2);
        type = protocol == kPppIpv4 ? kEtherIpv4 : protocol == kPppIpv6 ? kEtherIpv6 : std::uint16_t{0};
        bytes = bytes.subspan(kPppoeHeader);
    }
    if (type == kEtherIpv4) {
        return read_ipv4(bytes);
    }
    return type == kEtherIpv6 ? read_ipv6(bytes) : refuse(Packet::Kind::not_ours);
}

/// An EtherType at `at`, the network layer at `size`.
Packet read_link(Bytes frame, std::size_t at, std::size_t size) noexcept {
    if (frame.size() < size) {
        return refuse(Packet::Kind::malformed);
    }
    return read_ether(be16(frame, at), frame.subspan(size));
}

/// The address family of BSD loopback in whichever byte order: 2 is IPv4, the others are IPv6's on the systems there
/// are.
Packet read_loopback(Bytes frame) noexcept {
    if (frame.size() < 4) {
        return refuse(Packet::Kind::malformed);
    }
    const std::uint32_t family = std::max(frame[0], frame[3]);
    const bool ip = family == 2 || family == 10 || family == 24 || family == 28 || family == 30;
    return ip ? read_ip(frame.subspan(4)) : refuse(Packet::Kind::not_ours);
}

}  // namespace

bool is_read(LinkType link) noexcept {
    switch (link) {
    case LinkType::ethernet:
    case LinkType::linux_sll:
    case LinkType::linux_sll2:
    case LinkType::null:
    case LinkType::loop:
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::ipv4:
    case LinkType::ipv6:
        return true;
    }
    return false;  // the file may hold any other number
}

Packet decode(LinkType link, Bytes frame) noexcept {
    switch (link) {
    case LinkType::ethernet:
        return read_link(frame, 12, 14);
    case LinkType::linux_sll:
        return read_link(frame, 14, 16);
    case LinkType::linux_sll2:
        return read_link(frame, 0, 20);
    case LinkType::null:
    case LinkType::loop:
        return read_loopback(frame);
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::ipv4:
    case LinkType::ipv6:
        return read_ip(frame);
    }
    return refuse(Packet::Kind::not_ours);  // the file may hold any other number
}

Packet decode_joined(const Packet& fragment, std::uint8_t protocol, Bytes body) noexcept {
    Packet packet;
    packet.kind = Packet::Kind::whole;
    packet.src.address = fragment.src.address;
    packet.dst.address = fragment.dst.address;
    return fragment.src.address.family() == Family::ipv6 ? read_chain(packet, protocol, body)
                                                         : read_transport(packet, protocol, body);
}

}  // namespace sara::proto
