// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kernel_link.hpp"
#include "core/policy/admission.hpp"
#include "core/replica/replication.hpp"
#include "core/role/cluster.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// What a dispatcher knows of its cluster.
struct ClusterMetrics {
    std::vector<role::ClusterView> nodes;
    std::optional<policy::Admission> admission;
};

/// How far a dispatcher and its peers hold each other's sessions.
struct ReplicationMetrics {
    bool fit = false;
    bool waits = false;  ///< new sessions do, for a peer to have them
    std::size_t standby = 0;
    std::vector<replica::PeerView> peers;
};

/// What there is to know at this moment; what this agent has nothing to do with is empty.
struct MetricsInput {
    bool kernel_up = false;
    KernelCounters link;
    std::optional<kern::Stats> stats;
    std::vector<kern::Service> services;
    std::vector<kern::Node> nodes;
    std::optional<ClusterMetrics> cluster;
    std::optional<ReplicationMetrics> replication;
};

/// All of it for Prometheus, names as sara-agent(8) lists them. Labels are services, nodes, peers and short words: as
/// many samples as there are of those, never one per session or client.
[[nodiscard]] std::string to_metrics(const MetricsInput& input);

}  // namespace sara::agent
