// SPDX-License-Identifier: GPL-2.0
#include "core/policy/cost.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace sara::policy {

namespace {

/// Where noise may saturate it.
constexpr double kNearlySaturated = .9;
/// A sample counts no further off the line than this many usual errors.
constexpr double kOutlier = 3;
/// Of what a session would cost if all load came from sessions. Else noise could make one node so cheap that it gets
/// all that come between two of its reports.
constexpr double kLeast = .1;
/// A mean of sessions that is none.
constexpr double kHardly = 1e-9;

}  // namespace

Status check(const CostConfig& config) {
    if (!(config.lowest > 0 && config.lowest < config.highest && config.highest <= 1)) {
        return Error{"the bounds of a cost are in order, above 0 and at most 1", "lowest, highest"};
    }
    if (!(config.prior >= config.lowest && config.prior <= config.highest)) {
        return Error{"a cost lies within its bounds, this is " + std::to_string(config.prior), "prior"};
    }
    if (!(config.told > 0 && config.told <= 1)) {
        return Error{"what is told is off by more than 0 and at most 1, this is " + std::to_string(config.told),
                     "told"};
    }
    if (!(config.forgetting >= .5 && config.forgetting < 1)) {
        return Error{"a forgetting factor is from .5 to below 1, this is " + std::to_string(config.forgetting),
                     "forgetting"};
    }
    if (!(config.noise > 0 && config.noise <= 1)) {
        return Error{"a load's noise is above 0 and at most 1, this is " + std::to_string(config.noise), "noise"};
    }
    return Done{};
}

void CostLearner::sample(Load load, double sessions) noexcept {
    if (load >= kSaturated) {
        return;
    }
    double measured = load.value();
    if (count_ > 0) {
        const double expected = mean_load_ + cost_.value() * (sessions - mean_sessions_);
        // What is left out must not be chosen by the noise: of the highest loads only the lower half would remain.
        if (expected >= kNearlySaturated && measured >= kNearlySaturated - .1) {
            return;
        }
        // While little is known, the line is not worth clipping by.
        const double doubt = 1 + 9 / count_;
        const double reach = kOutlier * usual_error_ * doubt;
        measured = std::clamp(measured, expected - reach, expected + reach);
        usual_error_ += (std::abs(measured - expected) - usual_error_) * (1 - config_.forgetting);
        usual_error_ = std::max(usual_error_, config_.noise / 10);
    }

    count_ = count_ * config_.forgetting + 1;
    const double off = sessions - mean_sessions_;
    mean_sessions_ += off / count_;
    mean_load_ += (measured - mean_load_) / count_;

    // What a session costs if all of the load comes from sessions: no more.
    const double most = (mean_load_ + config_.noise) / std::max(mean_sessions_, kHardly);
    const double prior = std::min(prior_, most);
    // How far off that may be.
    const double spread = std::clamp(most, config_.lowest, is_told_ ? std::max(prior_, config_.told) : prior_);
    // As much variation as tells the prior from noise: the variance of the noise over that of the prior.
    const double tells = config_.noise * config_.noise / (spread * spread);
    const bool forget = variation_ * config_.forgetting > 100 * tells;
    const double keep = forget ? config_.forgetting : 1;

    variation_ = variation_ * keep + off * (sessions - mean_sessions_);
    covariation_ = covariation_ * keep + off * (measured - mean_load_);

    const double slope = (covariation_ + tells * prior) / (variation_ + tells);
    cost_ = Cost::of(std::clamp(slope, std::max(config_.lowest, kLeast * spread), config_.highest));
}

void CostLearner::expect(std::uint64_t capacity) noexcept {
    is_told_ = capacity != 0;
    prior_ = is_told_ ? std::clamp(1 / static_cast<double>(capacity), config_.lowest, config_.highest) : config_.prior;
    if (count_ == 0) {
        cost_ = Cost::of(prior_);
    }
}

}  // namespace sara::policy
