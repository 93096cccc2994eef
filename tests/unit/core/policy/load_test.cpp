// SPDX-License-Identifier: GPL-2.0
#include "core/policy/load.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace sara;
using namespace sara::policy;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

LoadVector vector_of(double cpu, double memory, double network) {
    LoadVector vector;
    vector.set(Component::cpu, Load::clamped(cpu));
    vector.set(Component::memory, Load::clamped(memory));
    vector.set(Component::network, Load::clamped(network));
    return vector;
}

}  // namespace

TEST_CASE("a load from outside is from 0 to 1, or refused by name") {
    for (const double good : {0.0, .5, 1.0}) {
        REQUIRE(Load::from(good).ok());
        CHECK(Load::from(good)->value() == good);
    }
    for (const double bad : {-.001, 1.001, 7.0, kNan, kInfinity, -kInfinity}) {
        CHECK_FALSE(Load::from(bad).ok());
    }
    CHECK(Load::from(kNan, "nodes[3].cpu").error().text() == "nodes[3].cpu: not a finite number");
    CHECK(Load::from(7, "cpu").error().text() == "cpu: a load is from 0 to 1, this is 7.000000");
}

TEST_CASE("a computed load is put into its bounds, and what is no number is full") {
    CHECK(Load::clamped(-1).value() == 0);
    CHECK(Load::clamped(.25).value() == .25);
    CHECK(Load::clamped(2).value() == 1);
    CHECK(Load::clamped(kInfinity).value() == 1);
    CHECK(Load::clamped(kNan).value() == 1);
}

TEST_CASE("a node is as loaded as its bottleneck") {
    const auto found = bottleneck(vector_of(.2, .9, .3));
    REQUIRE(found);
    CHECK(found->load.value() == .9);
    CHECK(found->component == Component::memory);
    LoadVector receiving = vector_of(.2, .3, .3);
    receiving.set(Component::softirq, Load::clamped(.8));
    CHECK(bottleneck(receiving)->component == Component::softirq);
    CHECK_FALSE(bottleneck({}));
}

TEST_CASE("a load message is a load vector, without what it does not say") {
    const LoadVector vector = loads_of({.parts = {{.component = 4, .millionths = 250'000}}});
    CHECK(vector.get(Component::backlog)->value() == Approx(.25));
    CHECK_FALSE(vector.get(Component::cpu));
}

TEST_CASE("weights count what was measured only") {
    const auto weights = Weights::from({1, 3, 0, 0, 4});
    REQUIRE(weights.ok());
    CHECK(weighted(vector_of(.2, .6, 1), *weights)->value() == Approx((.2 + 3 * .6) / 4));
    LoadVector without;
    without.set(Component::io, Load::full());
    CHECK_FALSE(weighted(without, *weights));
}

TEST_CASE("weights that no load could be told with are refused") {
    CHECK(Weights::from({0, 0, 0, 0, 0}).error().what == "all weights are 0: no load could be told");
    CHECK(Weights::from({1, -1, 0, 0, 0}).error().where == "memory");
    CHECK(Weights::from({1, 0, 0, 0, kNan}).error().where == "backlog");
    CHECK_FALSE(Weights::from({kInfinity, 0, 0, 0, 0}).ok());
}
