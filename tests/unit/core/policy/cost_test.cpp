// SPDX-License-Identifier: GPL-2.0
#include "core/policy/cost.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

using namespace sara;
using namespace sara::policy;

namespace {

/// A node of which each session takes `cost`, beside a load that does not come from sessions. Its sessions wander.
class Node {
public:
    Node(double cost, double base, double noise, std::uint64_t seed = 1)
        : cost_(cost), base_(base), noise_(0, noise), random_(seed) {}

    void feed(CostLearner& learner, int samples) {
        for (int i = 0; i < samples; ++i) {
            sessions_ += std::uniform_int_distribution<int>(-15, 15)(random_);
            sessions_ = std::clamp(sessions_, 20, 250);
            learner.sample(Load::clamped(base_ + cost_ * sessions_ + noise_(random_)), sessions_);
        }
    }

private:
    double cost_;
    double base_;
    std::normal_distribution<double> noise_;
    std::mt19937_64 random_;
    int sessions_ = 100;
};

}  // namespace

TEST_CASE("before anything is known the prior is believed") {
    CHECK(CostLearner().cost().value() == Approx(.1));
    CHECK(CostLearner({.prior = .002}).cost().value() == Approx(.002));
}

TEST_CASE("a cost is learnt exactly where there is no noise, whatever else loads the node") {
    CostLearner learner;
    Node(.0025, .15, 1e-12).feed(learner, 300);
    CHECK(learner.cost().value() == Approx(.0025).epsilon(.05));
}

TEST_CASE("a cost is learnt through noise, within a fifth") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        CostLearner learner;
        Node(.0025, .1, .05, seed).feed(learner, 500);
        CHECK(learner.cost().value() == Approx(.0025).epsilon(.2));
    }
}

TEST_CASE("a cost that changes is learnt again") {
    CostLearner learner;
    Node(.0025, .1, .01).feed(learner, 300);
    Node(.0035, .05, .01).feed(learner, 600);
    CHECK(learner.cost().value() == Approx(.0035).epsilon(.15));
}

TEST_CASE("what was learnt stays while the sessions do not change") {
    CostLearner learner;
    Node(.0025, .1, .01).feed(learner, 300);
    const double learnt = learner.cost().value();
    for (int i = 0; i < 5000; ++i) {
        learner.sample(Load::clamped(.35), 100);
    }
    CHECK(learner.cost().value() == Approx(learnt).epsilon(.1));
}

TEST_CASE("constant samples alone tell no more than that sessions make all of the load at most") {
    CostLearner many;
    CostLearner few;
    CostLearner none;
    for (int i = 0; i < 1000; ++i) {
        many.sample(Load::clamped(.4), 100);
        few.sample(Load::clamped(.4), 10);
        none.sample(Load::clamped(0), 0);
    }
    CHECK(many.cost().value() == Approx((.4 + CostConfig{}.noise) / 100));
    CHECK(few.cost().value() == Approx((.4 + CostConfig{}.noise) / 10));
    CHECK(none.cost().value() == Approx(.1));
}

TEST_CASE("a node of many sessions, each of which is hardly seen, is not taken for one of few") {
    std::mt19937_64 random(1);
    std::normal_distribution<double> noise(0, .02);
    CostLearner learner;
    for (int i = 0; i < 600; ++i) {
        const double sessions = 500 + 5 * (i % 7);
        learner.sample(Load::clamped(.001 * sessions + noise(random)), sessions);
        if (i >= 10) {
            REQUIRE(learner.cost().value() == Approx(.001).epsilon(.25));
        }
    }
}

TEST_CASE("noise does not make a session cost nearly nothing") {
    CostLearner learner;
    for (int i = 0; i < 200; ++i) {
        learner.sample(Load::clamped(.5 - .0001 * (i % 50)), 400 + i % 50);
    }
    const double all = (.5 + CostConfig{}.noise) / 425;
    CHECK(learner.cost().value() == Approx(all / 10).epsilon(.1));
}

TEST_CASE("what the node is meant for is believed first, and no longer than its load bears it out") {
    CostLearner learner;
    learner.expect(20);
    CHECK(learner.cost().value() == Approx(.05));
    learner.expect(0);
    CHECK(learner.cost().value() == Approx(.1));
    // Nobody means it: a bound that is never reached.
    learner.expect(100'000);
    CHECK(learner.cost().value() == Approx(1e-5));
    Node(.0025, .1, .02).feed(learner, 100);
    CHECK(learner.cost().value() == Approx(.0025).epsilon(.2));
    learner.expect(1);
    CHECK(learner.cost().value() == Approx(.0025).epsilon(.2));
}

TEST_CASE("a few samples that are far off do not turn a cost over") {
    CostLearner learner;
    Node node(.0025, .1, .01);
    node.feed(learner, 300);
    const double learnt = learner.cost().value();
    for (int i = 0; i < 3; ++i) {
        learner.sample(Load::clamped(0), 250);
    }
    CHECK(learner.cost().value() > learnt * .7);
}

TEST_CASE("a saturated node tells nothing of its sessions") {
    CostLearner learner;
    Node(.0025, .1, .01).feed(learner, 300);
    const double learnt = learner.cost().value();
    for (int i = 0; i < 200; ++i) {
        learner.sample(Load::full(), 400 + i);
    }
    CHECK(learner.cost().value() == learnt);
    SECTION("also when something else saturates it") {
        for (int i = 0; i < 200; ++i) {
            learner.sample(Load::full(), 50 + i);
        }
        CHECK(learner.cost().value() == learnt);
    }
}

TEST_CASE("a cost stays within its bounds whatever is measured") {
    const CostConfig config{.prior = .01, .lowest = .001, .highest = .02};
    CostLearner falling(config);
    CostLearner steep(config);
    for (int i = 0; i < 500; ++i) {
        const double sessions = i % 10;
        falling.sample(Load::clamped(.9 - .05 * sessions), sessions);
        steep.sample(Load::clamped(.09 * sessions), sessions);
    }
    CHECK(falling.cost().value() == Approx(.001));
    CHECK(steep.cost().value() == Approx(.02));
    falling.sample(Load::clamped(.5), 0x1p64);
    CHECK(falling.cost().value() >= .001);
    CHECK(falling.cost().value() <= .02);
}

TEST_CASE("settings out of range are named") {
    CHECK(check(CostConfig{}).ok());
    CHECK(check(CostConfig{.prior = .5}).error().where == "prior");
    CHECK(check(CostConfig{.lowest = 0}).error().where == "lowest, highest");
    CHECK(check(CostConfig{.highest = 2}).error().where == "lowest, highest");
    CHECK(check(CostConfig{.told = 0}).error().where == "told");
    CHECK(check(CostConfig{.forgetting = 1}).error().where == "forgetting");
    CHECK(check(CostConfig{.noise = 0}).error().where == "noise");
    CHECK_FALSE(check(CostConfig{.prior = std::numeric_limits<double>::quiet_NaN()}).ok());
}

TEST_CASE("a cost is never below 0, and at most the whole node") {
    CHECK(Cost::of(-1).value() == 0);
    CHECK(Cost::of(std::numeric_limits<double>::quiet_NaN()).value() == 0);
    CHECK(Cost::of(7).value() == 1);
}
