// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/address.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"

namespace sara {

/// An expected flow: a flow key of which some fields may still be unknown. The kernel accepts four forms, looked up in
/// this order: exact; half (client endpoint known, VIP port any); any-port (client address known, its port any);
/// any-source (only the VIP's endpoint known).
struct AnnouncementKey {
    Transport transport = Transport::udp;
    std::optional<Address> src;  ///< nothing: any client
    Port sport = 0;              ///< 0: any
    Address vip;
    Port dport = 0;  ///< 0: any

    /// "udp 198.18.1.11:4000 > 198.18.0.100:*"
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const AnnouncementKey&, const AnnouncementKey&) = default;
};

enum class AnnouncementForm : std::uint8_t { exact = 1, half = 2, any_port = 3, any_source = 4 };

/// Which of the four forms a key has; nothing for any other combination of known fields, which the kernel refuses.
[[nodiscard]] std::optional<AnnouncementForm> form_of(const AnnouncementKey& key) noexcept;

}  // namespace sara
