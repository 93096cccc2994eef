// SPDX-License-Identifier: GPL-2.0
// What IPVS's schedulers do with sessions that they take for connections.
#include "ipvs_sim.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

using namespace sara::sim;

namespace {

/// Sessions that came to each of 4 nodes, of 4000 that begin one per step and last for 100.
std::array<int, 4> placed(IpvsSetup setup) {
    setup.nodes = 4;
    setup.longest = 100;
    Ipvs ipvs(setup);
    std::array<int, 4> on{};
    for (std::size_t step = 0; step < 4000; ++step) {
        ipvs.pass(step);
        ++on.at(ipvs.place(step, 100));
    }
    return on;
}

}  // namespace

TEST_CASE("IPVS rr gives each node the same number of sessions") {
    CHECK(placed({.scheduler = IpvsScheduler::rr}) == std::array{1000, 1000, 1000, 1000});
}

TEST_CASE("IPVS wlc goes where the fewest connections are, and forgets silent ones late") {
    Ipvs ipvs({.scheduler = IpvsScheduler::wlc, .nodes = 3, .forgotten = 10, .longest = 1000});
    const std::uint32_t brief = ipvs.place(0, 5);
    std::array<int, 3> on{};
    ++on.at(brief);
    ++on.at(ipvs.place(0, 500));
    ++on.at(ipvs.place(0, 500));
    CHECK(on == std::array{1, 1, 1});
    for (std::size_t step = 1; step < 15; ++step) {
        ipvs.pass(step);
    }
    // One is over since step 5, and still a connection: each node gets one more.
    for (int i = 0; i < 3; ++i) {
        ++on.at(ipvs.place(14, 500));
    }
    CHECK(on == std::array{2, 2, 2});
    ipvs.pass(15);
    CHECK(ipvs.place(15, 500) == brief);
}

TEST_CASE("IPVS by source keeps a client's sessions together, however many it has") {
    CHECK(placed({.scheduler = IpvsScheduler::source, .clients = 1}) == std::array{4000, 0, 0, 0});
    const std::array<int, 4> few = placed({.scheduler = IpvsScheduler::source, .clients = 8, .persistence = 4000});
    CHECK(*std::max_element(few.begin(), few.end()) > 1.1 * 1000);
    SECTION("a client that was silent for long is a new one") {
        Ipvs ipvs({.scheduler = IpvsScheduler::source, .nodes = 4, .persistence = 10});
        CHECK(ipvs.place(0, 5) == 0);
        CHECK(ipvs.place(14, 1) == 0);
        CHECK(ipvs.place(24, 1) == 0);
        CHECK(ipvs.place(35, 1) == 1);
    }
}

TEST_CASE("IPVS places media by themselves, unless by source") {
    std::map<IpvsScheduler, int> apart;
    for (const IpvsScheduler scheduler : {IpvsScheduler::rr, IpvsScheduler::wlc, IpvsScheduler::source}) {
        Ipvs ipvs({.scheduler = scheduler, .nodes = 10});
        for (int i = 0; i < 10'000; ++i) {
            apart[scheduler] += ipvs.apart(3);
        }
    }
    CHECK(apart[IpvsScheduler::rr] == Approx(9000).margin(150));
    CHECK(apart[IpvsScheduler::wlc] == Approx(9000).margin(150));
    CHECK(apart[IpvsScheduler::source] == 0);
}
