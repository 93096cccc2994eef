// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/base/result.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// Where refusing begins and ends (paper Fig. 4): 0 <= T1 < T2 < T3 < C <= 1, always.
class Thresholds {
public:
    /// .5, .7, .85, 1
    constexpr Thresholds() noexcept = default;

    /// Refused, naming the two that are out of order, or the one that is no load.
    [[nodiscard]] static Result<Thresholds> from(double t1, double t2, double t3, double c);

    [[nodiscard]] constexpr Load t1() const noexcept { return t1_; }  ///< above: some new sessions are refused
    [[nodiscard]] constexpr Load t2() const noexcept { return t2_; }  ///< from here: all new sessions
    [[nodiscard]] constexpr Load t3() const noexcept { return t3_; }  ///< above: some media of established sessions
    [[nodiscard]] constexpr Load c() const noexcept { return c_; }    ///< from here: everything

    friend bool operator==(const Thresholds&, const Thresholds&) = default;

private:
    friend class MovingThresholds;

    Load t1_ = Load::clamped(.5);
    Load t2_ = Load::clamped(.7);
    Load t3_ = Load::clamped(.85);
    Load c_ = Load::full();
};

/// Paper eq. 4, moved by the excess alone (as printed, |T - x| also moves them when there is none, and multiplies T3 by
/// nearly 0): T2 -= k * max(0, x-T2), T3 *= 1 - max(0, x-T3), k = .25; both back at x <= T1. Neither moves further than
/// three quarters of its way to the threshold below it, so that the order holds and something is still admitted.
class MovingThresholds {
public:
    explicit MovingThresholds(const Thresholds& configured) noexcept : configured_(configured), now_(configured) {}

    /// Once per period of admission.
    void move(Load x) noexcept;

    [[nodiscard]] const Thresholds& now() const noexcept { return now_; }

private:
    Thresholds configured_;
    Thresholds now_;
};

}  // namespace sara::policy
