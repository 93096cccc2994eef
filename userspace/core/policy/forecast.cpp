// SPDX-License-Identifier: GPL-2.0
#include "core/policy/forecast.hpp"

#include <algorithm>
#include <cmath>

namespace sara::policy {

namespace {

/// Below this load, errors are not taken relative to it: nearly idle nodes are all the same.
constexpr double kFloor = .01;

}  // namespace

double forecast_error(Load forecast, Load measured) noexcept {
    return std::min(1.0, std::abs(forecast.value() - measured.value()) / std::max(measured.value(), kFloor));
}

Load damp(Load forecast, Load measured, double error) noexcept {
    return Load::clamped((1 - error) * forecast.value() + error * measured.value());
}

void Forecast::sample(Load measured) noexcept {
    error_ = known() ? forecast_error(ahead_, measured) : 1;
    history_.push(measured);
    measured_ = measured;
    ahead_ = history_.extrapolate();
    damped_ = damp(ahead_, measured_, error_);
}

void Forecast::clear() noexcept {
    history_.clear();
    measured_ = ahead_ = damped_ = Load::full();
    error_ = 1;
}

}  // namespace sara::policy
