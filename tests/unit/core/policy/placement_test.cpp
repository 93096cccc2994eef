// SPDX-License-Identifier: GPL-2.0
#include "core/policy/placement.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <vector>

using namespace sara::policy;

namespace {

NodeScore node(std::uint32_t id, double score, double cost = .01) {
    return {.node = NodeId{id}, .score = score, .cost = Cost::of(cost)};
}

}  // namespace

TEST_CASE("the least loaded node is chosen") {
    const std::array nodes{node(1, .5), node(2, .2), node(3, .9)};
    const std::array<Placed, 3> placed{};
    CHECK(choose(nodes, placed) == 1);
}

TEST_CASE("without nodes there is no choice") {
    CHECK_FALSE(choose({}, {}));
}

TEST_CASE("ties go to the node with the fewest sessions, then to the first") {
    const std::array nodes{node(1, .5), node(2, .5), node(3, .5)};
    CHECK(choose(nodes, std::array{Placed{.live = 3}, Placed{.live = 1}, Placed{.live = 2}}) == 1);
    CHECK(choose(nodes, std::array{Placed{.live = 2}, Placed{.live = 2}, Placed{.live = 2}}) == 0);
}

TEST_CASE("what was placed since the push counts, so that an interval's sessions spread as they should") {
    const std::array nodes{node(1, .2), node(2, .3), node(3, .5, .02)};
    std::vector<Placed> placed(3);
    for (int i = 0; i < 60; ++i) {
        ++placed[*choose(nodes, placed)].since_push;
    }
    // Up to .5 in 30 + 20 sessions, then in proportion 2 : 2 : 1.
    CHECK(placed[0].since_push == 34);
    CHECK(placed[1].since_push == 24);
    CHECK(placed[2].since_push == 2);
}

TEST_CASE("without a cost all sessions of an interval go to one node") {
    const std::array nodes{node(1, .2, 0), node(2, .3, 0)};
    std::vector<Placed> placed(2);
    for (int i = 0; i < 60; ++i) {
        ++placed[*choose(nodes, placed)].since_push;
    }
    CHECK(placed[0].since_push == 60);
}
