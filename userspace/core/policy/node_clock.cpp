// SPDX-License-Identifier: GPL-2.0
#include "core/policy/node_clock.hpp"

namespace sara::policy {

namespace {

/// Signed, so that a moment may be past, and modulo 2^32, as the field is.
std::chrono::seconds between(std::uint32_t earlier, std::uint32_t later) noexcept {
    return std::chrono::seconds(static_cast<std::int32_t>(later - earlier));
}

}  // namespace

void NodeClock::heard(std::uint32_t sent, Time now) noexcept {
    latest_ = sent;
    if (reference_) {
        const Duration ahead = between(*reference_, sent) - (now - at_);
        // A timestamp is cut to whole seconds: one that seems up to a second (and some delay) behind says nothing new.
        // Further behind, the node's clock was set back.
        if (ahead <= Duration::zero() && ahead > -std::chrono::seconds(2)) {
            return;
        }
    }
    reference_ = sent;
    at_ = now;
}

std::optional<Time> NodeClock::when(std::uint32_t moment) const noexcept {
    return reference_ ? std::optional(at_ + between(*reference_, moment)) : std::nullopt;
}

std::optional<std::chrono::seconds> NodeClock::ahead(std::uint32_t unix_now, Time now) const noexcept {
    if (!reference_) {
        return std::nullopt;
    }
    return std::chrono::floor<std::chrono::seconds>(between(unix_now, *reference_) + (now - at_));
}

}  // namespace sara::policy
