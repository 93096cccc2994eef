// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/base/calendar.hpp"

using namespace sara;
using namespace std::chrono_literals;

TEST_CASE("a moment is written in UTC") {
    CHECK(calendar_text(UnixTime(0s)) == "1970-01-01T00:00:00Z");
    CHECK(calendar_text(UnixTime(1764028848s)) == "2025-11-25T00:00:48Z");
    CHECK(calendar_text(UnixTime(1709164799s)) == "2024-02-28T23:59:59Z");
}

TEST_CASE("what is written is read as the same moment") {
    for (const std::int64_t at : {0LL, 951782400LL, 1764028848LL, 4102444799LL}) {
        const auto read = read_calendar(calendar_text(UnixTime(std::chrono::seconds(at))));
        REQUIRE(read);
        CHECK(unix_time(*read).time_since_epoch().count() == at);
    }
}

TEST_CASE("a zone says how far its clocks are ahead of UTC") {
    CHECK(unix_time(*read_calendar("2025-11-25T01:30:00+01:30")) == UnixTime(1764028800s));
    CHECK(unix_time(*read_calendar("2025-11-24T19:00-05:00")) == UnixTime(1764028800s));
    CHECK(!read_calendar("2025-11-25T00:00:48")->ahead);
    CHECK(read_calendar("2025-11-25T00:01")->time == 1min);
}

TEST_CASE("a time of day has two digits for each part") {
    CHECK(read_time_of_day("23:59") == 23h + 59min);
    CHECK(read_time_of_day("00:00:07") == 7s);
    for (const char* const wrong :
         {"", "7:00", "24:00", "12:60", "12:00:60", "12-00", "12:0a", "12:00:", "12:00:0", "+1:00"}) {
        INFO(wrong);
        CHECK(!read_time_of_day(wrong));
    }
}

TEST_CASE("what is no date and time is none") {
    for (const char* const wrong :
         {"", "2025-11-25", "2025-11-25 00:00", "2025-02-29T00:00", "2025-13-01T00:00", "2025-11-31T00:00",
          "2025-11-25T", "2025-11-25T24:00", "2025-11-25T00:00z", "2025-11-25T00:00+1", "2025-11-25T00:00+15:00",
          "2025-11-25T00:00+01:60", "2025-11-25T00:00Zulu", "x025-11-25T00:00", "2025-11-25T00:00+0a:00"}) {
        INFO(wrong);
        CHECK(!read_calendar(wrong));
    }
}
