// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.hpp"

namespace sara {

enum class Transport : std::uint8_t { udp = 17, tcp = 6 };

[[nodiscard]] std::string_view to_string(Transport transport) noexcept;
/// "udp" or "tcp".
[[nodiscard]] std::optional<Transport> parse_transport(std::string_view text) noexcept;

/// The 5-tuple that names a flow (paper, section III A), always in the request direction: src is the client, dst the
/// VIP, also when it describes a reply seen at the gateway.
struct FlowKey {
    Endpoint src;
    Endpoint dst;
    Transport transport = Transport::udp;

    /// "udp 198.18.1.11:4000 > 198.18.0.100:5060"
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const FlowKey&, const FlowKey&) = default;
};

/// For std::unordered_map. Not keyed: callers bound the number of entries.
struct FlowKeyHash {
    [[nodiscard]] std::size_t operator()(const FlowKey& key) const noexcept;
};

}  // namespace sara
