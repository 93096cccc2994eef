// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace sara::policy {

struct FlapConfig {
    double suppress = 2.5;  ///< so many failures in short order, and the node stays down
    double reuse = 1;       ///< until so much of them is left; above 0, below suppress
    double limit = 6;       ///< more are not held against it, so that it returns in bounded time; at least suppress
    Duration half_life = std::chrono::seconds(15);  ///< in which half of a failure is forgotten; above 0

    friend bool operator==(const FlapConfig&, const FlapConfig&) = default;
};

/// Names the first setting that is out of its range.
[[nodiscard]] Status check(const FlapConfig& config);

/// Keeps a node down that fails again and again (as RFC 2439 does with routes): each failure counts 1 and is forgotten
/// exponentially. With the defaults a node that fails for the third time within some 8 s stays down for about 20 s,
/// and never longer than 39 s after its last failure.
class FlapDamper {
public:
    /// Precondition: check(config).ok().
    explicit FlapDamper(const FlapConfig& config) noexcept : config_(config) {}

    void failed(Time now) noexcept;

    [[nodiscard]] bool damped(Time now) const noexcept { return now < until_; }
    /// When the node may be up again; in the past if it may now.
    [[nodiscard]] Time until() const noexcept { return until_; }

private:
    FlapConfig config_;
    double penalty_ = 0;
    Time since_{};
    Time until_ = Time::min();
};

}  // namespace sara::policy
