// SPDX-License-Identifier: GPL-2.0
#include "core/policy/cluster_load.hpp"

#include <string>

namespace sara::policy {

namespace {

struct Moments {
    double mean = 0;
    double variance = 0;
};

/// Precondition: not empty. Two passes, so that nearly equal loads do not cancel out.
Moments moments(std::span<const Load> loads) noexcept {
    const auto count = static_cast<double>(loads.size());
    Moments of;
    for (const Load load : loads) {
        of.mean += load.value() / count;
    }
    for (const Load load : loads) {
        const double off = load.value() - of.mean;
        of.variance += off * off / count;
    }
    return of;
}

}  // namespace

Result<Smoothing> Smoothing::from(double value) {
    if (!(value > 0 && value <= 1)) {
        return Error{"a smoothing factor is above 0 and at most 1, this is " + std::to_string(value), {}};
    }
    Smoothing smoothing;
    smoothing.value_ = value;
    return smoothing;
}

Load cluster_load(std::span<const Load> loads, Smoothing smoothing) noexcept {
    if (loads.empty()) {
        return Load::full();
    }
    const Moments of = moments(loads);
    return Load::clamped(of.mean + (1 - smoothing.value()) / smoothing.value() * of.variance);
}

Load cluster_load_as_printed(std::span<const Load> loads, Smoothing smoothing) noexcept {
    if (loads.empty()) {
        return Load::full();
    }
    const Moments of = moments(loads);
    return Load::clamped(smoothing.value() * of.mean + (1 - smoothing.value()) * of.variance);
}

}  // namespace sara::policy
