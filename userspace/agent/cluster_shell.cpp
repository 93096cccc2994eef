// SPDX-License-Identifier: GPL-2.0
#include "agent/cluster_shell.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/log.hpp"
#include "agent/policy_request.hpp"
#include "agent/stats.hpp"
#include "io/clock.hpp"
#include "io/load_sources.hpp"

namespace sara::agent {

namespace {

/// An event as it is published.
struct ToJson {
    nlohmann::ordered_json operator()(const role::NodeChanged& change) const {
        nlohmann::ordered_json out = {{"event", "changed"},
                                      {"object", "node"},
                                      {"name", change.name},
                                      {"health", to_string(change.to.availability)},
                                      {"cause", to_string(change.to.cause)}};
        if (change.from) {
            out["was"] = to_string(change.from->availability);
        }
        if (change.fails_at) {
            out["planned_at"] = io::calendar_text(*change.fails_at, now);
        }
        return out;
    }
    nlohmann::ordered_json operator()(const role::StageChanged& change) const {
        nlohmann::ordered_json out = {{"event", "changed"}, {"object", "admission"}, {"stage", to_string(change.to)}};
        if (change.from) {
            out["was"] = to_string(*change.from);
        }
        out.update(agent::to_json(change.admission));
        return out;
    }

    Time now;
};

nlohmann::ordered_json event_json(const role::ClusterEvent& event, Time now) {
    return std::visit(ToJson{now}, event);
}

}  // namespace

Result<std::unique_ptr<ClusterShell>> ClusterShell::open(boost::asio::io_context& io, const Config& config,
                                                         KernelLink& kernel) {
    std::unique_ptr<ClusterShell> self(new ClusterShell(io, config, kernel));
    if (config.cluster->plain) {
        Result<std::unique_ptr<io::UdpSocket>> socket = io::UdpSocket::open(io, *config.cluster->plain);
        if (!socket) {
            return socket.error();
        }
        self->plain_ = std::move(*socket);
        self->plain_->start(
            [shell = self.get()](const Endpoint& from, Bytes datagram) {
                // Anybody can send these: they may say that a node lives, and nothing else.
                if (datagram.size() == wire::kHeartbeatSize) {
                    shell->on_note(from, datagram);
                }
            },
            [] {});
    }
    if (config.cluster->vip_check) {
        self->vip_check_ = std::make_unique<VipCheckShell>(
            io, *config.cluster->vip_check, kernel, [shell = self.get()](policy::NodeId node, role::VipPath path) {
                shell->carry_out(shell->role_.vip_checked(node, path, io::now()));
            });
    }
    return self;
}

ClusterShell::ClusterShell(boost::asio::io_context& io, const Config& config, KernelLink& kernel)
    : config_(config.cluster->cluster), hosts_(config.hosts), kernel_(kernel), role_(config_),
      alarm_(io, [this] { on_alarm(); }) {
    static_cast<void>(meter_.sample(io::read_load_sources({})));
}

kern::Status ClusterShell::adopt(kern::Channel& channel) {
    role_ = role::Cluster(config_);
    names_.clear();
    // Our epochs begin anew.
    if (const kern::Status forgotten = channel.execute(kern::policy_del()); !forgotten) {
        return forgotten.error();
    }
    if (const kern::Status read = read_nodes(channel); !read) {
        return read.error();
    }
    // Before a heartbeat is heard: what an earlier agent found broken stays so until it answers.
    if (vip_check_) {
        if (const kern::Status adopted = vip_check_->adopt(channel); !adopted) {
            return adopted.error();
        }
    }
    alarm_.set(io::now());
    return Done{};
}

kern::Status ClusterShell::read_nodes(kern::Channel& channel) {
    const kern::Result<kern::Listing<kern::Node>> listing = channel.dump<kern::Node>(kern::node_dump());
    if (!listing) {
        return listing.error();
    }
    std::vector<role::ClusterNode> present;
    names_.clear();
    ids_.clear();
    for (const kern::Node& node : listing->items) {
        ids_.emplace(node.name, policy::NodeId{node.id});
        const auto configured = hosts_.find(node.name);
        const auto host = configured != hosts_.end() ? std::optional(configured->second) : host_of(node.address);
        if (!host) {
            if (const auto line =
                    log_.pass(role::LogLevel::error,
                              "node " + node.name + " has an IPv6 address and no \"host\": not watched", io::now())) {
                log({*line});
            }
            continue;
        }
        const policy::NodeId id{node.id};
        names_.emplace(id, node.name);
        present.push_back({.id = id,
                           .name = node.name,
                           .host = *host,
                           .live = node.sessions - std::min(node.sessions, node.sessions_closing),
                           .sessions = node.sessions,
                           .drained = node.state != kern::NodeState::up,
                           .weight = node.weight,
                           .max_sessions = node.max_sessions,
                           .usable = node.usable});
    }
    const kern::Result<kern::Listing<kern::Service>> services = channel.dump<kern::Service>(kern::service_dump());
    if (!services) {
        return services.error();
    }
    role::ServiceNodes limited;
    for (const kern::Service& service : services->items) {
        if (!service.nodes.empty()) {
            limited.emplace(service.name, service.nodes);
        }
    }
    role_.services(std::move(limited));
    carry_out(role_.nodes(present, io::now()));
    return Done{};
}

void ClusterShell::on_note(const Endpoint& from, Bytes note) {
    carry_out(role_.heard(note, from.address, io::now()));
}

Status ClusterShell::plan(const std::string& node, Time at) {
    const Result<role::ClusterOutput> planned = role_.plan(node, at, io::now());
    if (!planned) {
        return planned.error();
    }
    carry_out(*planned);
    return Done{};
}

void ClusterShell::carry_out(const role::ClusterOutput& output) {
    log(output.log);
    for (const role::ClusterEvent& event : output.events) {
        on_change_(event_json(event, io::now()));
    }
    for (const role::SetHealth& set : output.health) {
        static_cast<void>(kernel_.post(to_request(set)));
    }
    if (output.policy) {
        ++policies_;
        static_cast<void>(kernel_.post(to_request(*output.policy, names_)));
    }
}

void ClusterShell::on_alarm() {
    kern::Channel* channel = kernel_.channel();
    if (channel == nullptr) {
        return;  // adopt() begins anew
    }
    if (const kern::Status read = read_nodes(*channel); !read) {
        log(role::LogLevel::warning, "reading the kernel's nodes failed: " + read.error().text());
    }
    const node::LoadReport report = meter_.sample(io::read_load_sources({}));
    if (const auto bottleneck = policy::bottleneck(report.loads)) {
        own_ = bottleneck->load;
    }
    carry_out(role_.expire(own_, io::now()));
    alarm_.set(role_.next_deadline());
    if (kernel_.is_up()) {
        kernel_.drain();
    }
}

void ClusterShell::on_placed(const kern::SessionInfo& session) {
    const auto id = ids_.find(session.node);
    if (session.epoch && id != ids_.end()) {
        role_.placed(*session.epoch, session.placed, id->second);
    }
}

Result<nlohmann::ordered_json> ClusterShell::decision(const DecisionRequest& request) const {
    const role::Decision* decision = role_.decisions().find(request.epoch);
    if (decision == nullptr) {
        return Error{"the policy of epoch " + std::to_string(request.epoch) + " is not remembered: the last " +
                         std::to_string(role_.decisions().size()) + " are",
                     {}};
    }
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const role::DecidedNode& node : decision->nodes) {
        nodes.push_back(to_json(node));
        if (const auto placed = role_.decisions().placed_on(request.epoch, request.placed, node.load.node)) {
            nodes.back()["placed"] = *placed;
        }
    }
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(io::now() - decision->pushed);
    nlohmann::ordered_json out = {
        {"epoch", decision->epoch}, {"age", age.count()}, {"own_load", decision->own.value()}};
    out["admission"] = to_json(decision->admission);
    out["nodes"] = std::move(nodes);
    out["services"] = nlohmann::ordered_json(*decision->services);
    return out;
}

