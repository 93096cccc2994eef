// SPDX-License-Identifier: GPL-2.0
#include "core/policy/level.hpp"

#include <algorithm>

#include "core/policy/forecast.hpp"

namespace sara::policy {

void Level::sample(Load measured, double live, Cost cost) noexcept {
    ring_[next_] = {.load = measured.value(), .live = live};
    next_ = (next_ + 1) % ring_.size();
    size_ = std::min(size_ + 1, ring_.size());

    double mean = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        const double since = live - ring_[i].live;
        // A saturated node had too much, nobody knows how much: with some of it gone it may still be saturated.
        const bool saturated = ring_[i].load >= kSaturated.value();
        mean +=
            (ring_[i].load + cost.value() * (saturated ? std::max(0.0, since) : since)) / static_cast<double>(size_);
    }
    expected_ = Load::clamped(mean);
    error_ = forecast_error(expected_, measured);
    damped_ = damp(expected_, measured, error_);
}

void Level::clear() noexcept {
    next_ = 0;
    size_ = 0;
    expected_ = damped_ = Load::full();
    error_ = 1;
}

}  // namespace sara::policy
