// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace sara::cli {

/// Sends one line to the agent's control socket and gives the line that it answers, both without their newline. Waits
/// 5 seconds at most.
[[nodiscard]] Result<std::string> ask_agent(const std::string& socket_path, std::string request);

}  // namespace sara::cli
