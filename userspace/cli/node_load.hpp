// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/print.hpp"
#include "core/base/result.hpp"

namespace sara::cli {

/// Of what the agent tells of itself, the loads of its nodes: of the one called `name`, or of all. Refused if it
/// watches none, or not that one.
[[nodiscard]] Status show_node_load(Printer& out, const nlohmann::ordered_json& stats, const std::string& name);

}  // namespace sara::cli
