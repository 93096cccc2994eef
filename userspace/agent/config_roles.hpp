// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "agent/config.hpp"

namespace sara::agent {

/// "node": what a node's agent is told.
[[nodiscard]] NodeRoleConfig read_node_role(const nlohmann::json& value, const std::string& path, Errors& errors);

/// "dispatcher.cluster": by what a dispatcher judges its nodes.
[[nodiscard]] ClusterRoleConfig read_cluster(const nlohmann::json& value, const std::string& path, Errors& errors);

/// "10.0.1.2": an identity is written as an IPv4 address.
[[nodiscard]] std::optional<wire::HostId> parse_host(std::string_view text);
inline constexpr std::string_view kHostAllowed = "an identity written as an IPv4 address, like \"10.0.1.2\"";

}  // namespace sara::agent
