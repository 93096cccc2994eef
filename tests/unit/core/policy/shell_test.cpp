// SPDX-License-Identifier: GPL-2.0
#include "core/policy/shell.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sara;
using namespace sara::policy;
using namespace std::chrono_literals;

namespace {

const NodeId kA{1};
const NodeId kB{2};

/// Nodes 1 to `count`, all up.
class Cluster {
public:
    explicit Cluster(std::uint32_t count, const ShellConfig& config = {.cost = {.prior = .01}}) : shell(config) {
        for (std::uint32_t i = 1; i <= count; ++i) {
            shell.add(NodeId{i});
            shell.set_up(NodeId{i}, true, now);
        }
    }

    void report(NodeId node, double load, std::uint64_t live = 0) {
        shell.count(node, live, now);
        REQUIRE(shell.report(node, Load::clamped(load), 500ms, now));
    }

    [[nodiscard]] PolicyUpdate update(double own = 0) { return shell.update(Load::clamped(own), now); }

    [[nodiscard]] NodeScore score(NodeId node) {
        const PolicyUpdate pushed = update();
        const auto found = std::find_if(pushed.nodes.begin(), pushed.nodes.end(),
                                        [&](const NodeScore& each) { return each.node == node; });
        REQUIRE(found != pushed.nodes.end());
        return *found;
    }

    Shell shell;
    Time now{100s};
};

}  // namespace

TEST_CASE("an update has the load of every node that is up, and a new epoch") {
    Cluster cluster(2);
    cluster.report(kA, .4);
    cluster.report(kB, .5);
    const PolicyUpdate first = cluster.update();
    REQUIRE(first.nodes.size() == 2);
    CHECK(first.nodes[0].node == kA);
    CHECK(first.nodes[0].score == Approx(.4));
    CHECK(first.nodes[1].score == Approx(.5));
    CHECK(first.nodes[0].cost.value() == Approx(.01));
    CHECK(first.epoch == 1);
    CHECK(cluster.update().epoch == 2);
}

TEST_CASE("a session costs what the node is meant for lets expect, until it is known better") {
    Cluster cluster(2);
    CHECK(cluster.shell.expect(kA, 20));
    CHECK_FALSE(cluster.shell.expect(NodeId{3}, 20));
    const PolicyUpdate pushed = cluster.update();
    CHECK(pushed.nodes[0].cost.value() == Approx(.05));
    CHECK(pushed.nodes[1].cost.value() == Approx(.01));
}

TEST_CASE("a node's sessions predict its load, and the noise of its measurements does not place sessions") {
    Cluster cluster(1);
    for (int i = 0; i < 5; ++i) {
        cluster.report(kA, .48, 40);
        cluster.report(kA, .52, 40);
    }
    // Mean .5; the last measurement is off by .02 / .52 of itself, and counts as much.
    CHECK(cluster.score(kA).score == Approx(.5 + .02 * .02 / .52));
    CHECK(cluster.update().admission.x == Approx(.5 + .02 * .02 / .52));
}

TEST_CASE("the paper's predictor carries the line of the past on") {
    Cluster cluster(1, {.predictor = Predictor::trend});
    for (const double load : {.1, .2, .3}) {
        cluster.report(kA, load);
        cluster.now += 500ms;
    }
    CHECK(cluster.score(kA).score == Approx(.4));
    CHECK(cluster.update().admission.x == Approx(.3));
}

TEST_CASE("a node that is down is left out of scores and of the cluster's load") {
    Cluster cluster(2);
    cluster.report(kA, .3);
    cluster.report(kB, .9);
    cluster.shell.set_up(kB, false, cluster.now);
    const PolicyUpdate pushed = cluster.update();
    REQUIRE(pushed.nodes.size() == 1);
    CHECK(pushed.nodes[0].node == kA);
    CHECK(pushed.admission.x == Approx(.3));
    cluster.shell.set_up(kA, false, cluster.now);
    CHECK(stage_of(cluster.update().admission.drop) == Stage::refuses_all);
    CHECK(cluster.update().nodes.empty());
}

