// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>

#include "core/policy/load.hpp"
#include "core/policy/thresholds.hpp"

namespace sara::policy {

/// In [0,1], always finite.
class Probability {
public:
    constexpr Probability() noexcept = default;

    /// NaN becomes 1, as for Load.
    [[nodiscard]] static constexpr Probability clamped(double value) noexcept {
        Probability probability;
        probability.value_ = Load::clamped(value).value();
        return probability;
    }
    [[nodiscard]] static constexpr Probability certain() noexcept { return clamped(1); }

    [[nodiscard]] constexpr double value() const noexcept { return value_; }

    friend constexpr auto operator<=>(const Probability&, const Probability&) = default;

private:
    double value_ = 0;
};

/// What the packet path does with a load.
struct Drop {
    Probability fresh;        ///< p_new: a session that begins is refused; drawn once per session
    Probability established;  ///< p_est: a datagram of an established session's media is dropped
    bool all = false;         ///< at C: signalling too, which is never thinned (a lost BYE keeps the load up)

    friend bool operator==(const Drop&, const Drop&) = default;
};

/// The kernel evaluates this same function, with x = pushed x + cost * admitted since the push; x may pass 1.
/// clamp((x - low) / (high - low)), low < high.
[[nodiscard]] Probability ramp(double x, Load low, Load high) noexcept;

/// Paper eq. 2 as it must be meant: p_new rises from T1 to T2, p_est from T3 to C; all at C. With Thresholds::paper(),
/// x = .55: .25 and 0; x = .9: 1 and 1/3.
[[nodiscard]] Drop drop_at(double x, const Thresholds& thresholds) noexcept;

/// Paper eq. 2 as printed: between T1 and T2 new sessions are refused *less* the higher the load, above T3 as likely as
/// not admitted, and established sessions are hit ("otherwise") from T1 on. To be compared with, not to be used.
[[nodiscard]] Drop drop_as_printed(double x, const Thresholds& thresholds) noexcept;

}  // namespace sara::policy
