// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sara::cli {

/// How long a person waits for an agent that does not answer.
inline constexpr std::chrono::milliseconds kPatience{5000};

/// Sends one line to the agent's control socket and gives the line that it answers, both without their newline. It
/// takes `patience` at most, however the agent behaves.
[[nodiscard]] Result<std::string> ask_agent(const std::string& socket_path, std::string request,
                                            std::chrono::milliseconds patience = kPatience);

/// Likewise, and then gives each line that comes, the answer first, for as long as it takes: until one is the last that
/// is wanted. An error when the agent ends, or does not answer.
[[nodiscard]] Status watch_agent(const std::string& socket_path, std::string request,
                                 const std::function<bool(std::string_view line)>& wants_more);

}  // namespace sara::cli
