// SPDX-License-Identifier: GPL-2.0
// Completed sessions per second, the objective of admission and placement, for each way to decide.
#include "cluster_sim.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

using namespace sara;
using namespace sara::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::array kSystems{System::no_control, System::as_printed,  System::coin,
                              System::verdict,    System::recommended, System::moving};
constexpr std::array kOffered{.5, 1.0, 2.0, 3.0, 6.0};

/// Mean of the seeds, in parts of what the cluster can complete.
struct Share {
    double completed = 0;
    double broken = 0;
    double uneven = 0;
    double load = 0;
};

Share share(ClusterSetup setup, unsigned seeds = 2) {
    Share mean;
    for (setup.seed = 1; setup.seed <= seeds; ++setup.seed) {
        const ClusterResult result = simulate(setup);
        mean.completed += result.completed / result.ideal / seeds;
        mean.broken += result.broken / result.ideal / seeds;
        mean.uneven += result.uneven / seeds;
        mean.load += result.load / seeds;
    }
    return mean;
}

Share share(System system, double offered, Duration period) {
    ClusterSetup setup;
    setup.system = system;
    setup.offered = offered;
    setup.report_period = period;
    return share(setup);
}

using Table = std::map<std::pair<System, double>, Share>;

/// Prints it, too.
Table measure(Duration period) {
    const ClusterSetup setup;
    std::printf("%u nodes for %u sessions of %.0f s each, loads every %.1f s; completed (broken) in %% of capacity\n",
                setup.nodes, setup.capacity, std::chrono::duration<double>(setup.hold).count(),
                std::chrono::duration<double>(period).count());
    Table table;
    for (const System system : kSystems) {
        std::printf("  %-20s", std::string(to_string(system)).c_str());
        for (const double offered : kOffered) {
            const Share is = table[{system, offered}] = share(system, offered, period);
            std::printf("  %.1fx %5.1f (%5.1f)", offered, 100 * is.completed, 100 * is.broken);
        }
        std::printf("\n");
    }
    return table;
}

}  // namespace

TEST_CASE("cluster with fresh load") {
    Table table = measure(500ms);
    for (const double offered : {2.0, 3.0, 6.0}) {
        const Share ours = table[{System::recommended, offered}];
        CHECK(ours.completed > .965);
        CHECK(ours.broken < .005);
        CHECK(table[{System::no_control, offered}].completed < .01);
        CHECK(table[{System::as_printed, offered}].completed < .01);
        CHECK(ours.completed > 1.3 * table[{System::coin, offered}].completed);
        CHECK(ours.completed > 1.3 * table[{System::verdict, offered}].completed);
        // By what it holds: of what is completed in the time, one percent is chance.
        CHECK(table[{System::moving, offered}].load <= ours.load + .005);
    }
    // What is not too much is served, by each that does not refuse too early.
    CHECK(table[{System::recommended, .5}].completed > .48);
    CHECK(table[{System::recommended, .5}].broken == 0);
    CHECK(table[{System::recommended, 1}].completed > .9);
    CHECK(table[{System::verdict, 1}].completed < .6);
}

TEST_CASE("cluster with load of 5 s ago") {
    Table table = measure(5s);
    for (const double offered : {2.0, 3.0, 6.0}) {
        const Share ours = table[{System::recommended, offered}];
        CHECK(ours.completed > .965);
        CHECK(ours.broken < .001);
        CHECK(table[{System::verdict, offered}].completed > .6);
        CHECK(ours.completed > 1.3 * table[{System::coin, offered}].completed);
        CHECK(table[{System::moving, offered}].load <= ours.load + .005);
    }
}

TEST_CASE("a cluster of unlike nodes is used as well") {
    ClusterSetup setup;
    setup.weak = 3;
    setup.offered = 3;
    const Share ours = share(setup);
    CHECK(ours.completed > .93);
    CHECK(ours.broken < .005);
    CHECK(ours.uneven < .02);
}

TEST_CASE("nodes of few sessions and noisy loads are not broken") {
    ClusterSetup setup;
    setup.nodes = 3;
    setup.capacity = 20;
    setup.noise = .05;
    setup.offered = 3;
    const Share ours = share(setup, 8);
    CHECK(ours.completed > .9);
    CHECK(ours.broken < .01);
}

TEST_CASE("nor are nodes of many sessions, which are used nearer to their end") {
    ClusterSetup setup;
    setup.noise = .05;
    setup.offered = 3;
    const Share ours = share(setup, 4);
    CHECK(ours.completed > .96);
    CHECK(ours.broken < .005);
}

TEST_CASE("nodes that carry five sessions each are left room for one") {
    ClusterSetup setup;
    setup.nodes = 3;
    setup.capacity = 5;
    setup.offered = 6;
    const Share ours = share(setup, 8);
    CHECK(ours.completed > .75);
    CHECK(ours.broken < .005);
}

TEST_CASE("with few sessions, each that ends between two policies makes room") {
    ClusterSetup setup;
    setup.nodes = 3;
    setup.capacity = 20;
    setup.hold = 12s;
    setup.report_period = 250ms;
    setup.offered = 2;
    setup.warm_up = 100s;
    setup.measured = 400s;
    const Share ours = share(setup, 8);
    CHECK(ours.completed > .945);
    CHECK(ours.broken == 0);
}

