// SPDX-License-Identifier: GPL-2.0
#include "agent/holdings.hpp"

#include <algorithm>
#include <utility>

#include "agent/replica_request.hpp"

namespace sara::agent {

void Holdings::add(kern::SessionInfo session) {
    if (whose_ == Whose::all || !session.standby) {
        traffic_.try_emplace(session.id);
        sessions_.push_back(std::move(session));
    }
}

void Holdings::add(kern::FlowInfo flow) {
    const auto traffic = traffic_.find(flow.session);
    if (traffic == traffic_.end()) {
        return;
    }
    traffic->second.packets += flow.packets;
    traffic->second.bytes += flow.bytes;
    flows_.push_back(std::move(flow));
}

void Holdings::add(kern::AnnouncementInfo announcement) {
    if (traffic_.contains(announcement.session)) {
        announcements_.push_back(std::move(announcement));
    }
}

void Holdings::drop_sessions() {
    sessions_.clear();
    traffic_.clear();
}

void Holdings::drop_flows() {
    flows_.clear();
    for (auto& [session, traffic] : traffic_) {
        traffic = {};
    }
}

void Holdings::drop_announcements() {
    announcements_.clear();
}

std::optional<replica::Object> Holdings::next() {
    std::size_t at = next_++;
    if (at < sessions_.size()) {
        const kern::SessionInfo& session = sessions_[at];
        const Traffic& traffic = traffic_.at(session.id);
        replica::SessionPut put = to_put(session);
        put.packets = session.packets - std::min(session.packets, traffic.packets);
        put.bytes = session.bytes - std::min(session.bytes, traffic.bytes);
        return put;
    }
    at -= sessions_.size();
    if (at < flows_.size()) {
        return to_put(flows_[at]);
    }
    at -= flows_.size();
    if (at < announcements_.size()) {
        return to_put(announcements_[at]);
    }
    --next_;
    return std::nullopt;
}

}  // namespace sara::agent
