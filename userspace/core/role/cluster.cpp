// SPDX-License-Identifier: GPL-2.0
#include "core/role/cluster.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/policy/sequence.hpp"

namespace sara::role {

namespace {

using policy::Availability;
using policy::Cause;

LogLevel level_of(Availability availability) {
    switch (availability) {
    case Availability::up:
    case Availability::planned:
        return LogLevel::info;
    case Availability::application_down:
    case Availability::vip_broken:
    case Availability::down:
        return LogLevel::warning;
    }
    return LogLevel::warning;
}

/// Older than what is known, and not of a node that began anew.
bool is_late(std::uint32_t known, std::uint32_t number) {
    constexpr std::int32_t kReach = 1024;
    const auto step = static_cast<std::int32_t>(number - known);
    return step <= 0 && step > -kReach;
}

}  // namespace

Cluster::Cluster(const ClusterConfig& config) : config_(config), monitor_(config.detector), shell_(config.shell) {}

Duration Cluster::detection_time() const noexcept {
    return config_.detector.misses * config_.detector.period + config_.detector.slack;
}

ClusterOutput Cluster::nodes(std::span<const ClusterNode> present, Time now) {
    ClusterOutput out;
    std::set<policy::NodeId> ids;
    for (const ClusterNode& node : present) {
        ids.insert(node.id);
        const auto known = nodes_.find(node.id);
        if (known != nodes_.end() && known->second.kernel.host != node.host) {
            remove(known);
        }
        if (!nodes_.contains(node.id)) {
            add(node, out, now);
        }
        if (const auto found = nodes_.find(node.id); found != nodes_.end()) {
            found->second.kernel = node;
            if (!node.drained) {
                found->second.planned.reset();  // the plan was withdrawn
            }
            static_cast<void>(shell_.count(node.id, node.live, now));
            static_cast<void>(shell_.expect(node.id, node.max_sessions));
        }
    }
    for (auto it = nodes_.begin(); it != nodes_.end();) {
        const auto node = it++;
        if (!ids.contains(node->first)) {
            remove(node);
        }
    }
    return out;
}

void Cluster::services(ServiceNodes limited) {
    if (limited != *services_) {
        services_ = std::make_shared<const ServiceNodes>(std::move(limited));
    }
}

void Cluster::add(const ClusterNode& node, ClusterOutput& out, Time now) {
    if (const auto [owner, is_new] = hosts_.emplace(node.host, node.id); !is_new) {
        say(LogLevel::error,
            "nodes " + nodes_.at(owner->second).kernel.name + " and " + node.name + " have one identity, " +
                wire::text(node.host) + ": only the first is watched; give each its own \"host\"",
            node.name, out, now);
        return;
    }
    nodes_.emplace(node.id, Node{.kernel = node,
                                 .grace = now + detection_time(),
                                 .planned = {},
                                 .told = {},
                                 .said = {},
                                 .vip_path = VipPath::unknown,
                                 .load_sequence = {},
                                 .parts = {},
                                 .raw = {}});
    monitor_.add(node.host);
    shell_.add(node.id);
}

void Cluster::remove(std::map<policy::NodeId, Node>::iterator node) {
    monitor_.remove(node->second.kernel.host);
    shell_.remove(node->first);
    hosts_.erase(node->second.kernel.host);
    nodes_.erase(node);
}

ClusterOutput Cluster::heard(Bytes note, const Address& from, Time now) {
    ClusterOutput out;
    Result<wire::NodeMessage> message = wire::decode_node_message(note);
    if (!message) {
        ++counters_.malformed;
        say(LogLevel::warning, "a message of " + from.text() + " was not understood: " + message.error().text(), {},
            out, now);
    } else if (const auto* beat = std::get_if<wire::Heartbeat>(&*message)) {
        heard(*beat, from, out, now);
    } else {
        heard(std::move(std::get<wire::LoadMessage>(*message)), now);
    }
    return out;
}

void Cluster::heard(const wire::Heartbeat& beat, const Address& from, ClusterOutput& out, Time now) {
    const policy::Heard heard = monitor_.handle(beat, from, now);
    switch (heard.verdict) {
    case policy::BeatVerdict::alive:
        ++counters_.heartbeats;
        break;
    case policy::BeatVerdict::late:
    case policy::BeatVerdict::duplicate:
        ++counters_.ignored;
        break;
    case policy::BeatVerdict::conflict:
        ++counters_.ignored;
        say(LogLevel::error,
            from.text() + " sends heartbeats as " + wire::text(beat.host) +
                ", which is another node's identity: give each node its own \"host\"",
            {}, out, now);
        break;
    case policy::BeatVerdict::unknown_host:
        ++counters_.unknown;
        say(LogLevel::warning,
            from.text() + " sends heartbeats as " + wire::text(beat.host) +
                ", which no node is: add the node, or set its \"host\"",
            {}, out, now);
        break;
    }
    apply(heard.changes, out, now);
}

void Cluster::heard(wire::LoadMessage&& message, Time now) {
    Node* node = find(message.host);
    if (node == nullptr) {
        ++counters_.unknown;
        return;
    }
    if (node->load_sequence && is_late(*node->load_sequence, message.sequence)) {
        ++counters_.stale_loads;
        return;
    }
    node->load_sequence = message.sequence;
    node->parts = policy::loads_of(message);
    node->raw = {};
    for (wire::LoadPart& part : message.parts) {
        if (part.component < policy::kComponents) {
            node->raw[part.component] = std::move(part.raw);
        }
    }
    std::optional<policy::Load> load;
    if (config_.weights) {
        load = policy::weighted(node->parts, *config_.weights);
    } else if (const auto bottleneck = policy::bottleneck(node->parts)) {
        load = bottleneck->load;
    }
    if (!load) {
        ++counters_.empty_loads;
        return;
    }
    ++counters_.loads;
    static_cast<void>(shell_.report(node->kernel.id, *load, message.period, now));
}

ClusterOutput Cluster::vip_checked(policy::NodeId node, VipPath path, Time now) {
    ClusterOutput out;
    const auto found = nodes_.find(node);
    if (found == nodes_.end() || found->second.vip_path == path) {
        return out;
    }
    found->second.vip_path = path;
    apply(monitor_.vip_checked(found->second.kernel.host, path == VipPath::broken, now), out, now);
    return out;
}

ClusterOutput Cluster::expire(policy::Load own, Time now) {
    ClusterOutput out;
    if (monitor_.next_deadline() <= now) {
        apply(monitor_.expire(now), out, now);
    }
    for (auto& [id, node] : nodes_) {
        tell(node, out, now);
    }
    if (!patience_) {
        patience_ = now + detection_time();
    }
    if (counters_.loads == 0 && now < *patience_) {
        decide_at_ = now + config_.detector.period;
    } else if (decide_at_ <= now) {
        out.policy = shell_.update(own, now);
        const policy::Admission& admission = out.policy->admission;
        const auto was = admission_ ? std::optional(policy::stage_of(admission_->drop)) : std::nullopt;
        if (const policy::Stage stage = policy::stage_of(admission.drop); was != stage) {
            out.events.emplace_back(StageChanged{.from = was, .to = stage, .admission = admission});
        }
        admission_ = admission;
        remember(*out.policy, own, now);
        decide_at_ = now + out.policy->admission.period;
    }
    return out;
}

/// The shell's view is of the same moment as its update.
void Cluster::remember(const policy::PolicyUpdate& update, policy::Load own, Time now) {
    Decision decision{.epoch = update.epoch,
                      .pushed = now,
                      .own = own,
                      .admission = update.admission,
                      .nodes = {},
                      .services = services_};
    for (const policy::NodeView& load : shell_.view(now)) {
        const Node& node = nodes_.at(load.node);
        decision.nodes.push_back({.name = node.kernel.name,
                                  .availability = node.told,
                                  .drained = node.kernel.drained,
                                  .weight = node.kernel.weight,
                                  .sessions = node.kernel.sessions,
                                  .max_sessions = node.kernel.max_sessions,
                                  .usable = node.kernel.usable,
                                  .load = load});
    }
    decisions_.push(std::move(decision));
}

Result<ClusterOutput> Cluster::plan(std::string_view name, Time at, Time now) {
    const auto found =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& node) { return node.second.kernel.name == name; });
    if (found == nodes_.end()) {
        return Error{"no node of this name is watched", std::string(name)};
    }
    ClusterOutput out;
    found->second.planned = at;
    tell(found->second, out, now);
    return out;
}

