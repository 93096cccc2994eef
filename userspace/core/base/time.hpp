// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>

namespace sara {

/// The core never reads a clock: every call that depends on time takes `now` from its caller. MonoClock only names
/// the time line (monotonic, origin unspecified), so that it cannot be mixed up with calendar time.
struct MonoClock {
    using rep = std::chrono::nanoseconds::rep;
    using period = std::chrono::nanoseconds::period;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<MonoClock>;
    // NOLINTNEXTLINE(readability-identifier-naming): the standard's name (Cpp17Clock)
    static constexpr bool is_steady = true;
};

using Duration = MonoClock::duration;
using Time = MonoClock::time_point;

/// "No deadline": later than any real one.
inline constexpr Time kNever = Time::max();

}  // namespace sara
