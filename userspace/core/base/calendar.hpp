// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sara {

/// A moment on the calendar, by itself no time line of ours: for what people say and read (ISO 8601). Deadlines are
/// durations from a Time.
using UnixTime = std::chrono::sys_seconds;

/// A date and a time of day, in whatever zone is meant.
struct Calendar {
    std::chrono::year_month_day date;
    std::chrono::seconds time{};  ///< of the day, below 24 h
    /// How far the zone is ahead of UTC; nothing: the zone was not said.
    std::optional<std::chrono::minutes> ahead;

    friend bool operator==(const Calendar&, const Calendar&) = default;
};

/// "2026-11-27T10:00:00Z"
[[nodiscard]] std::string calendar_text(UnixTime at);

/// "HH:MM" or "HH:MM:SS"; nothing if it is no time of day.
[[nodiscard]] std::optional<std::chrono::seconds> read_time_of_day(std::string_view text);

/// "YYYY-MM-DDTHH:MM[:SS]", then nothing, "Z" or "+HH:MM" or "-HH:MM"; nothing if it is no such moment.
[[nodiscard]] std::optional<Calendar> read_calendar(std::string_view text);

/// Of a moment whose zone was said. Precondition: calendar.ahead.
[[nodiscard]] UnixTime unix_time(const Calendar& calendar);

/// How far ahead a planned failure may be announced: further, it is a mistake.
inline constexpr std::chrono::milliseconds kLongestPlan = std::chrono::hours(7 * 24);

}  // namespace sara
