// SPDX-License-Identifier: GPL-2.0
#include "core/policy/monitor.hpp"

#include <algorithm>

namespace sara::policy {

bool HealthMonitor::add(wire::HostId host) {
    return nodes_.try_emplace(host, Node{.health = NodeHealth(config_)}).second;
}

bool HealthMonitor::remove(wire::HostId host) {
    return nodes_.erase(host) > 0;
}

/// Moves both clocks, and returns real time, which never goes backwards. We are called once per period; what is missing
/// of more than two of them was our own absence.
Time HealthMonitor::listen(Time now) {
    now = std::max(now, called_.value_or(now));
    const Duration passed = now - called_.value_or(now);
    called_ = now;
    if (passed <= 2 * config_.period) {
        listening_ += passed;
        return now;
    }
    ++pauses_;
    for (auto& [host, node] : nodes_) {
        node.health.excuse(listening_);
    }
    // If we are always late, the silence of a node must still come to an end.
    listening_ += config_.period / 2;
    return now;
}

void HealthMonitor::settle(wire::HostId host, Node& node, Time now, std::vector<HealthChange>& changes) {
    const State state = node.health.state(listening_, now);
    if (state != node.state) {
        changes.push_back({.host = host, .from = node.state, .to = state});
        node.state = state;
    }
    if (const std::optional<Duration> left = node.health.next_change(listening_, now)) {
        deadline_ = std::min(deadline_, now + *left);
    }
}

Heard HealthMonitor::handle(const wire::Heartbeat& beat, const Address& from, Time now) {
    now = listen(now);
    Heard heard;
    const auto found = nodes_.find(beat.host);
    if (found == nodes_.end()) {
        ++unknown_;
        return heard;
    }
    heard.verdict = found->second.health.handle(beat, from, listening_, now);
    settle(beat.host, found->second, now, heard.changes);
    return heard;
}

std::vector<HealthChange> HealthMonitor::probed(wire::HostId host, bool answered, Time now) {
    now = listen(now);
    std::vector<HealthChange> changes;
    if (const auto found = nodes_.find(host); found != nodes_.end()) {
        found->second.health.probed(answered);
        settle(host, found->second, now, changes);
    }
    return changes;
}

std::vector<HealthChange> HealthMonitor::vip_checked(wire::HostId host, bool broken, Time now) {
    now = listen(now);
    std::vector<HealthChange> changes;
    if (const auto found = nodes_.find(host); found != nodes_.end()) {
        found->second.health.vip_checked(broken);
        settle(host, found->second, now, changes);
    }
    return changes;
}

std::vector<HealthChange> HealthMonitor::expire(Time now) {
    now = listen(now);
    deadline_ = now + config_.period;
    std::vector<HealthChange> changes;
    for (auto& [host, node] : nodes_) {
        settle(host, node, now, changes);
    }
    return changes;
}

State HealthMonitor::state(wire::HostId host) const noexcept {
    const auto found = nodes_.find(host);
    return found == nodes_.end() ? State{} : found->second.state;
}

std::optional<Time> HealthMonitor::fails_at(wire::HostId host) const noexcept {
    const auto found = nodes_.find(host);
    return found == nodes_.end() ? std::nullopt : found->second.health.fails_at();
}

std::vector<HealthView> HealthMonitor::view() const {
    std::vector<HealthView> all;
    all.reserve(nodes_.size());
    for (const auto& [host, node] : nodes_) {
        all.push_back({.host = host,
                       .state = node.state,
                       .fails_at = node.health.fails_at(),
                       .beats = node.health.counters(),
                       .speaker = node.health.speaker(),
                       .rival = node.health.rival(),
                       .clock = node.health.clock()});
    }
    return all;
}

}  // namespace sara::policy
