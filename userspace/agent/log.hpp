// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "core/role/log_line.hpp"

namespace sara::agent {

/// Lines go to the standard error output: with the time for people, with the priority for the journal.
void start_log(role::LogLevel level);
void set_log_level(role::LogLevel level);

void log(role::LogLevel level, const std::string& text);
void log(const std::vector<role::LogLine>& lines);

}  // namespace sara::agent
