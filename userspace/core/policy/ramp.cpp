// SPDX-License-Identifier: GPL-2.0
#include "core/policy/ramp.hpp"

#include <algorithm>
#include <cmath>

namespace sara::policy {

Probability ramp(double x, Load low, Load high) noexcept {
    return Probability::clamped((x - low.value()) / (high.value() - low.value()));
}

Drop drop_at(double x, const Thresholds& thresholds) noexcept {
    return {.fresh = ramp(x, thresholds.t1(), thresholds.t2()),
            .established = ramp(x, thresholds.t3(), thresholds.c()),
            .all = !(x < thresholds.c().value())};
}

Drop drop_as_printed(double x, const Thresholds& thresholds) noexcept {
    const double t1 = thresholds.t1().value();
    const double t2 = thresholds.t2().value();
    const double t3 = thresholds.t3().value();
    const double c = thresholds.c().value();
    if (x <= t1) {
        return {};
    }
    if (!(x < c)) {
        return {.fresh = Probability::certain(), .established = Probability::certain(), .all = true};
    }
    const double g = std::abs((x - t3) / (c - t3));
    const Probability otherwise = Probability::clamped(std::max(g, 1 - g));
    Drop drop{.fresh = otherwise, .established = otherwise, .all = false};
    if (x <= t2) {
        drop.fresh = Probability::clamped(1 - std::abs((x - t1) / (t2 - t1)));
    } else if (x <= t3) {
        drop.fresh = Probability::certain();
    }
    return drop;
}

}  // namespace sara::policy
