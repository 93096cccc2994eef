// SPDX-License-Identifier: GPL-2.0
#include "agent/replica_request.hpp"

#include <algorithm>
#include <chrono>

namespace sara::agent {

namespace {

/// The kernel wants something to keep a session that has no signalling flow; its other flows follow, and keep it.
constexpr kern::Milliseconds kUntilItsFlows = std::chrono::seconds(10);

kern::Identity identity(replica::FlowIdentity identity) {
    switch (identity) {
    case replica::FlowIdentity::signalling:
        return kern::Identity::signalling;
    case replica::FlowIdentity::secondary:
        break;
    }
    return kern::Identity::secondary;
}

kern::LifeStatus status(replica::FlowStatus status) {
    switch (status) {
    case replica::FlowStatus::fresh:
        return kern::LifeStatus::fresh;
    case replica::FlowStatus::established:
        return kern::LifeStatus::established;
    case replica::FlowStatus::inactive:
        return kern::LifeStatus::inactive;
    case replica::FlowStatus::closing:
        break;
    }
    return kern::LifeStatus::closing;
}

/// What is standby here was something before, which `established` remembers.
replica::FlowStatus status(kern::LifeStatus status, bool established) {
    switch (status) {
    case kern::LifeStatus::fresh:
        return replica::FlowStatus::fresh;
    case kern::LifeStatus::established:
        return replica::FlowStatus::established;
    case kern::LifeStatus::inactive:
        return replica::FlowStatus::inactive;
    case kern::LifeStatus::closing:
        return replica::FlowStatus::closing;
    case kern::LifeStatus::standby:
        break;
    }
    return established ? replica::FlowStatus::established : replica::FlowStatus::fresh;
}

kern::FlowPast past(const replica::FlowPut& flow) {
    return {.flow = flow.key.flow,
            .call_id = flow.key.call_id,
            .identity = identity(flow.identity),
            .form = flow.identity == replica::FlowIdentity::secondary ? flow.form : std::nullopt,
            .status = status(flow.status),
            .established = flow.established,
            .idle = flow.idle,
            .packets = flow.packets,
            .bytes = flow.bytes,
            .tcp_end = flow.key.flow.transport == Transport::tcp ? flow.tcp_end : std::nullopt};
}

struct Translate {
    kern::Request operator()(const replica::RestoreSession& restore) const {
        const replica::SessionPut& put = restore.session;
        kern::SessionPast session{.service = put.service,
                                  .node = put.node,
                                  .label = put.label,
                                  .lifetime = put.lifetime,
                                  .linger = put.linger,
                                  .age = put.age,
                                  .packets = put.packets,
                                  .bytes = put.bytes,
                                  .source = put.source,
                                  .flow = std::nullopt};
        if (put.signalling) {
            kern::FlowPast& flow = session.flow.emplace();
            flow.flow = put.signalling->flow;
            flow.call_id = put.signalling->call_id;
        } else if (!put.lifetime && !put.linger) {
            session.lifetime = kUntilItsFlows;
        }
        return kern::session_restore(session);
    }
    kern::Request operator()(const replica::ChangeSession& change) const {
        kern::SessionChange set;
        set.id = change.session;
        if (!change.label.empty()) {
            set.label = change.label;
        }
        if (change.linger) {
            set.linger = change.linger;
        } else {
            set.lifetime = change.lifetime.value_or(kern::Milliseconds(0));
        }
        return kern::session_set(set);
    }
    kern::Request operator()(const replica::EndSession& end) const {
        return end.over ? kern::session_del(end.session) : kern::session_del_standby(end.session);
    }
    kern::Request operator()(const replica::TakeOver& take) const {
        kern::SessionChange set;
        set.id = take.session;
        set.own = true;
        return kern::session_set(set);
    }
    kern::Request operator()(const replica::RestoreFlow& restore) const {
        return kern::flow_restore(restore.flow.session, past(restore.flow));
    }
    kern::Request operator()(const replica::DeleteFlow& flow) const { return kern::flow_del(flow.key, flow.session); }
    kern::Request operator()(const replica::RestoreAnnouncement& restore) const {
        const replica::AnnouncementPut& put = restore.announcement;
        return kern::announce_new(
            {.session = put.session, .key = put.key, .tag = put.tag, .ttl = put.ttl, .promotions = put.promotions});
    }
    kern::Request operator()(const replica::Withdraw& withdraw) const {
        return kern::announce_del(withdraw.key, withdraw.session);
    }
    kern::Request operator()(const replica::KeepStandby& keep) const {
        kern::ConfigChange change;
        change.standby_time = std::min(keep.time, kern::kStandbyTimeMax);
        return kern::config_set(change);
    }
};

}  // namespace

kern::Request to_request(const replica::Command& command) {
    return std::visit(Translate{}, command);
}

std::optional<kern::Request> who_has_it(const replica::Command& command) {
    if (const auto* restore = std::get_if<replica::RestoreSession>(&command)) {
        return restore->session.signalling ? std::optional(kern::flow_get(*restore->session.signalling)) : std::nullopt;
    }
    if (const auto* flow = std::get_if<replica::RestoreFlow>(&command)) {
        return kern::flow_get(flow->flow.key);
    }
    if (const auto* announcement = std::get_if<replica::RestoreAnnouncement>(&command)) {
        return kern::announce_get(announcement->announcement.key);
    }
    return std::nullopt;
}

replica::SessionPut to_put(const kern::SessionInfo& session) {
    replica::SessionPut put;
    put.session = session.id;
    put.service = session.service;
    put.node = session.node;
    if (session.flow != FlowKey()) {
        put.signalling = SignallingKey(session.flow, session.call_id);
    }
    put.source = session.source;
    put.label = session.label;
    put.lifetime = session.lifetime;
    put.linger = session.linger;
    put.age = session.age;
    return put;
}

replica::FlowPut to_put(const kern::FlowInfo& flow) {
    replica::FlowPut put;
    put.session = flow.session;
    put.key = SignallingKey(flow.flow, flow.call_id);
    put.identity = flow.identity == kern::Identity::signalling ? replica::FlowIdentity::signalling
                                                               : replica::FlowIdentity::secondary;
    put.form = flow.form;
    put.status = status(flow.status, flow.established);
    put.established = flow.established;
    put.idle = flow.idle;
    put.tcp_end = flow.tcp_end;
    put.packets = flow.packets;
    put.bytes = flow.bytes;
    return put;
}

replica::AnnouncementPut to_put(const kern::AnnouncementInfo& announcement) {
    return {.session = announcement.session,
            .key = announcement.key,
            .tag = announcement.tag,
            .ttl = announcement.ttl,
            .promotions = announcement.promotions};
}

kern::Request to_request(const replica::NodeChange& change) {
    kern::NodeSpec spec;
    spec.name = change.node;
    spec.weight = change.weight;
    switch (change.use) {
    case replica::NodeUse::up:
        spec.state = kern::NodeState::up;
        break;
    case replica::NodeUse::drain:
        spec.state = kern::NodeState::drain;
        break;
    case replica::NodeUse::down:
        spec.state = kern::NodeState::down;
        break;
    }
    return kern::node_set(spec);
}

replica::NodeUse to_use(kern::NodeState state) noexcept {
    switch (state) {
    case kern::NodeState::up:
        break;
    case kern::NodeState::drain:
        return replica::NodeUse::drain;
    case kern::NodeState::down:
        return replica::NodeUse::down;
    }
    return replica::NodeUse::up;
}

}  // namespace sara::agent
