// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/time.hpp"

namespace sara::policy {

/// When a moment of a node's own clock is, on ours. Clocks of nodes are not trusted to be right, only to run: what
/// counts is how far the moment is from the time that the node itself says it is. Unix seconds, right across 2106.
class NodeClock {
public:
    /// A heartbeat that was sent at `sent` by the node's clock arrived.
    void heard(std::uint32_t sent, Time now) noexcept;

    /// Nothing before heard(). At most one second and the datagram's way too late; a moment in the past is before
    /// `now`.
    [[nodiscard]] std::optional<Time> when(std::uint32_t moment) const noexcept;

    /// How far the node's clock is ahead of this machine's, which shows `unix_now`; behind is below 0. Up to a second,
    /// and the datagram's way, too little. Nothing before heard().
    [[nodiscard]] std::optional<std::chrono::seconds> ahead(std::uint32_t unix_now, Time now) const noexcept;

    /// What the node's clock showed last. Nothing before heard().
    [[nodiscard]] std::optional<std::uint32_t> latest() const noexcept { return latest_; }

private:
    std::optional<std::uint32_t> latest_;
    std::optional<std::uint32_t> reference_;
    Time at_{};  ///< when the node's clock had just become `reference_`, or a little later
};

}  // namespace sara::policy
