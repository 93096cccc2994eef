// SPDX-License-Identifier: GPL-2.0
#include "core/policy/level.hpp"

#include <catch2/catch.hpp>

using namespace sara::policy;

namespace {

const Cost kCost = Cost::of(.01);

}  // namespace

TEST_CASE("a node that was never heard is as good as full") {
    const Level level{Window()};
    CHECK(level.damped().value() == 1);
    CHECK(level.expected().value() == 1);
}

TEST_CASE("one measurement is what it is") {
    Level level{Window()};
    level.sample(Load::clamped(.3), 20, kCost);
    CHECK(level.damped().value() == Approx(.3));
    CHECK(level.error() == 0);
}

TEST_CASE("sessions that came since are load") {
    Level level{Window()};
    level.sample(Load::clamped(.3), 20, kCost);
    level.sample(Load::clamped(.5), 40, kCost);
    CHECK(level.expected().value() == Approx(.5));
    CHECK(level.error() == Approx(0).margin(1e-9));
}

TEST_CASE("what is gone from a saturated node makes no room") {
    Level level{Window()};
    // It had three times what it carries: each measurement is 1.
    for (int live = 300; live > 200; live -= 10) {
        level.sample(Load::full(), live, kCost);
    }
    CHECK(level.damped().value() == Approx(1));
    level.sample(Load::clamped(.9), 90, kCost);
    CHECK(level.damped().value() > .9);
    SECTION("what comes to it is load still") {
        Level rising{Window()};
        rising.sample(Load::clamped(.98), 98, kCost);
        rising.sample(Load::clamped(.98), 99, kCost);
        CHECK(rising.expected().value() == Approx(.985));
    }
}

TEST_CASE("noise is averaged over the window") {
    Level level{*Window::from(4)};
    for (const double load : {.9, .5, .42, .46, .42, .46}) {
        level.sample(Load::clamped(load), 40, kCost);
    }
    CHECK(level.expected().value() == Approx(.44));
    CHECK(level.error() == Approx(.02 / .46));
    CHECK(level.damped().value() == Approx(.44 + .02 * .02 / .46));
}

TEST_CASE("a load that does not come from sessions is believed soon") {
    Level level{Window()};
    for (int i = 0; i < 10; ++i) {
        level.sample(Load::clamped(.2), 20, kCost);
    }
    level.sample(Load::clamped(.9), 20, kCost);
    CHECK(level.damped().value() > .65);
    level.sample(Load::clamped(.1), 20, kCost);
    CHECK(level.damped().value() == Approx(.1));
}

TEST_CASE("what is cleared is not known") {
    Level level{Window()};
    level.sample(Load::clamped(.2), 20, kCost);
    level.clear();
    CHECK(level.damped().value() == 1);
    level.sample(Load::clamped(.3), 0, kCost);
    CHECK(level.damped().value() == Approx(.3));
}
