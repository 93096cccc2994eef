// SPDX-License-Identifier: GPL-2.0
#include "core/policy/flap.hpp"

#include <algorithm>
#include <cmath>

namespace sara::policy {

Status check(const FlapConfig& config) {
    if (!(config.reuse > 0 && config.reuse < config.suppress && config.suppress <= config.limit &&
          std::isfinite(config.limit))) {
        return Error{"flap damping needs 0 < reuse < suppress <= limit", "reuse, suppress, limit"};
    }
    if (config.half_life <= Duration::zero()) {
        return Error{"a half-life is above 0", "half_life"};
    }
    return Done{};
}

void FlapDamper::failed(Time now) noexcept {
    const auto half_life = static_cast<double>(config_.half_life.count());
    const auto passed = static_cast<double>(std::max(now - since_, Duration::zero()).count());
    penalty_ = std::min(config_.limit, penalty_ * std::exp2(-passed / half_life) + 1);
    since_ = now;
    if (penalty_ >= config_.suppress || damped(now)) {
        const double wait = half_life * std::max(0.0, std::log2(penalty_ / config_.reuse));
        until_ = std::max(until_, now + Duration(static_cast<Duration::rep>(wait)));
    }
}

}  // namespace sara::policy
