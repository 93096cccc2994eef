// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/print.hpp"
#include "core/base/result.hpp"

namespace sara::cli {

/// Of what the agent tells of itself, how far it and its peer dispatchers hold each other's sessions. Refused if it has
/// no peers.
[[nodiscard]] Status show_ha(Printer& out, const nlohmann::ordered_json& stats);

/// What a check waits for an agent: it is asked each second, and no question is to wait for the one before.
inline constexpr std::chrono::milliseconds kCheckPatience{800};

/// May this dispatcher take the virtual addresses? Else: why not.
[[nodiscard]] Status check_ha(const nlohmann::ordered_json& stats);

}  // namespace sara::cli
