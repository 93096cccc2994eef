// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "cli/print.hpp"

namespace sara::cli {

/// One event of a cluster, as its agent published it.
void show_cluster_event(Printer& out, const nlohmann::ordered_json& event);

}  // namespace sara::cli
