// SPDX-License-Identifier: GPL-2.0
#include "core/proto/ip_packet.hpp"

#include <array>

namespace sara::proto {

namespace {

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kMaxPacket = 65535;
constexpr std::uint8_t kHops = 64;  ///< RFC 1700: the recommended time to live

void put16(Buffer& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put(Buffer& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::uint64_t word_sum(Bytes bytes) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8U : std::uint64_t{bytes[i]};
    }
    return sum;
}

std::uint64_t pseudo_header_sum(const Address& from, const Address& to, IpProtocol protocol,
                                std::size_t size) noexcept {
    return word_sum(from.bytes()) + word_sum(to.bytes()) + static_cast<std::uint8_t>(protocol) + size;
}

std::uint16_t internet_checksum(std::uint64_t sum) noexcept {
    while (sum > 0xffff) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

std::optional<Buffer> ip_packet(const Address& from, const Address& to, IpProtocol protocol, Bytes payload) {
    const bool ipv4 = from.family() == Family::ipv4;
    const std::size_t size = (ipv4 ? kIpv4Header : kIpv6Header) + payload.size();
    if (from.family() != to.family() || size > kMaxPacket) {
        return std::nullopt;
    }
    Buffer out;
    out.reserve(size);
    const auto number = static_cast<std::uint8_t>(protocol);
    if (ipv4) {
        put(out, std::array<std::uint8_t, 2>{0x45, 0});
        put16(out, size);
        put16(out, 0);  // identification: the kernel's, or nobody's
        put16(out, 0);
        put(out, std::array<std::uint8_t, 4>{kHops, number, 0, 0});
    } else {
        put(out, std::array<std::uint8_t, 4>{0x60, 0, 0, 0});
        put16(out, payload.size());
        put(out, std::array<std::uint8_t, 2>{number, kHops});
    }
    put(out, from.bytes());
    put(out, to.bytes());
    if (ipv4) {
        const std::uint16_t sum = internet_checksum(word_sum(out));
        out[10] = static_cast<std::uint8_t>(sum >> 8U);
        out[11] = static_cast<std::uint8_t>(sum);
    }
    put(out, payload);
    return out;
}

}  // namespace sara::proto
