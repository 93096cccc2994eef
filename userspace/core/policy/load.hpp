// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/result.hpp"
#include "core/wire/heartbeat.hpp"

namespace sara::policy {

/// How much of a machine or of the cluster is used: in [0,1], always finite. What comes from outside passes from(),
/// which refuses; what was computed from loads passes clamped().
class Load {
public:
    constexpr Load() noexcept = default;

    /// NaN, infinities and what is not in [0,1] are refused by name. `where` names the value in the error.
    [[nodiscard]] static Result<Load> from(double value, std::string_view where = "load");

    /// Into [0,1]. NaN becomes 1: what is not known is no reason to admit.
    [[nodiscard]] static constexpr Load clamped(double value) noexcept {
        Load load;
        load.value_ = value < 1 ? (value > 0 ? value : 0) : 1;
        return load;
    }

    [[nodiscard]] static constexpr Load full() noexcept { return clamped(1); }

    [[nodiscard]] constexpr double value() const noexcept { return value_; }

    friend constexpr auto operator<=>(const Load&, const Load&) = default;

private:
    double value_ = 0;
};

/// From here on a measurement says only that a node carries no more: it may have far too much, and losing some of that
/// does not show.
inline constexpr Load kSaturated = Load::clamped(.98);

/// What a node measures of itself (paper III G).
enum class Component : std::uint8_t {
    cpu = 0,  ///< of all processors
    memory = 1,
    network = 2,  ///< socket memory against its limit
    io = 3,       ///< the I/O queue
    backlog = 4,  ///< accept and receive queues of the service's sockets
    link = 5,     ///< what leaves by the uplink against what it carries
    softirq = 6,  ///< of the processor that has most of it
};

inline constexpr std::size_t kComponents = 7;
static_assert(kComponents == wire::kComponentCount);

[[nodiscard]] std::string_view to_string(Component component) noexcept;

/// One report of a node. A component that it cannot measure is left out, and is not a load of 0.
class LoadVector {
public:
    void set(Component component, Load load) noexcept { loads_[static_cast<std::size_t>(component)] = load; }
    [[nodiscard]] std::optional<Load> get(Component component) const noexcept {
        return loads_[static_cast<std::size_t>(component)];
    }

    friend bool operator==(const LoadVector&, const LoadVector&) = default;

private:
    std::array<std::optional<Load>, kComponents> loads_{};
};

/// What a decoded message says. The decoder has refused what is no load.
[[nodiscard]] LoadVector loads_of(const wire::LoadMessage& message) noexcept;

/// How much each component counts, in the order of Component. Finite, not negative, one above 0 at least.
class Weights {
public:
    [[nodiscard]] static Result<Weights> from(const std::array<double, kComponents>& weights);

    [[nodiscard]] double of(Component component) const noexcept { return all_[static_cast<std::size_t>(component)]; }

    friend bool operator==(const Weights&, const Weights&) = default;

private:
    std::array<double, kComponents> all_{};
};

/// The node's scalar: its bottleneck, and what measured it. Nothing if nothing was measured.
struct Bottleneck {
    Load load;
    Component component = Component::cpu;
};
[[nodiscard]] std::optional<Bottleneck> bottleneck(const LoadVector& vector) noexcept;

/// The node's scalar: the weighted mean of what was measured. Nothing if that has no weight.
[[nodiscard]] std::optional<Load> weighted(const LoadVector& vector, const Weights& weights) noexcept;

}  // namespace sara::policy
