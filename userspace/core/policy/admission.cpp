// SPDX-License-Identifier: GPL-2.0
#include "core/policy/admission.hpp"

#include <algorithm>
#include <cmath>

namespace sara::policy {

Status check(const AdmissionConfig& config) {
    if (config.min_period <= Duration::zero()) {
        return Error{"the shortest period is above 0", "min_period"};
    }
    if (config.period < config.min_period) {
        return Error{"the period is not shorter than the shortest period", "period"};
    }
    return Done{};
}

std::string_view to_string(Stage stage) noexcept {
    switch (stage) {
    case Stage::admits:
        return "admits";
    case Stage::refuses_some:
        return "refuses-some";
    case Stage::refuses_all:
        return "refuses-all";
    case Stage::thins:
        return "thins";
    case Stage::stops:
        return "stops";
    }
    return "?";
}

Stage stage_of(const Drop& drop) noexcept {
    if (drop.established.value() > 0) {
        return drop.established.value() < 1 ? Stage::thins : Stage::stops;
    }
    if (drop.fresh.value() > 0) {
        return drop.fresh.value() < 1 ? Stage::refuses_some : Stage::refuses_all;
    }
    return Stage::admits;
}

Duration next_period(Duration period, Probability fresh, double x, Load t1, const AdmissionConfig& config) noexcept {
    if (x <= t1.value()) {
        return config.period;
    }
    const double shorter = static_cast<double>(period.count()) * (1 - fresh.value());
    return std::max(config.min_period, Duration(static_cast<Duration::rep>(shorter)));
}

/// Cost and error are estimates: thresholds follow them when the margin is off by a tenth.
void AdmissionControl::follow(const AdmissionInput& input) noexcept {
    constexpr double kNew = .1;
    error_ += kNew * (input.error - error_);
    // Errors are a mean: half as much again holds most of them.
    const Thresholds wanted = Thresholds::by_margin(std::max(input.dearest.value(), 1.5 * error_));
    const double margin = 1 - thresholds_.configured().t1().value();
    if (std::abs(1 - wanted.t1().value() - margin) > margin / 10) {
        thresholds_.configure(wanted);
    }
}

Admission AdmissionControl::decide(const AdmissionInput& input) {
    const bool literal = config_.equations == Equations::paper_literal;
    const double pending = literal ? 0 : input.pending;
    if (!config_.thresholds) {
        follow(input);
    }
    // Nodes that do not tell their load may be well, and what they serve is not to be broken for it.
    const Load unknown = input.any_up ? thresholds_.configured().t2() : Load::full();
    const double told = input.cluster ? std::max(0.0, input.cluster->value() + pending) : unknown.value();
    const double cluster = config_.spare ? std::min(told, thresholds_.now().t3().value()) : told;
    Admission out;
    out.x = std::max(input.own.value(), cluster);
    if (config_.moving) {
        thresholds_.move(Load::clamped(out.x));
    }
    out.thresholds = thresholds_.now();
    out.equations = config_.equations;
    switch (config_.equations) {
    case Equations::recommended:
        out.cost = input.cost;
        out.drop = drop_at(out.x, out.thresholds);
        break;
    case Equations::paper_literal:
        out.drop = drop_as_printed(out.x, out.thresholds);
        break;
    }
    period_ = next_period(period_, out.drop.fresh, out.x, out.thresholds.t1(), config_);
    out.period = period_;
    return out;
}

}  // namespace sara::policy
