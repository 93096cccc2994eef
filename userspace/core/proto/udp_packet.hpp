// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"

namespace sara::proto {

/// A datagram with its headers, checksums included: IPv4 (RFC 791) or IPv6 (RFC 8200), then UDP (RFC 768). Not
/// fragmented, and free to be. Nothing when the addresses are of two families, or it would be longer than 65535 bytes.
[[nodiscard]] std::optional<Buffer> udp_packet(const Endpoint& from, const Endpoint& to, Bytes payload);

}  // namespace sara::proto
