// SPDX-License-Identifier: GPL-2.0
#include "cli/progress.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

TEST_CASE("progress begins after two seconds, pauses, and goes without a trace") {
    std::ostringstream err;
    Time now{};
    {
        Progress progress(err, true, [&] { return now; });
        now += 1999ms;
        progress.tell(10, 100, "sessions");
        CHECK(err.str().empty());
        now += 1ms;
        progress.tell(20, 100, "sessions");
        CHECK(err.str() == "\r20 of 100 sessions...\x1b[K");
        now += 199ms;
        progress.tell(30, 100, "sessions");
        CHECK(err.str() == "\r20 of 100 sessions...\x1b[K");
        now += 1ms;
        err.str("");
        progress.tell(40, 0, "packets");
        CHECK(err.str() == "\r40 packets...\x1b[K");
        err.str("");
    }
    CHECK(err.str() == "\r\x1b[K");
}

TEST_CASE("what was not shown is not taken away") {
    std::ostringstream err;
    {
        Progress progress(err, true, [] { return Time{}; });
        progress.tell(1, 2, "sessions");
        progress.clear();
    }
    CHECK(err.str().empty());
}

TEST_CASE("a step is told at once") {
    std::ostringstream err;
    Progress progress(err, true, [] { return Time{}; });
    progress.step("asking the agent");
    CHECK(err.str() == "\rasking the agent...\x1b[K");
    progress.clear();
    progress.clear();
    CHECK(err.str() == "\rasking the agent...\x1b[K\r\x1b[K");
}

TEST_CASE("where there is no terminal nothing is told, and no clock asked") {
    std::ostringstream err;
    {
        Progress progress(err, false, [] {
            FAIL("the clock was read");
            return Time{};
        });
        progress.tell(1, 2, "sessions");
        progress.step("asking the agent");
    }
    CHECK(err.str().empty());
}
