// SPDX-License-Identifier: GPL-2.0
#include "core/policy/live_mean.hpp"

namespace sara::policy {

void LiveMean::pass(Time now) noexcept {
    if (at_ && now > *at_) {
        const auto passed = static_cast<double>(Duration(now - *at_).count());
        sum_ += static_cast<double>(live_) * passed;
        time_ += passed;
    }
    if (!at_ || now > *at_) {
        at_ = now;
    }
}

void LiveMean::set(std::uint64_t live, Time now) noexcept {
    pass(now);
    live_ = live;
}

double LiveMean::take(Time now) noexcept {
    if (at_) {
        pass(now);
    }
    const double mean = time_ > 0 ? sum_ / time_ : static_cast<double>(live_);
    sum_ = time_ = 0;
    return mean;
}

}  // namespace sara::policy
