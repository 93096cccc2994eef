// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time.hpp"

namespace sara::role {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct LogLine {
    LogLevel level = LogLevel::info;
    std::string text;
    std::string node{};  ///< that it is about; empty: it is about none, or several

    friend bool operator==(const LogLine&, const LogLine&) = default;
};

/// Lets so many lines per second pass; the first line of a later second tells how many were left out.
class LogLimit {
public:
    explicit LogLimit(unsigned per_second) : per_second_(per_second) {}

    [[nodiscard]] std::optional<LogLine> pass(LogLevel level, std::string text, Time now);

private:
    unsigned per_second_;
    std::optional<Time> began_;  ///< of the second that is counted
    unsigned passed_ = 0;        ///< in it
    std::uint64_t left_out_ = 0;
};

}  // namespace sara::role
