// SPDX-License-Identifier: GPL-2.0
#include "core/policy/shell.hpp"

#include <algorithm>
#include <cmath>

namespace sara::policy {

namespace {

double over(Duration part, Duration whole) noexcept {
    return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

Status check(const ShellConfig& config) {
    if (const Status admission = check(config.admission); !admission) {
        return Error{admission.error().what, "admission." + admission.error().where};
    }
    if (const Status cost = check(config.cost); !cost) {
        return Error{cost.error().what, "cost." + cost.error().where};
    }
    if (config.slow_start < Duration::zero()) {
        return Error{"a time is not below 0", "slow_start"};
    }
    if (!(config.slow_start_cost >= 1) || !std::isfinite(config.slow_start_cost)) {
        return Error{"a session of a starting node costs what it costs, or more", "slow_start_cost"};
    }
    return Done{};
}

Shell::Shell(const ShellConfig& config) : config_(config), admission_(config.admission) {}

bool Shell::add(NodeId node) {
    return nodes_.try_emplace(node, config_).second;
}

bool Shell::remove(NodeId node) {
    return nodes_.erase(node) > 0;
}

bool Shell::set_up(NodeId node, bool up, Time now) {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) {
        return false;
    }
    Node& of = found->second;
    if (up && !of.up && of.was_up) {
        // What it was loaded like before says nothing of it now.
        of.forecast.clear();
        of.level.clear();
        of.reported.reset();
        of.slow_until = now + config_.slow_start;
    }
    of.up = up;
    of.was_up = of.was_up || up;
    return true;
}

bool Shell::count(NodeId node, std::uint64_t live, Time now) {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) {
        return false;
    }
    latest_ = now = std::max(now, latest_);
    found->second.live.set(live, now);
    return true;
}

bool Shell::expect(NodeId node, std::uint64_t capacity) {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) {
        return false;
    }
    found->second.learner.expect(capacity);
    return true;
}

bool Shell::report(NodeId node, Load load, Duration period, Time now) {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) {
        return false;
    }
    latest_ = now = std::max(now, latest_);
    Node& of = found->second;
    if (staleness(of, now) > 0) {
        // The steps of a history are equal: no line is drawn across a gap.
        of.forecast.clear();
        of.level.clear();
        if (of.reported) {
            static_cast<void>(of.live.take(now));
        }
    }
    of.live_at_report = of.live.take(now);
    of.forecast.sample(load);
    of.learner.sample(load, of.live_at_report);
    of.level.sample(load, of.live_at_report, of.learner.cost());
    of.reported = now;
    of.period = std::max(period, Duration(1));
    return true;
}

/// 0: it reports; 1: it has not for so long that nothing is known.
double Shell::staleness(const Node& node, Time now) const noexcept {
    if (!node.reported) {
        return 1;
    }
    const double periods = over(now - *node.reported, node.period);
    return std::clamp((periods - kStalePeriods) / kStalePeriods, 0.0, 1.0);
}

Load Shell::believed(const Node& node) const noexcept {
    return config_.predictor == Predictor::trend ? node.forecast.damped() : node.level.damped();
}

double Shell::pending(const Node& node) const noexcept {
    if (!config_.pending) {
        return 0;
    }
    const double begun = static_cast<double>(node.live.now()) - node.live_at_report;
    // As in Level: what is gone from a saturated node makes no room.
    return node.learner.cost().value() * (believed(node) >= kSaturated ? std::max(0.0, begun) : begun);
}

NodeScore Shell::score(NodeId id, const Node& node, Time now) const noexcept {
    const double stale = staleness(node, now);
    const double load = (1 - stale) * believed(node).value() + stale;
    double scale = 1;
    if (now < node.slow_until) {
        scale += (config_.slow_start_cost - 1) * over(node.slow_until - now, config_.slow_start);
    }
    return {.node = id,
            .score = std::max(0.0, load + pending(node)),
            .cost = Cost::of(node.learner.cost().value() * scale)};
}

PolicyUpdate Shell::update(Load own, Time now) {
    latest_ = now = std::max(now, latest_);
    PolicyUpdate out;
    out.epoch = ++epoch_;
    AdmissionInput input{.own = own, .cluster = std::nullopt, .any_up = false};
    loads_.clear();
    double cost = 0;
    for (const auto& [id, node] : nodes_) {
        if (!node.up) {
            continue;
        }
        input.any_up = true;
        out.nodes.push_back(score(id, node, now));
        if (staleness(node, now) > 0) {
            continue;
        }
        switch (config_.predictor) {
        case Predictor::sessions:
            loads_.push_back(node.level.damped());
            input.error += node.level.error() * node.forecast.measured().value();
            break;
        case Predictor::trend:
            loads_.push_back(node.forecast.measured());
            input.error += node.forecast.error() * node.forecast.measured().value();
            break;
        }
        cost += node.learner.cost().value();
        input.dearest = std::max(input.dearest, node.learner.cost());
        input.pending += pending(node);
    }
    if (!loads_.empty()) {
        const auto count = static_cast<double>(loads_.size());
        switch (config_.admission.equations) {
        case Equations::recommended:
            input.cluster = cluster_load(loads_, config_.smoothing);
            break;
        case Equations::paper_literal:
            input.cluster = cluster_load_as_printed(loads_, config_.smoothing);
            break;
        }
        input.cost = Cost::of(config_.pending ? cost / count / count : 0);
        input.error /= count;
        input.pending /= count;
    }
    out.admission = admission_.decide(input);
    return out;
}

std::vector<NodeView> Shell::view(Time now) const {
    now = std::max(now, latest_);
    const bool trend = config_.predictor == Predictor::trend;
    std::vector<NodeView> all;
    all.reserve(nodes_.size());
    for (const auto& [id, node] : nodes_) {
        const NodeScore pushed = score(id, node, now);
        all.push_back({.node = id,
                       .up = node.up,
                       .stale = staleness(node, now) > 0,
                       .measured = node.forecast.measured(),
                       .forecast = trend ? node.forecast.ahead() : node.level.expected(),
                       .error = trend ? node.forecast.error() : node.level.error(),
                       .damped = believed(node),
                       .cost = node.learner.cost(),
                       .pending = pending(node),
                       .score = pushed.score,
                       .placed_at = pushed.cost});
    }
    return all;
}

}  // namespace sara::policy