TEST_CASE("of few sessions, a third of which are others when the next load comes") {
    ClusterSetup setup;
    setup.nodes = 3;
    setup.capacity = 20;
    setup.hold = 12s;
    setup.report_period = 5s;
    setup.noise = .02;
    setup.offered = 3;
    setup.warm_up = 32s;
    const Share ours = share(setup, 8);
    std::printf("few sessions, loads of 5 s: completed %.1f %%, broken %.1f %%\n", 100 * ours.completed,
                100 * ours.broken);
    CHECK(ours.completed > .9);
    CHECK(ours.broken < .005);
}

TEST_CASE("loads told from sessions keep nodes more even than a line through the past") {
    ClusterSetup setup;
    setup.offered = 2;
    setup.report_period = 5s;
    const double ours = share(setup).uneven;
    setup.shell.predictor = policy::Predictor::trend;
    const double line = share(setup).uneven;
    std::printf("uneven: %.3f from sessions, %.3f by a line\n", ours, line);
    CHECK(ours < line / 3);
}

TEST_CASE("cluster of 100 and of 1,000 nodes") {
    for (const std::uint32_t nodes : {100U, 1000U}) {
        ClusterSetup setup;
        setup.nodes = nodes;
        setup.offered = 3;
        setup.warm_up = nodes == 100 ? 200s : 100s;
        setup.measured = nodes == 100 ? 100s : 20s;
        const Share ours = share(setup, 1);
        std::printf("%4u nodes at 3x: completed %.1f %%, broken %.1f %%, uneven %.3f\n", nodes, 100 * ours.completed,
                    100 * ours.broken, ours.uneven);
        CHECK(ours.completed > .9);
        CHECK(ours.broken < .0001);
    }
}

TEST_CASE("the cost of a session is learnt on nodes of every size, and none gets too cheap") {
    for (const std::uint32_t capacity : {20U, 400U, 3000U}) {
        for (const double offered : {.5, 2.0}) {
            ClusterSetup setup;
            setup.nodes = 100;
            setup.capacity = capacity;
            setup.offered = offered;
            const ClusterResult result = simulate(setup);
            std::printf("%u sessions, %.1fx: off by %.3f, the least is %.3f of the true cost\n", capacity, offered,
                        result.cost_error, result.cost_least);
            CHECK(result.cost_error < .05);
            CHECK(result.cost_least > .85);
        }
    }
}

TEST_CASE("sessions that are over, and kept for what is repeated, do not count as load") {
    for (const std::uint32_t capacity : {20U, 400U}) {
        ClusterSetup setup;
        setup.capacity = capacity;
        setup.offered = 2;
        setup.report_period = capacity == 20 ? 500ms : 5s;
        setup.linger = 32s;
        const ClusterResult told = simulate(setup);
        setup.tells_ended = false;
        const ClusterResult counted = simulate(setup);
        std::printf("%u sessions: the cost is off by %.3f, broken %.4f; if all count %.3f, %.4f\n", capacity,
                    told.cost_error, told.broken / told.ideal, counted.cost_error, counted.broken / counted.ideal);
        CHECK(told.cost_error < .03);
        CHECK(told.cost_error < counted.cost_error / 5);
        CHECK(told.broken / told.ideal < .001);
        CHECK(counted.uneven > 1.5 * told.uneven);
    }
}

TEST_CASE("a node that is told for how many sessions it is meant is known sooner") {
    ClusterSetup setup;
    setup.capacity = 20;
    setup.offered = 2;
    setup.warm_up = 1s;
    setup.measured = 50ms;
    const double guessed = simulate(setup).cost_error;
    setup.tells_capacity = true;
    const double told = simulate(setup).cost_error;
    std::printf("after 1 s off by %.2f, told by %.2f\n", guessed, told);
    CHECK(told < guessed / 3);
}

TEST_CASE("IPVS refuses nobody, and knows no sessions") {
    const auto of = [](System system, double offered) {
        ClusterSetup setup;
        setup.system = system;
        setup.offered = offered;
        ClusterResult mean;
        for (setup.seed = 1; setup.seed <= 2; ++setup.seed) {
            const ClusterResult result = simulate(setup);
            mean.completed += result.completed / result.ideal / 2;
            mean.split += result.split / result.ideal / 2;
            mean.refused += result.refused / 2;
            mean.uneven += result.uneven / 2;
        }
        std::printf("  %-20s %.1fx: completed %5.1f %%, and %5.1f %% if media were not apart; uneven %.3f\n",
                    std::string(to_string(system)).c_str(), offered, 100 * mean.completed, 100 * mean.split,
                    mean.uneven);
        return mean;
    };
    const ClusterResult rr = of(System::ipvs_rr, .5);
    const ClusterResult wlc = of(System::ipvs_wlc, .5);
    const ClusterResult source = of(System::ipvs_source, .5);
    // One in ten nodes is the right one for media; and nothing else is the matter, where the whole is not overloaded.
    for (const ClusterResult& apart : {rr, wlc}) {
        CHECK(apart.completed == Approx(.05).margin(.01));
        CHECK(apart.completed + apart.split > .48);
    }
    CHECK(source.split == 0);
    CHECK(source.completed > .4);
    CHECK(wlc.uneven < rr.uneven);
    CHECK(source.uneven > 3 * rr.uneven);
    for (const System system : {System::ipvs_rr, System::ipvs_wlc, System::ipvs_source}) {
        const ClusterResult doubled = of(system, 2);
        CHECK(doubled.refused == 0);
        CHECK(doubled.completed + doubled.split < .05);
    }
}
