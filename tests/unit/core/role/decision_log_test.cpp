// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/role/decision_log.hpp"

using namespace sara;
using namespace sara::role;
using policy::NodeId;

namespace {

Decision decision(std::uint64_t epoch, std::size_t nodes = 1) {
    return {.epoch = epoch,
            .pushed = {},
            .own = {},
            .admission = {},
            .nodes = std::vector<DecidedNode>(nodes),
            .services = {}};
}

}  // namespace

TEST_CASE("a policy is found by its epoch as long as it is remembered") {
    DecisionLog log;
    CHECK(log.find(1) == nullptr);
    log.push(decision(3));
    log.push(decision(4));
    log.push(decision(7));
    CHECK(log.find(4)->epoch == 4);
    CHECK(log.find(7)->epoch == 7);
    CHECK(log.find(2) == nullptr);
    CHECK(log.find(5) == nullptr);
    CHECK(log.find(8) == nullptr);
}

TEST_CASE("what was placed before a session is told for each node, in whatever order it was heard") {
    DecisionLog log;
    log.push(decision(1));
    log.placed(1, 2, NodeId{9});
    log.placed(1, 0, NodeId{8});
    log.placed(1, 1, NodeId{9});
    CHECK(log.placed_on(1, 0, NodeId{9}) == 0);
    CHECK(log.placed_on(1, 1, NodeId{8}) == 1);
    CHECK(log.placed_on(1, 2, NodeId{9}) == 1);
    CHECK(log.placed_on(1, 3, NodeId{9}) == 2);
}

TEST_CASE("what was not heard of is not told") {
    DecisionLog log;
    log.push(decision(1));
    log.placed(1, 2, NodeId{9});
    CHECK(log.placed_on(1, 1, NodeId{9}) == std::nullopt);
    CHECK(log.placed_on(1, 4, NodeId{9}) == std::nullopt);
    CHECK(log.placed_on(2, 0, NodeId{9}) == std::nullopt);
    log.placed(1, DecisionLog::kMaxPosition, NodeId{9});
    log.placed(5, 0, NodeId{9});
    CHECK(log.placed_on(1, 4, NodeId{9}) == std::nullopt);
}

TEST_CASE("the oldest policies go when there are too many") {
    DecisionLog log;
    for (std::uint64_t epoch = 1; epoch <= DecisionLog::kMaxDecisions + 2; ++epoch) {
        log.push(decision(epoch, 0));
    }
    CHECK(log.size() == DecisionLog::kMaxDecisions);
    CHECK(log.find(2) == nullptr);
    CHECK(log.find(3) != nullptr);
}

TEST_CASE("they go when they have too many nodes, or placed too many sessions, all together, the last one stays") {
    DecisionLog nodes;
    for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
        nodes.push(decision(epoch, DecisionLog::kMaxNodes / 2));
    }
    CHECK(nodes.size() == 2);
    nodes.push(decision(4, DecisionLog::kMaxNodes + 1));
    CHECK(nodes.size() == 1);

    DecisionLog placed;
    const std::uint64_t fit = DecisionLog::kMaxPlaced / DecisionLog::kMaxPosition;
    for (std::uint64_t epoch = 1; epoch <= fit + 1; ++epoch) {
        placed.push(decision(epoch));
        placed.placed(epoch, DecisionLog::kMaxPosition - 1, NodeId{1});
    }
    CHECK(placed.size() == fit);
    CHECK(placed.find(1) == nullptr);
}
