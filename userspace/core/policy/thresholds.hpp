// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>

#include "core/base/result.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// Where refusing begins and ends (paper Fig. 4): 0 <= T1 < T2 < T3 < C <= 1, always.
class Thresholds {
public:
    /// .95, .97, .99, 1.
    constexpr Thresholds() noexcept = default;

    /// A short ramp near the end: 1-m, 1-.6m, 1-.2m, 1, where the margin m is room for one more session on each node,
    /// or what loads are uncertain by if that is more; from .02 to .25. Refusing from .5 on keeps a third of the
    /// cluster idle; it must when each datagram is judged by an old load. With one verdict per session and pending
    /// sessions counted the load stays within the ramp, however short; but a cluster is even only to a session. In the
    /// simulation (tests/sim) nodes of 400 sessions complete 98 % of capacity at 2 and 6 times the load that they can
    /// serve, where a margin of .05 makes it 96 %, and paper() 63 to 67 %; three nodes of 20 sessions break 2 % at 6
    /// times by a margin of .03 and none by .05, of 10 sessions 1 to 3 % by .05 and none by .1, of 5 sessions up to
    /// half by .05 and none by .2.
    [[nodiscard]] static constexpr Thresholds by_margin(double room) noexcept {
        constexpr double kLeast = .02;
        constexpr double kMost = .25;
        const double margin = std::clamp(room, kLeast, kMost);
        Thresholds near;
        near.t1_ = Load::clamped(1 - margin);
        near.t2_ = Load::clamped(1 - .6 * margin);
        near.t3_ = Load::clamped(1 - .2 * margin);
        return near;
    }

    /// The paper's kind of values: .5, .7, .85, 1.
    [[nodiscard]] static constexpr Thresholds paper() noexcept {
        Thresholds wide;
        wide.t1_ = Load::clamped(.5);
        wide.t2_ = Load::clamped(.7);
        wide.t3_ = Load::clamped(.85);
        return wide;
    }

    /// Refused, naming the two that are out of order, or the one that is no load.
    [[nodiscard]] static Result<Thresholds> from(double t1, double t2, double t3, double c);

    [[nodiscard]] constexpr Load t1() const noexcept { return t1_; }  ///< above: some new sessions are refused
    [[nodiscard]] constexpr Load t2() const noexcept { return t2_; }  ///< from here: all new sessions
    [[nodiscard]] constexpr Load t3() const noexcept { return t3_; }  ///< above: some media of established sessions
    [[nodiscard]] constexpr Load c() const noexcept { return c_; }    ///< from here: everything

    friend bool operator==(const Thresholds&, const Thresholds&) = default;

private:
    friend class MovingThresholds;

    Load t1_ = Load::clamped(.95);
    Load t2_ = Load::clamped(.97);
    Load t3_ = Load::clamped(.99);
    Load c_ = Load::full();
};

/// Paper eq. 4, moved by the excess alone (as printed, |T - x| also moves them when there is none, and multiplies T3 by
/// nearly 0): T2 -= k * max(0, x-T2), T3 *= 1 - max(0, x-T3), k = .25; both back at x <= T1. Neither moves further than
/// three quarters of its way to the threshold below it, so that the order holds and something is still admitted.
class MovingThresholds {
public:
    explicit MovingThresholds(const Thresholds& configured) noexcept : configured_(configured), now_(configured) {}

    /// They are others now; what was moved begins anew.
    void configure(const Thresholds& configured) noexcept {
        if (configured_ != configured) {
            configured_ = now_ = configured;
        }
    }

    /// Once per period of admission.
    void move(Load x) noexcept;

    [[nodiscard]] const Thresholds& now() const noexcept { return now_; }
    [[nodiscard]] const Thresholds& configured() const noexcept { return configured_; }

private:
    Thresholds configured_;
    Thresholds now_;
};

}  // namespace sara::policy
