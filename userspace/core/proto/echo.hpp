// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"

/// ICMP Echo (RFC 792) and ICMPv6 Echo (RFC 4443 section 4) as whole Ethernet frames: who chooses the MAC address
/// himself asks a machine for an address that others have, too.
namespace sara::proto {

struct Echo {
    Mac from_mac{};
    Mac to_mac{};
    Address from;
    Address to;  ///< of the family of `from`
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;
    std::uint64_t token = 0;  ///< all of the payload: who sends it back has seen the request

    friend bool operator==(const Echo&, const Echo&) = default;
};

/// A request, without the padding that a wire may need. Nothing when the addresses are of two families.
[[nodiscard]] std::optional<Buffer> echo_request(const Echo& echo);

/// The reply in a frame. Nothing for any other frame, nor for a reply in fragments, behind VLAN tags or extension
/// headers, or with another payload than ours: nobody answers so whom we asked. Checksums are not looked at, the token
/// says as much.
[[nodiscard]] std::optional<Echo> read_echo_reply(Bytes frame) noexcept;

}  // namespace sara::proto
