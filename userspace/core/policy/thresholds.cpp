// SPDX-License-Identifier: GPL-2.0
#include "core/policy/thresholds.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sara::policy {

namespace {

constexpr double kT2Pace = .25;

/// How near a threshold may come to the one below it.
Load floor_of(Load configured, Load below) noexcept {
    return Load::clamped(below.value() + (configured.value() - below.value()) / 4);
}

}  // namespace

Result<Thresholds> Thresholds::from(double t1, double t2, double t3, double c) {
    struct Named {
        std::string_view name;
        double value;
    };
    const std::array named{Named{"T1", t1}, Named{"T2", t2}, Named{"T3", t3}, Named{"C", c}};
    const Named* below = nullptr;
    for (const Named& each : named) {
        if (const Result<Load> load = Load::from(each.value, each.name); !load) {
            return load.error();
        }
        if (below != nullptr && !(below->value < each.value)) {
            return Error{std::string("thresholds out of order: ")
                             .append(below->name)
                             .append(" (" + std::to_string(below->value) + ") must be below ")
                             .append(each.name)
                             .append(" (" + std::to_string(each.value) + ")"),
                         std::string(each.name)};
        }
        below = &each;
    }
    Thresholds checked;
    checked.t1_ = Load::clamped(t1);
    checked.t2_ = Load::clamped(t2);
    checked.t3_ = Load::clamped(t3);
    checked.c_ = Load::clamped(c);
    return checked;
}

void MovingThresholds::move(Load x) noexcept {
    if (x <= configured_.t1()) {
        now_ = configured_;
        return;
    }
    const double over_t2 = std::max(0.0, x.value() - now_.t2().value());
    const double over_t3 = std::max(0.0, x.value() - now_.t3().value());
    now_.t2_ =
        std::max(Load::clamped(now_.t2().value() - kT2Pace * over_t2), floor_of(configured_.t2(), configured_.t1()));
    // T2 never rises above what is configured, so this floor keeps T3 above it.
    now_.t3_ = std::max(Load::clamped(now_.t3().value() * (1 - over_t3)), floor_of(configured_.t3(), configured_.t2()));
}

}  // namespace sara::policy
