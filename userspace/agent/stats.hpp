// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/kernel_link.hpp"
#include "core/policy/health.hpp"
#include "core/policy/load.hpp"
#include "core/role/cluster.hpp"
#include "core/role/dispatcher.hpp"
#include "core/role/gateway.hpp"
#include "core/role/reply_hold.hpp"
#include "core/wire/link.hpp"
#include "core/wire/stream.hpp"

namespace sara::agent {

/// Counters as flat objects, in the order in which they are declared.
[[nodiscard]] nlohmann::ordered_json to_json(const wire::LinkStats& stats);
[[nodiscard]] nlohmann::ordered_json to_json(const wire::StreamStats& stats);
[[nodiscard]] nlohmann::ordered_json to_json(const inspect::ExtractorCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const inspect::TrackerCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const role::DispatcherCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const role::GatewayCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const role::ReplyHoldCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const role::ClusterCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const policy::BeatCounters& counters);
[[nodiscard]] nlohmann::ordered_json to_json(const KernelCounters& counters);

/// A policy's load, cost and thresholds, and the probabilities that they make.
[[nodiscard]] nlohmann::ordered_json to_json(const policy::Admission& admission);
/// A node as it was when a policy was made.
[[nodiscard]] nlohmann::ordered_json to_json(const role::DecidedNode& node);

/// Each component that was measured, with what it was told from.
[[nodiscard]] nlohmann::ordered_json to_json(const policy::LoadVector& loads,
                                             const std::array<std::string, policy::kComponents>& raw);

}  // namespace sara::agent
