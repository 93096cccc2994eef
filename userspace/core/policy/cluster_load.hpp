// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <span>

#include "core/base/result.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// The paper's a of eq. 1: how little an uneven cluster counts as a loaded one. In (0,1]; 1 is the plain mean.
class Smoothing {
public:
    /// .7
    constexpr Smoothing() noexcept = default;

    /// Refused outside (0,1], and what is no number.
    [[nodiscard]] static Result<Smoothing> from(double value);

    [[nodiscard]] constexpr double value() const noexcept { return value_; }

    friend bool operator==(const Smoothing&, const Smoothing&) = default;

private:
    double value_ = .7;
};

/// Paper eq. 1 on a true scale: min(1, mean + (1-a)/a * variance), population variance; a balanced cluster at L is at
/// L. {1, .2, .2, .2} with a = .7: .451. `loads` are those of nodes that are up and not stale; of none: 1.
[[nodiscard]] Load cluster_load(std::span<const Load> loads, Smoothing smoothing) noexcept;

/// Paper eq. 1 as printed: a * mean + (1-a) * variance, which tells a balanced cluster at L to be at a * L.
[[nodiscard]] Load cluster_load_as_printed(std::span<const Load> loads, Smoothing smoothing) noexcept;

}  // namespace sara::policy
