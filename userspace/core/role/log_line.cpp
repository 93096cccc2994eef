// SPDX-License-Identifier: GPL-2.0
#include "core/role/log_line.hpp"

#include <chrono>
#include <utility>

namespace sara::role {

std::optional<LogLine> LogLimit::pass(LogLevel level, std::string text, Time now) {
    if (!began_ || now - *began_ >= std::chrono::seconds(1)) {
        began_ = now;
        passed_ = 0;
    }
    if (passed_ == per_second_) {
        ++left_out_;
        return std::nullopt;
    }
    ++passed_;
    if (const std::uint64_t left_out = std::exchange(left_out_, 0); left_out > 0) {
        text += " (and " + std::to_string(left_out) + " like this before)";
    }
    return LogLine{.level = level, .text = std::move(text)};
}

}  // namespace sara::role
