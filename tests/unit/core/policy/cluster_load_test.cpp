// SPDX-License-Identifier: GPL-2.0
#include "core/policy/cluster_load.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <limits>
#include <vector>

using namespace sara;
using namespace sara::policy;

namespace {

std::vector<Load> loads(std::initializer_list<double> values) {
    std::vector<Load> all;
    for (const double each : values) {
        all.push_back(Load::clamped(each));
    }
    return all;
}

}  // namespace

TEST_CASE("an uneven cluster counts as more loaded than its mean") {
    CHECK(cluster_load(loads({1, .2, .2, .2}), Smoothing()).value() == Approx(.451).margin(.0005));
}

TEST_CASE("a balanced cluster at L is at L") {
    for (const double each : {0.0, .3, 1.0}) {
        CHECK(cluster_load(loads({each, each, each}), Smoothing()).value() == Approx(each));
    }
}

TEST_CASE("as printed, a balanced cluster would be told at a fraction of its load") {
    CHECK(cluster_load_as_printed(loads({.9, .9}), Smoothing()).value() == Approx(.63));
    CHECK(cluster_load_as_printed(loads({1, .2, .2, .2}), Smoothing()).value() == Approx(.316));
}

TEST_CASE("with a = 1 the cluster's load is the mean") {
    CHECK(cluster_load(loads({1, 0}), *Smoothing::from(1)).value() == Approx(.5));
}

TEST_CASE("a small a weighs unevenness up, to 1 at most") {
    CHECK(cluster_load(loads({1, 0}), *Smoothing::from(.01)).value() == 1);
}

TEST_CASE("without a node that could serve the cluster is full") {
    CHECK(cluster_load({}, Smoothing()).value() == 1);
    CHECK(cluster_load_as_printed({}, Smoothing()).value() == 1);
}

TEST_CASE("a smoothing factor is above 0, and 1 at most") {
    for (const double bad : {0.0, -1.0, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_FALSE(Smoothing::from(bad).ok());
    }
    CHECK(Smoothing::from(.7).ok());
}
