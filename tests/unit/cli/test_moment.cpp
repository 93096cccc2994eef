// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

#include "cli/moment.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

/// The local zone, one hour ahead of UTC, while it lives.
struct Zone {
    Zone() {
        setenv("TZ", "LOC-1", 1);
        tzset();
    }
    ~Zone() {
        unsetenv("TZ");
        tzset();
    }
};

/// 2025-11-25 00:00:48 UTC, 01:00:48 in the local zone.
const std::chrono::system_clock::time_point kNow{std::chrono::seconds(1764028848)};

/// How long it is until then, or the sentence of the refusal.
std::string until(const char* word) {
    const Zone zone;
    const Result<Moment> moment = read_moment(word);
    if (!moment) {
        return moment.error().text();
    }
    const auto left = until_moment(*moment, kNow);
    return left ? std::to_string(left->count()) : left.error().text();
}

}  // namespace

TEST_CASE("a time from now on") {
    CHECK(until("+30s") == "30000");
    CHECK(until("+5m") == "300000");
    CHECK(until("+0s") == "0");
    CHECK(until("+7d") == "604800000");
}

TEST_CASE("a time of this day is local") {
    CHECK(until("01:01") == "12000");
    CHECK(until("01:00:49") == "1000");
    CHECK(until("23:30") == "80952000");
    CHECK(until("01:00") == "this time is past: with a date it can be another day's");
}

TEST_CASE("a date and time is local unless it says a zone") {
    CHECK(until("2025-11-25T01:01") == "12000");
    CHECK(until("2025-11-25T00:01Z") == "12000");
    CHECK(until("2025-11-24T20:01:00-04:00") == "12000");
    CHECK(until("2025-11-24T20:01:00Z") == "this time is past");
    CHECK(until("2025-12-02T00:00:48Z") == "604800000");
    CHECK(until("2025-12-02T00:00:49Z") == "this time is more than 7 days away");
}

TEST_CASE("what is no time is refused with what would be one") {
    for (const char* const wrong : {"", "30s", "+", "+8d", "+30", "noon", "25:00", "2025-11-25", "++5m"}) {
        CHECK(until(wrong) == "expected a time such as +30s (7d at most), 23:30 or 2026-11-27T23:30Z, not \"" +
                                  std::string(wrong) + "\"");
    }
}