/// A decision is due at least once per period, so that a plan's time needs no deadline of its own.
Time Cluster::next_deadline() const noexcept {
    return std::min(monitor_.next_deadline(), decide_at_);
}

void Cluster::apply(const std::vector<policy::HealthChange>& changes, ClusterOutput& out, Time now) {
    for (const policy::HealthChange& change : changes) {
        if (Node* node = find(change.host)) {
            tell(*node, out, now);
        }
    }
}

/// As it is heard, and as the operator says: a plan makes no node better.
policy::State Cluster::state(const Node& node, Time now) const {
    const policy::State heard = monitor_.state(node.kernel.host);
    const bool well = heard.availability == Availability::up;
    if (!node.planned || (!well && heard.availability != Availability::planned)) {
        return heard;
    }
    if (now >= *node.planned) {
        return {Availability::down, Cause::planned_time};
    }
    return well ? policy::State{Availability::planned, Cause::command} : heard;
}

void Cluster::tell(Node& node, ClusterOutput& out, Time now) {
    const policy::State state = this->state(node, now);
    if (state.cause == Cause::never_heard && now < node.grace) {
        return;
    }
    if (node.said != state) {
        const std::optional<Time> announced = monitor_.fails_at(node.kernel.host);
        out.events.emplace_back(NodeChanged{.name = node.kernel.name,
                                            .from = node.said,
                                            .to = state,
                                            .fails_at = node.planned ? node.planned : announced});
        node.said = state;
    }
    if (node.told == state.availability) {
        return;
    }
    node.told = state.availability;
    static_cast<void>(shell_.set_up(node.kernel.id, state.availability == Availability::up, now));
    out.health.push_back({node.kernel.name, state.availability});
    say(level_of(state.availability),
        "node " + node.kernel.name + " is " + std::string(to_string(state.availability)) + " (" +
            std::string(to_string(state.cause)) + ")",
        node.kernel.name, out, now);
}

