// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"

namespace sara::proto {

/// IANA protocol numbers of what is sent.
enum class IpProtocol : std::uint8_t { icmp = 1, udp = 17, icmpv6 = 58 };

/// Sum of the 16-bit words, an odd last byte filled up with zero (RFC 1071).
[[nodiscard]] std::uint64_t word_sum(Bytes bytes) noexcept;
/// Of the pseudo header: both addresses, the protocol, and the length of what follows (RFC 768; RFC 8200 section 8.1).
[[nodiscard]] std::uint64_t pseudo_header_sum(const Address& from, const Address& to, IpProtocol protocol,
                                              std::size_t size) noexcept;
/// What a checksum field says of such sums.
[[nodiscard]] std::uint16_t internet_checksum(std::uint64_t sum) noexcept;

/// `payload` with a header in front: IPv4 (RFC 791, checksum included) or IPv6 (RFC 8200). Not fragmented, and free to
/// be. Nothing when the addresses are of two families, or it would be longer than 65535 bytes.
[[nodiscard]] std::optional<Buffer> ip_packet(const Address& from, const Address& to, IpProtocol protocol,
                                              Bytes payload);

}  // namespace sara::proto
