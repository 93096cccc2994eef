// SPDX-License-Identifier: GPL-2.0
#include "core/policy/node_clock.hpp"

#include <catch2/catch.hpp>

using namespace sara;
using namespace sara::policy;
using namespace std::chrono_literals;

TEST_CASE("a moment of a clock that was never read is not known") {
    CHECK_FALSE(NodeClock().when(0));
    CHECK_FALSE(NodeClock().latest());
    CHECK_FALSE(NodeClock().ahead(0, Time{}));
}

TEST_CASE("a moment is as far away as the node says, whatever its calendar shows") {
    NodeClock clock;
    clock.heard(77, Time{1000s});
    CHECK(clock.when(87) == Time{1010s});
    CHECK(clock.when(67) == Time{990s});
}

TEST_CASE("the moment when a second begins is found from whole seconds") {
    NodeClock clock;
    // The node's clock shows 77.9, 78.4, 78.9 ...: cut to seconds, the first is off by .9 s and the second by .4 s.
    clock.heard(77, Time{1000s});
    clock.heard(78, Time{1000s + 500ms});
    clock.heard(78, Time{1000s + 1000ms});
    CHECK(clock.when(88) == Time{1010s + 500ms});
}

TEST_CASE("a clock that is set is followed") {
    NodeClock clock;
    clock.heard(1000, Time{10s});
    SECTION("back") {
        clock.heard(500, Time{11s});
        CHECK(clock.when(510) == Time{21s});
    }
    SECTION("forth") {
        clock.heard(5000, Time{11s});
        CHECK(clock.when(5010) == Time{21s});
    }
}

TEST_CASE("the year 2106 is passed") {
    NodeClock clock;
    clock.heard(0xfffffffe, Time{10s});
    CHECK(clock.when(3) == Time{15s});
}

TEST_CASE("how far it is ahead of ours does not change while both run") {
    NodeClock clock;
    clock.heard(1040, Time{10s});
    CHECK(clock.ahead(1000, Time{10s}) == 40s);
    CHECK(clock.ahead(1007, Time{17s}) == 40s);
    CHECK(clock.ahead(1100, Time{10s}) == -60s);
    clock.heard(77, Time{20s});
    CHECK(clock.ahead(4294967295U, Time{20s}) == 78s);
}
