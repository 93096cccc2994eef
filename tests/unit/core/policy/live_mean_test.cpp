// SPDX-License-Identifier: GPL-2.0
#include "core/policy/live_mean.hpp"

#include <catch2/catch.hpp>

using namespace sara;
using namespace sara::policy;
using namespace std::chrono_literals;

namespace {

constexpr Time kStart{100s};

}  // namespace

TEST_CASE("the mean of live sessions is one over time, from one report to the next") {
    LiveMean live;
    live.set(10, kStart);
    live.set(20, kStart + 3s);
    CHECK(live.now() == 20);
    CHECK(live.take(kStart + 4s) == Approx(12.5));
    CHECK(live.take(kStart + 5s) == Approx(20));
}

TEST_CASE("in no time the mean of live sessions is what is live now") {
    LiveMean live;
    CHECK(live.take(kStart) == 0);
    live.set(7, kStart);
    CHECK(live.take(kStart) == 7);
    live.set(9, kStart);
    CHECK(live.take(kStart) == 9);
}

TEST_CASE("for the mean of live sessions, time that goes backwards stands still") {
    LiveMean live;
    live.set(4, kStart);
    live.set(8, kStart - 1h);
    CHECK(live.take(kStart - 2h) == 8);
    CHECK(live.take(kStart + 1s) == 8);
}
