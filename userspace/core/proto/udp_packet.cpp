// SPDX-License-Identifier: GPL-2.0
#include "core/proto/udp_packet.hpp"

#include <array>
#include <cstdint>

namespace sara::proto {

namespace {

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kMaxPacket = 65535;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kHops = 64;  ///< RFC 1700: the recommended time to live

void put16(Buffer& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put(Buffer& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Sum of the 16-bit words, an odd last byte filled up with zero (RFC 1071).
std::uint64_t words(Bytes bytes) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8U : std::uint64_t{bytes[i]};
    }
    return sum;
}

std::uint16_t checksum(std::uint64_t sum) noexcept {
    while (sum > 0xffff) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

void patch16(Buffer& out, std::size_t at, std::uint16_t value) noexcept {
    out[at] = static_cast<std::uint8_t>(value >> 8U);
    out[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::optional<Buffer> udp_packet(const Endpoint& from, const Endpoint& to, Bytes payload) {
    const bool ipv4 = from.address.family() == Family::ipv4;
    const std::size_t header = ipv4 ? kIpv4Header : kIpv6Header;
    const std::size_t datagram = kUdpHeader + payload.size();
    if (from.address.family() != to.address.family() || header + datagram > kMaxPacket) {
        return std::nullopt;
    }
    Buffer out;
    out.reserve(header + datagram);
    if (ipv4) {
        put(out, std::array<std::uint8_t, 2>{0x45, 0});
        put16(out, header + datagram);
        put16(out, 0);  // identification: the kernel's
        put16(out, 0);
        put(out, std::array<std::uint8_t, 4>{kHops, kUdp, 0, 0});
    } else {
        put(out, std::array<std::uint8_t, 4>{0x60, 0, 0, 0});
        put16(out, datagram);
        put(out, std::array<std::uint8_t, 2>{kUdp, kHops});
    }
    put(out, from.address.bytes());
    put(out, to.address.bytes());
    if (ipv4) {
        patch16(out, 10, checksum(words(out)));
    }
    put16(out, from.port);
    put16(out, to.port);
    put16(out, datagram);
    put16(out, 0);
    put(out, payload);

    // The pseudo header: both addresses, the protocol, and the length of what follows (RFC 8200 section 8.1).
    const std::uint64_t pseudo = words(from.address.bytes()) + words(to.address.bytes()) + kUdp + datagram;
    const std::uint16_t sum = checksum(pseudo + words(Bytes(out).subspan(header)));
    patch16(out, header + 6, sum != 0 ? sum : 0xffff);  // 0 says that there is no checksum
    return out;
}

}  // namespace sara::proto
