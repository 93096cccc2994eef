// SPDX-License-Identifier: GPL-2.0
#include "core/base/calendar.hpp"

#include <algorithm>
#include <cstdio>

namespace sara {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kDateSize = 10;  // YYYY-MM-DD
constexpr std::size_t kZoneSize = 6;   // +HH:MM
constexpr int kNoNumber = -1;

/// The digits `from` on, so many; kNoNumber if they are not all digits.
int digits(std::string_view text, std::size_t from, std::size_t size) {
    if (from + size > text.size()) {
        return kNoNumber;
    }
    int value = 0;
    for (const char c : text.substr(from, size)) {
        if (c < '0' || c > '9') {
            return kNoNumber;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

bool within(int value, int max) {
    return value >= 0 && value <= max;
}

/// "+HH:MM" or "-HH:MM"
std::optional<minutes> read_ahead(std::string_view zone) {
    const int hour = digits(zone, 1, 2);
    const int minute = digits(zone, 4, 2);
    if (zone.size() != kZoneSize || zone[3] != ':' || !within(hour, 14) || !within(minute, 59)) {
        return std::nullopt;
    }
    const minutes ahead = hours(hour) + minutes(minute);
    return zone[0] == '-' ? -ahead : ahead;
}

}  // namespace

std::string calendar_text(UnixTime at) {
    const auto day = std::chrono::floor<days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(at - day);
    char text[40];
    std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text;
}

std::optional<seconds> read_time_of_day(std::string_view text) {
    const bool has_seconds = text.size() == 8;
    if ((text.size() != 5 && !has_seconds) || text[2] != ':' || (has_seconds && text[5] != ':')) {
        return std::nullopt;
    }
    const int hour = digits(text, 0, 2);
    const int minute = digits(text, 3, 2);
    const int second = has_seconds ? digits(text, 6, 2) : 0;
    if (!within(hour, 23) || !within(minute, 59) || !within(second, 59)) {
        return std::nullopt;
    }
    return hours(hour) + minutes(minute) + seconds(second);
}

std::optional<Calendar> read_calendar(std::string_view text) {
    if (text.size() <= kDateSize || text[4] != '-' || text[7] != '-' || text[kDateSize] != 'T') {
        return std::nullopt;
    }
    const int year = digits(text, 0, 4);
    const int month = digits(text, 5, 2);
    const int day = digits(text, 8, 2);
    if (year < 0 || month < 0 || day < 0) {
        return std::nullopt;
    }
    Calendar calendar{.date = std::chrono::year_month_day(std::chrono::year(year),
                                                          std::chrono::month(static_cast<unsigned>(month)),
                                                          std::chrono::day(static_cast<unsigned>(day))),
                      .time = {},
                      .ahead = {}};
    if (!calendar.date.ok()) {
        return std::nullopt;
    }
    const std::string_view rest = text.substr(kDateSize + 1);
    const std::size_t zone_at = std::min(rest.find_first_of("Z+-"), rest.size());
    const std::string_view zone = rest.substr(zone_at);
    const std::optional<seconds> time = read_time_of_day(rest.substr(0, zone_at));
    if (!time) {
        return std::nullopt;
    }
    calendar.time = *time;
    if (zone.empty()) {
        return calendar;
    }
    calendar.ahead = zone == "Z" ? minutes(0) : read_ahead(zone);
    return calendar.ahead ? std::optional(calendar) : std::nullopt;
}

UnixTime unix_time(const Calendar& calendar) {
    return std::chrono::sys_days(calendar.date) + calendar.time - *calendar.ahead;
}

}  // namespace sara
