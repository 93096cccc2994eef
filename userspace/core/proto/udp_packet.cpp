// SPDX-License-Identifier: GPL-2.0
#include "core/proto/udp_packet.hpp"

#include <cstdint>

#include "core/proto/ip_packet.hpp"

namespace sara::proto {

namespace {

constexpr std::size_t kUdpHeader = 8;

void put16(Buffer& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

std::optional<Buffer> udp_packet(const Endpoint& from, const Endpoint& to, Bytes payload) {
    Buffer datagram;
    datagram.reserve(kUdpHeader + payload.size());
    put16(datagram, from.port);
    put16(datagram, to.port);
    put16(datagram, kUdpHeader + payload.size());
    put16(datagram, 0);
    datagram.insert(datagram.end(), payload.begin(), payload.end());

    const std::uint64_t pseudo = pseudo_header_sum(from.address, to.address, IpProtocol::udp, datagram.size());
    std::uint16_t sum = internet_checksum(pseudo + word_sum(datagram));
    if (sum == 0) {
        sum = 0xffff;  // 0 says that there is no checksum
    }
    datagram[6] = static_cast<std::uint8_t>(sum >> 8U);
    datagram[7] = static_cast<std::uint8_t>(sum);
    return ip_packet(from.address, to.address, IpProtocol::udp, datagram);
}

}  // namespace sara::proto