nlohmann::ordered_json ClusterShell::stats() const {
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    const Time now = io::now();
    for (const role::ClusterView& node : role_.view(now)) {
        nodes.push_back({{"name", node.name},
                         {"host", wire::text(node.host)},
                         {"availability", to_string(node.state.availability)},
                         {"cause", to_string(node.state.cause)},
                         {"vip_path", to_string(node.vip_path)},
                         {"heartbeats", to_json(node.beats)},
                         {"load", node.load.measured.value()},
                         {"forecast", node.load.forecast.value()},
                         {"damped", node.load.damped.value()},
                         {"error", node.load.error},
                         {"stale", node.load.stale},
                         {"score", node.load.score},
                         {"cost", node.load.cost.value()},
                         {"parts", to_json(node.parts, node.raw)}});
        if (const auto id = ids_.find(node.name); vip_check_ && id != ids_.end()) {
            nodes.back()["vips"] = vip_check_->stats(id->second);
        }
        if (node.fails_at) {
            nodes.back()["planned_at"] = io::calendar_text(*node.fails_at, now);
        }
        if (const auto ahead = node.clock.ahead(io::unix_now(), now)) {
            nodes.back()["clock_ahead"] = ahead->count();
        }
        if (node.speaker) {
            nodes.back()["address"] = node.speaker->text();
        }
        if (node.rival) {
            nodes.back()["rival"] = node.rival->text();
        }
    }
    nlohmann::ordered_json out = to_json(role_.counters());
    out["policies"] = policies_;
    out["own_load"] = own_.value();
    if (vip_check_) {
        out["vip_check"] = vip_check_->stats();
    }
    if (const auto& admission = role_.admission()) {
        out["admission"] = to_json(*admission);
    }
    out["nodes"] = std::move(nodes);
    return out;
}

ClusterMetrics ClusterShell::metrics() const {
    return {role_.view(io::now()), role_.admission()};
}

}  // namespace sara::agent
