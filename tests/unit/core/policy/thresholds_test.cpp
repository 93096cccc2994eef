// SPDX-License-Identifier: GPL-2.0
#include "core/policy/thresholds.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace sara;
using namespace sara::policy;

namespace {

void check_order(const Thresholds& thresholds) {
    CHECK(thresholds.t1() < thresholds.t2());
    CHECK(thresholds.t2() < thresholds.t3());
    CHECK(thresholds.t3() < thresholds.c());
}

}  // namespace

TEST_CASE("thresholds are T1 < T2 < T3 < C") {
    const Result<Thresholds> good = Thresholds::from(.5, .7, .85, 1);
    REQUIRE(good.ok());
    CHECK(*good == Thresholds::paper());
    check_order(Thresholds());
    check_order(*good);
}

TEST_CASE("thresholds leave room at the end, within bounds") {
    const Thresholds twenty = Thresholds::by_margin(1.0 / 20);
    CHECK(twenty.t1().value() == Approx(.95));
    CHECK(twenty.t2().value() == Approx(.97));
    CHECK(twenty.t3().value() == Approx(.99));
    CHECK(Thresholds::by_margin(1.0 / 400).t1().value() == Approx(.98));
    CHECK(Thresholds::by_margin(0).t1().value() == Approx(.98));
    CHECK(Thresholds::by_margin(1).t1().value() == Approx(.75));
    for (const double cost : {0., .01, .04, .2, 1.}) {
        check_order(Thresholds::by_margin(cost));
        CHECK(Thresholds::by_margin(cost).c() == Load::full());
    }
}

TEST_CASE("thresholds out of order are refused, and the two are named") {
    CHECK(Thresholds::from(.5, .5, .85, 1).error().text() ==
          "T2: thresholds out of order: T1 (0.500000) must be below T2 (0.500000)");
    CHECK(Thresholds::from(.5, .9, .85, 1).error().where == "T3");
    CHECK(Thresholds::from(.5, .7, .85, .8).error().where == "C");
}

TEST_CASE("a threshold that is no load is named") {
    CHECK(Thresholds::from(-.1, .7, .85, 1).error().where == "T1");
    CHECK(Thresholds::from(.5, .7, std::numeric_limits<double>::quiet_NaN(), 1).error().text() ==
          "T3: not a finite number");
    CHECK(Thresholds::from(.5, .7, .85, 1.5).error().where == "C");
}

TEST_CASE("the excess alone moves a threshold") {
    MovingThresholds moving{Thresholds::paper()};
    moving.move(Load::clamped(.65));
    CHECK(moving.now() == Thresholds::paper());

    moving.move(Load::clamped(.8));
    CHECK(moving.now().t2().value() == Approx(.7 - .25 * .1));
    CHECK(moving.now().t3().value() == Approx(.85));

    moving.move(Load::clamped(.9));
    CHECK(moving.now().t2().value() == Approx(.675 - .25 * .225));
    CHECK(moving.now().t3().value() == Approx(.85 * .95));
}

TEST_CASE("thresholds that are set anew are not moved, and the same ones stay moved") {
    MovingThresholds moving{Thresholds::paper()};
    moving.move(Load::full());
    moving.configure(Thresholds::paper());
    CHECK(moving.now() != Thresholds::paper());
    moving.configure(Thresholds());
    CHECK(moving.now() == Thresholds());
    CHECK(moving.configured() == Thresholds());
}

TEST_CASE("thresholds keep their order however long the load is high") {
    MovingThresholds moving{Thresholds::paper()};
    for (int i = 0; i < 100; ++i) {
        moving.move(Load::full());
        check_order(moving.now());
    }
    CHECK(moving.now().t2().value() == Approx(.55));
    CHECK(moving.now().t3().value() == Approx(.7 + .15 / 4));
}

TEST_CASE("thresholds are back at once when the load is at T1") {
    MovingThresholds moving{Thresholds::paper()};
    moving.move(Load::full());
    moving.move(Load::clamped(.51));
    CHECK_FALSE(moving.now() == Thresholds::paper());
    moving.move(Load::clamped(.5));
    CHECK(moving.now() == Thresholds::paper());
}
