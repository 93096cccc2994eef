// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <sys/timex.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/calendar.hpp"
#include "core/base/time.hpp"

namespace sara::io {

/// The only clock of the programs that deadlines go by: everything below gets the time as a parameter.
[[nodiscard]] inline Time now() noexcept {
    return Time(std::chrono::steady_clock::now().time_since_epoch());
}

/// Seconds since 1970 UTC, for what people and other machines read; never for deadlines.
[[nodiscard]] inline std::uint32_t unix_now() noexcept {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

/// When `at` is on the calendar, by this machine's clock of now.
[[nodiscard]] inline std::string calendar_text(Time at, Time now) {
    const auto left = std::chrono::round<std::chrono::seconds>(at - now);
    return sara::calendar_text(UnixTime(std::chrono::seconds(unix_now())) + left);
}

/// Does something keep this machine's clock right (NTP, PTP)? By the kernel's word, adjtimex(2); nothing: it does not
/// tell.
[[nodiscard]] inline std::optional<bool> clock_is_kept() noexcept {
    timex state{};
    return ::adjtimex(&state) < 0 ? std::nullopt : std::optional((state.status & STA_UNSYNC) == 0);
}

}  // namespace sara::io
