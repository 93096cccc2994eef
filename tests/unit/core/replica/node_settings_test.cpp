// SPDX-License-Identifier: GPL-2.0
#include "core/replica/node_settings.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sara;
using namespace sara::replica;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow = Time{1h};

/// A dispatcher with its kernel, as far as its nodes go.
struct Head {
    explicit Head(std::uint64_t number) : settings(static_cast<wire::Incarnation>(number)) {}

    /// Carries out what is to be done, and hears of it as an event.
    void settle() {
        while (const auto change = settings.next()) {
            use = change->use;
            weight = change->weight;
            fails_at = change->fails_at;
            ++changes;
            settings.present(change->node, use, weight);
        }
    }
    void hear(const Head& other, Time now = kNow) {
        settings.merge({other.settings.records(now)}, now);
        settle();
    }
    /// By hand, or by its configuration.
    void set(NodeUse to, std::uint16_t share = 1) {
        use = to;
        weight = share;
        settings.present("n1", use, weight);
    }

    NodeSettings settings;
    NodeUse use = NodeUse::up;
    std::uint16_t weight = 1;
    std::optional<Time> fails_at;
    int changes = 0;
};

}  // namespace

TEST_CASE("what nobody said is nothing to tell") {
    Head one(1);
    one.set(NodeUse::up, 3);
    one.set(NodeUse::up, 3);
    CHECK(one.settings.records(kNow).empty());
    CHECK(one.settings.news() == 0);
}

TEST_CASE("a node that is drained at one is drained at the other, once") {
    Head one(1);
    Head two(2);
    one.set(NodeUse::up);
    two.set(NodeUse::up);
    one.set(NodeUse::drain);
    two.hear(one);
    CHECK(two.use == NodeUse::drain);
    CHECK(two.changes == 1);
    // It tells it on, but there is nothing to do for anybody.
    one.hear(two);
    two.hear(one);
    CHECK(one.changes == 0);
    CHECK(two.changes == 1);
}

TEST_CASE("what was said last holds, wherever it was said") {
    Head one(1);
    Head two(2);
    one.set(NodeUse::up);
    two.set(NodeUse::up);
    one.set(NodeUse::drain);
    two.hear(one);
    two.set(NodeUse::up, 7);
    one.hear(two);
    CHECK(one.use == NodeUse::up);
    CHECK(one.weight == 7);
    // An old message comes late.
    Head late(1);
    late.set(NodeUse::up);
    late.set(NodeUse::drain);
    one.hear(late);
    CHECK(one.use == NodeUse::up);
}

TEST_CASE("two that are told different things at once agree") {
    Head one(1);
    Head two(2);
    one.set(NodeUse::up);
    two.set(NodeUse::up);
    one.set(NodeUse::drain);
    two.set(NodeUse::up, 5);
    const auto said = two.settings.records(kNow);
    two.hear(one);
    one.settings.merge({said}, kNow);
    one.settle();
    CHECK(one.use == NodeUse::up);
    CHECK(two.use == NodeUse::up);
    CHECK(one.weight == 5);
    CHECK(two.weight == 5);
}

TEST_CASE("one that was away, or whose nodes are made anew, gets what was said") {
    Head one(1);
    one.set(NodeUse::up);
    one.set(NodeUse::drain);

    Head two(2);  // hears of it before it has the node
    two.hear(one);
    CHECK(two.changes == 0);
    two.set(NodeUse::up);
    two.settle();
    CHECK(two.use == NodeUse::drain);

    one.settings.kernel_down();
    one.set(NodeUse::up);  // as its configuration has it
    one.settle();
    CHECK(one.use == NodeUse::drain);

    one.settings.gone("n1");
    one.set(NodeUse::up);
    one.settle();
    CHECK(one.use == NodeUse::drain);
}

TEST_CASE("a node of which nothing was said is forgotten with the kernel, and is then as it comes") {
    Head one(1);
    one.set(NodeUse::up);
    one.settings.kernel_down();
    one.set(NodeUse::up, 9);
    one.settle();
    CHECK(one.weight == 9);
    CHECK(one.settings.records(kNow).empty());
}

TEST_CASE("when a node is going to fail is told as the time that is left, and withdrawn when it is up again") {
    Head one(1);
    Head two(2);
    one.set(NodeUse::up);
    two.set(NodeUse::up);
    one.settings.plan("nobody", kNow);
    CHECK(one.settings.records(kNow).empty());
    one.set(NodeUse::drain);
    one.settings.plan("n1", kNow + 10min);
    // Two's clock is another one.
    two.settings.merge({one.settings.records(kNow + 4min)}, Time{5h});
    two.settle();
    CHECK(two.use == NodeUse::drain);
    CHECK(two.fails_at == Time{5h} + 6min);
    two.set(NodeUse::up);
    CHECK_FALSE(two.settings.records(kNow).at(0).setting.fails_in);
    one.hear(two);
    CHECK(one.use == NodeUse::up);
    CHECK_FALSE(one.fails_at);
    // What is over is over at once.
    one.set(NodeUse::drain);
    one.settings.plan("n1", kNow);
    CHECK(one.settings.records(kNow + 1h).at(0).setting.fails_in == 0ms);
}

TEST_CASE("a peer that tells of nodes without end fills no memory") {
    Head one(1);
    one.set(NodeUse::up);
    NodeRecords flood;
    for (std::size_t i = 0; i < 2 * NodeSettings::kMaxNodes; ++i) {
        flood.nodes.push_back({.node = std::to_string(i),
                               .setting = {.use = NodeUse::drain, .weight = 1, .fails_in = {}},
                               .version = 1,
                               .setter = static_cast<wire::Incarnation>(9)});
    }
    one.settings.merge(flood, kNow);
    CHECK(one.settings.records(kNow).size() == NodeSettings::kMaxNodes - 1);
    one.set(NodeUse::drain);
    CHECK(one.settings.records(kNow).size() == NodeSettings::kMaxNodes);
}