TEST_CASE("admission sees the cluster's load, or the dispatcher's own if that is higher") {
    Cluster cluster(4);
    cluster.report(NodeId{1}, 1);
    for (const std::uint32_t each : {2U, 3U, 4U}) {
        cluster.report(NodeId{each}, .2);
    }
    CHECK(cluster.update().admission.x == Approx(.451).margin(.0005));
    CHECK(cluster.update(.6).admission.x == Approx(.6));
}

TEST_CASE("sessions begun since the measurement are in the score and in the cluster's load") {
    Cluster cluster(2);
    cluster.report(kA, .4, 40);
    cluster.report(kB, .4, 40);
    cluster.shell.count(kA, 50, cluster.now);
    const PolicyUpdate pushed = cluster.update();
    CHECK(pushed.nodes[0].score == Approx(.5));
    CHECK(pushed.nodes[1].score == Approx(.4));
    CHECK(pushed.admission.x == Approx(.45));
    CHECK(pushed.admission.cost.value() == Approx(.005));
    SECTION("sessions that ended since then are not") {
        cluster.shell.count(kA, 30, cluster.now);
        CHECK(cluster.score(kA).score == Approx(.3));
    }
    SECTION("but for a node that is saturated, nobody knows how far") {
        cluster.report(kA, 1, 300);
        cluster.shell.count(kA, 280, cluster.now);
        CHECK(cluster.score(kA).score >= .98);
        cluster.shell.count(kA, 310, cluster.now);
        CHECK(cluster.score(kA).score > 1);
    }
    SECTION("a score is never below 0") {
        cluster.report(kA, .1, 1000);
        cluster.shell.count(kA, 0, cluster.now);
        CHECK(cluster.score(kA).score == 0);
    }
}

TEST_CASE("a load is that of the sessions that were there while it was measured") {
    // A node for 20 fills while each report tells the mean of 5 s.
    Cluster cluster(1, {});
    const auto fill = [&](std::uint64_t from, std::uint64_t until) {
        for (std::uint64_t live = from; live < until; ++live) {
            cluster.shell.count(kA, live, cluster.now);
            cluster.now += Duration(5s) / (until - from);
        }
        const double mean = static_cast<double>(from + until - 1) / 2;
        cluster.shell.count(kA, until, cluster.now);
        REQUIRE(cluster.shell.report(kA, Load::clamped(.05 * mean), 5s, cluster.now));
    };
    fill(0, 5);
    fill(5, 15);
    fill(15, 16);
    CHECK(cluster.score(kA).cost.value() == Approx(.05).epsilon(.05));
    CHECK(cluster.score(kA).score == Approx(.8).epsilon(.01));
    SECTION("what was before a silence is not part of it") {
        cluster.now += 1h;
        cluster.report(kA, .1, 2);
        CHECK(cluster.score(kA).score == Approx(.1));
    }
}

TEST_CASE("an idle cluster, whose loads are all noise, is not taken for one that nobody can foresee") {
    Cluster cluster(1);
    for (int i = 0; i < 100; ++i) {
        cluster.report(kA, i % 2 == 0 ? 0 : .01, 0);
        static_cast<void>(cluster.update());
    }
    CHECK(cluster.update().admission.thresholds.t1().value() == Approx(.98));
}

TEST_CASE("a node that does not report becomes as good as full, and leaves the cluster's load") {
    Cluster cluster(2);
    cluster.report(kA, .2);
    cluster.now += 1500ms;
    cluster.report(kB, .4);
    CHECK(cluster.score(kA).score == Approx(.2));
    CHECK(cluster.update().admission.x == Approx(.3 + .3 / .7 * .01));
    cluster.now += 750ms;
    CHECK(cluster.score(kA).score == Approx(.6));
    CHECK(cluster.shell.view(cluster.now).front().stale);
    CHECK(cluster.update().admission.x == Approx(.4));
    cluster.now += 1h;
    CHECK(cluster.score(kA).score == 1);
}

