// SPDX-License-Identifier: GPL-2.0
#include "core/proto/echo.hpp"

#include <algorithm>
#include <cstddef>

#include "core/proto/ip_packet.hpp"

namespace sara::proto {

namespace {

constexpr std::size_t kMac = 6;
constexpr std::size_t kEtherHeader = 14;
constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kMessage = 16;  ///< type, code, checksum, identifier, sequence, token
constexpr std::uint8_t kRequest = 8;
constexpr std::uint8_t kReply = 0;
constexpr std::uint8_t kRequest6 = 128;
constexpr std::uint8_t kReply6 = 129;

std::uint16_t be16(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

void put16(Buffer& out, std::uint16_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

Mac mac_at(Bytes frame, std::size_t at) noexcept {
    Mac mac{};
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), kMac, mac.begin());
    return mac;
}

/// `message` ends where the IP packet does.
bool read_message(Bytes message, std::uint8_t type, Echo& echo) noexcept {
    if (message.size() != kMessage || message[0] != type || message[1] != 0) {
        return false;
    }
    echo.identifier = be16(message, 4);
    echo.sequence = be16(message, 6);
    for (std::size_t i = 8; i < kMessage; ++i) {
        echo.token = echo.token << 8U | message[i];
    }
    return true;
}

bool read_ipv4(Bytes packet, Echo& echo) noexcept {
    if (packet.size() < kIpv4Header || packet[0] >> 4U != 4) {
        return false;
    }
    const std::size_t header = (packet[0] & 0x0fU) * std::size_t{4};
    const std::size_t total = be16(packet, 2);
    const bool fragment = (be16(packet, 6) & 0x3fffU) != 0;
    if (header < kIpv4Header || total < header || total > packet.size() || fragment ||
        packet[9] != static_cast<std::uint8_t>(IpProtocol::icmp)) {
        return false;
    }
    echo.from = *Address::from_bytes(packet.subspan(12, 4));
    echo.to = *Address::from_bytes(packet.subspan(16, 4));
    return read_message(packet.subspan(header, total - header), kReply, echo);
}

bool read_ipv6(Bytes packet, Echo& echo) noexcept {
    if (packet.size() < kIpv6Header || packet[0] >> 4U != 6) {
        return false;
    }
    const std::size_t length = be16(packet, 4);
    if (length > packet.size() - kIpv6Header || packet[6] != static_cast<std::uint8_t>(IpProtocol::icmpv6)) {
        return false;
    }
    echo.from = *Address::from_bytes(packet.subspan(8, 16));
    echo.to = *Address::from_bytes(packet.subspan(24, 16));
    return read_message(packet.subspan(kIpv6Header, length), kReply6, echo);
}

}  // namespace

std::optional<Buffer> echo_request(const Echo& echo) {
    const bool ipv4 = echo.from.family() == Family::ipv4;
    Buffer message{ipv4 ? kRequest : kRequest6, 0, 0, 0};
    put16(message, echo.identifier);
    put16(message, echo.sequence);
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        message.push_back(static_cast<std::uint8_t>(echo.token >> (shift - 8)));
    }
    // Only ICMPv6 covers the addresses.
    const IpProtocol protocol = ipv4 ? IpProtocol::icmp : IpProtocol::icmpv6;
    const std::uint64_t pseudo = ipv4 ? 0 : pseudo_header_sum(echo.from, echo.to, protocol, message.size());
    const std::uint16_t sum = internet_checksum(pseudo + word_sum(message));
    message[2] = static_cast<std::uint8_t>(sum >> 8U);
    message[3] = static_cast<std::uint8_t>(sum);

    const std::optional<Buffer> packet = ip_packet(echo.from, echo.to, protocol, message);
    if (!packet) {
        return std::nullopt;
    }
    Buffer frame;
    frame.reserve(kEtherHeader + packet->size());
    frame.insert(frame.end(), echo.to_mac.begin(), echo.to_mac.end());
    frame.insert(frame.end(), echo.from_mac.begin(), echo.from_mac.end());
    put16(frame, ipv4 ? kEtherIpv4 : kEtherIpv6);
    frame.insert(frame.end(), packet->begin(), packet->end());
    return frame;
}

std::optional<Echo> read_echo_reply(Bytes frame) noexcept {
    if (frame.size() < kEtherHeader) {
        return std::nullopt;
    }
    Echo echo;
    echo.to_mac = mac_at(frame, 0);
    echo.from_mac = mac_at(frame, kMac);
    const Bytes packet = frame.subspan(kEtherHeader);
    const std::uint16_t type = be16(frame, 2 * kMac);
    const bool read =
        (type == kEtherIpv4 && read_ipv4(packet, echo)) || (type == kEtherIpv6 && read_ipv6(packet, echo));
    return read ? std::optional(echo) : std::nullopt;
}

}  // namespace sara::proto
