// SPDX-License-Identifier: GPL-2.0
#include "core/policy/ramp.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace sara;
using namespace sara::policy;

namespace {

const Thresholds kPaper = Thresholds::paper();

}  // namespace

TEST_CASE("new sessions are refused first, established ones thinned last") {
    struct Row {
        double x;
        double fresh;
        double established;
        bool all;
    };
    for (const Row& row : {Row{0, 0, 0, false}, Row{.5, 0, 0, false}, Row{.55, .25, 0, false}, Row{.6, .5, 0, false},
                           Row{.7, 1, 0, false}, Row{.85, 1, 0, false}, Row{.9, 1, 1.0 / 3, false},
                           Row{.999, 1, .149 / .15, false}, Row{1, 1, 1, true}, Row{1.5, 1, 1, true}}) {
        INFO("x = " << row.x);
        const Drop drop = drop_at(row.x, kPaper);
        CHECK(drop.fresh.value() == Approx(row.fresh).margin(1e-12));
        CHECK(drop.established.value() == Approx(row.established).margin(1e-12));
        CHECK(drop.all == row.all);
    }
}

TEST_CASE("a cluster may be full below 1") {
    const Thresholds tight = *Thresholds::from(.2, .3, .4, .5);
    CHECK_FALSE(drop_at(.499, tight).all);
    CHECK(drop_at(.5, tight).all);
    CHECK(drop_at(.5, tight).established.value() == 1);
}

TEST_CASE("a load that is no number refuses everything") {
    const Drop drop = drop_at(std::numeric_limits<double>::quiet_NaN(), kPaper);
    CHECK(drop.fresh.value() == 1);
    CHECK(drop.all);
}

TEST_CASE("as printed, refusing falls with the load and hits established sessions from T1 on") {
    CHECK(drop_as_printed(.5, kPaper) == Drop{});
    CHECK(drop_as_printed(.55, kPaper).fresh.value() == Approx(.75));
    CHECK(drop_as_printed(.65, kPaper).fresh.value() == Approx(.25));
    CHECK(drop_as_printed(.55, kPaper).established.value() == 1);
    CHECK(drop_as_printed(.8, kPaper).fresh.value() == 1);
    CHECK(drop_as_printed(.8, kPaper).established.value() == Approx(2.0 / 3));
    CHECK(drop_as_printed(.9, kPaper).fresh.value() == Approx(2.0 / 3));
    CHECK(drop_as_printed(1, kPaper).all);
}