TEST_CASE("staleness goes by the period that the node announced") {
    Cluster cluster(1);
    cluster.shell.report(kA, Load::clamped(.2), 5s, cluster.now);
    cluster.now += 15s;
    CHECK(cluster.score(kA).score == Approx(.2));
    cluster.now += 15s;
    CHECK(cluster.score(kA).score == 1);
}

TEST_CASE("when no node reports, new sessions are refused, and what is established goes on") {
    Cluster cluster(2);
    CHECK(cluster.update().admission.drop.fresh.value() == 1);
    CHECK_FALSE(cluster.update().admission.drop.all);
}

TEST_CASE("what was before a silence does not count any more") {
    for (const Predictor predictor : {Predictor::sessions, Predictor::trend}) {
        Cluster cluster(1, {.predictor = predictor});
        for (const double load : {.1, .2, .3}) {
            cluster.report(kA, load);
            cluster.now += 500ms;
        }
        cluster.now += 10s;
        cluster.report(kA, .4);
        CHECK(cluster.score(kA).score == Approx(.4));
    }
}

TEST_CASE("a node that returns starts slowly: its sessions count more at first") {
    Cluster cluster(1);
    cluster.report(kA, .1);
    CHECK(cluster.score(kA).cost.value() == Approx(.01));
    cluster.shell.set_up(kA, false, cluster.now);
    cluster.shell.set_up(kA, true, cluster.now);
    CHECK(cluster.score(kA).score == 1);  // what it reported before is not believed any more
    cluster.report(kA, 0);
    CHECK(cluster.score(kA).cost.value() == Approx(.08));
    cluster.now += 15s;
    CHECK(cluster.score(kA).cost.value() == Approx(.045));
    CHECK(cluster.shell.view(cluster.now).front().cost.value() == Approx(.01));
    cluster.now += 15s;
    CHECK(cluster.score(kA).cost.value() == Approx(.01));
    SECTION("that it is still up is no return") {
        cluster.shell.set_up(kA, true, cluster.now);
        CHECK(cluster.score(kA).cost.value() == Approx(.01));
    }
}

TEST_CASE("a slow start makes admission no more careful") {
    Cluster cluster(1);
    cluster.shell.set_up(kA, false, cluster.now);
    cluster.shell.set_up(kA, true, cluster.now);
    cluster.report(kA, .1, 0);
    CHECK(cluster.update().admission.cost.value() == Approx(.01));
}

TEST_CASE("for scores, time that goes backwards stands still") {
    Cluster cluster(1);
    cluster.report(kA, .2);
    static_cast<void>(cluster.update());
    cluster.now -= 1h;
    CHECK(cluster.score(kA).score == Approx(.2));
    cluster.report(kA, .2);
    CHECK(cluster.update().admission.x == Approx(.2));
}

TEST_CASE("a node that is not known is told") {
    Cluster cluster(1);
    CHECK_FALSE(cluster.shell.add(kA));
    CHECK_FALSE(cluster.shell.report(kB, Load(), 500ms, cluster.now));
    CHECK_FALSE(cluster.shell.count(kB, 1, cluster.now));
    CHECK_FALSE(cluster.shell.set_up(kB, true, cluster.now));
    CHECK_FALSE(cluster.shell.remove(kB));
    CHECK(cluster.shell.remove(kA));
    CHECK(cluster.shell.size() == 0);
}

TEST_CASE("the paper's letter sees eq. 1 as printed") {
    Cluster cluster(2, {.admission = {.equations = Equations::paper_literal}});
    cluster.report(kA, .9);
    cluster.report(kB, .9);
    CHECK(cluster.update().admission.x == Approx(.63));
}

TEST_CASE("settings out of range are named with their place") {
    CHECK(check(ShellConfig{}).ok());
    CHECK(check(ShellConfig{.admission = {.period = 0ms}}).error().where == "admission.period");
    CHECK(check(ShellConfig{.cost = {.noise = 0}}).error().where == "cost.noise");
    CHECK(check(ShellConfig{.slow_start = -1s}).error().where == "slow_start");
    CHECK(check(ShellConfig{.slow_start_cost = .5}).error().where == "slow_start_cost");
}
