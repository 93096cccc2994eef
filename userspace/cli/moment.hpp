// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <string_view>
#include <variant>

#include "core/base/calendar.hpp"
#include "core/base/result.hpp"

namespace sara::cli {

/// A time of this day, in the local zone.
struct TimeOfDay {
    std::chrono::seconds time{};

    friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};

/// A moment to come as a command line says it; when that is depends on the clock, and where no zone is said on the
/// local one: until_moment() knows.
using Moment = std::variant<std::chrono::milliseconds, TimeOfDay, Calendar>;

/// "+30s", "+5m"; "HH:MM[:SS]" of today; "YYYY-MM-DDTHH:MM[:SS]", in the local zone unless "Z" or "+HH:MM" follows.
[[nodiscard]] Result<Moment> read_moment(std::string_view word);

/// How long it is until then. Refused: what is past, and what is further away than kLongestPlan.
[[nodiscard]] Result<std::chrono::milliseconds> until_moment(const Moment& moment,
                                                             std::chrono::system_clock::time_point now);

}  // namespace sara::cli
