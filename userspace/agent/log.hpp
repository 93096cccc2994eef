// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/role/log_line.hpp"
#include "io/journal.hpp"

namespace sara::agent {

/// Lines go to the journal, with their priority and the node that they are about; else, with the time, to the standard
/// error output.
void start_log(role::LogLevel level, std::optional<io::Journal> journal);
void set_log_level(role::LogLevel level);

void log(role::LogLevel level, const std::string& text);
void log(const std::vector<role::LogLine>& lines);

}  // namespace sara::agent
