// SPDX-License-Identifier: GPL-2.0
#include "cli/moment.hpp"

#include <ctime>
#include <optional>

#include "cli/parse.hpp"

namespace sara::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

/// As the local zone has it, also across a change to or from summer time; nothing if it has no such moment.
std::optional<UnixTime> local_time(const std::chrono::year_month_day& date, seconds time) {
    const std::chrono::hh_mm_ss parts(time);
    std::tm broken{};
    broken.tm_year = static_cast<int>(date.year()) - 1900;
    broken.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
    broken.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
    broken.tm_hour = static_cast<int>(parts.hours().count());
    broken.tm_min = static_cast<int>(parts.minutes().count());
    broken.tm_sec = static_cast<int>(parts.seconds().count());
    broken.tm_isdst = -1;
    const std::time_t at = std::mktime(&broken);
    return at < 0 ? std::nullopt : std::optional(UnixTime(seconds(at)));
}

std::chrono::year_month_day local_date(system_clock::time_point now) {
    const std::time_t at = system_clock::to_time_t(now);
    std::tm broken{};
    localtime_r(&at, &broken);
    return {std::chrono::year(broken.tm_year + 1900), std::chrono::month(static_cast<unsigned>(broken.tm_mon + 1)),
            std::chrono::day(static_cast<unsigned>(broken.tm_mday))};
}

/// When a moment is.
struct Resolve {
    std::optional<system_clock::time_point> operator()(milliseconds after) const { return now + after; }
    std::optional<system_clock::time_point> operator()(const TimeOfDay& today) const {
        return local_time(local_date(now), today.time);
    }
    std::optional<system_clock::time_point> operator()(const Calendar& calendar) const {
        return calendar.ahead ? std::optional(unix_time(calendar)) : local_time(calendar.date, calendar.time);
    }

    system_clock::time_point now;
};

}  // namespace

Result<Moment> read_moment(std::string_view word) {
    if (word.starts_with('+')) {
        if (const Result<milliseconds> after = parse::time(word.substr(1), {}, kLongestPlan)) {
            return Moment(*after);
        }
    } else if (const std::optional<seconds> time = read_time_of_day(word)) {
        return Moment(TimeOfDay{*time});
    } else if (const std::optional<Calendar> calendar = read_calendar(word)) {
        return Moment(*calendar);
    }
    return parse::expected("a time such as +30s (7d at most), 23:30 or 2026-11-27T23:30Z", word);
}

Result<milliseconds> until_moment(const Moment& moment, system_clock::time_point now) {
    const std::optional<system_clock::time_point> at = std::visit(Resolve{now}, moment);
    if (!at) {
        return Error{"the local time zone has no such time", {}};
    }
    const auto left = std::chrono::ceil<milliseconds>(*at - now);
    if (left < milliseconds(0)) {
        const bool today = std::holds_alternative<TimeOfDay>(moment);
        return Error{std::string("this time is past") + (today ? ": with a date it can be another day's" : ""), {}};
    }
    if (left > kLongestPlan) {
        return Error{"this time is more than 7 days away", {}};
    }
    return left;
}

}  // namespace sara::cli