std::vector<ClusterView> Cluster::view(Time now) const {
    std::map<policy::NodeId, policy::NodeView> loads;
    for (policy::NodeView& load : shell_.view(now)) {
        loads.emplace(load.node, load);
    }
    std::map<wire::HostId, policy::HealthView> healths;
    for (const policy::HealthView& health : monitor_.view()) {
        healths.emplace(health.host, health);
    }
    std::vector<ClusterView> out;
    for (const auto& [id, node] : nodes_) {
        const policy::HealthView& health = healths[node.kernel.host];
        std::optional<Time> fails_at = health.fails_at;
        if (node.planned) {
            fails_at = std::min(*node.planned, fails_at.value_or(kNever));
        }
        out.push_back({.name = node.kernel.name,
                       .host = node.kernel.host,
                       .state = state(node, now),
                       .fails_at = fails_at,
                       .beats = health.beats,
                       .speaker = health.speaker,
                       .rival = health.rival,
                       .clock = health.clock,
                       .vip_path = node.vip_path,
                       .load = loads[id],
                       .parts = node.parts,
                       .raw = node.raw});
    }
    return out;
}

Cluster::Node* Cluster::find(wire::HostId host) noexcept {
    const auto id = hosts_.find(host);
    return id == hosts_.end() ? nullptr : &nodes_.at(id->second);
}

void Cluster::say(LogLevel level, std::string text, const std::string& node, ClusterOutput& out, Time now) {
    if (auto line = log_.pass(level, std::move(text), now)) {
        line->node = node;
        out.log.push_back(std::move(*line));
    }
}

}  // namespace sara::role
