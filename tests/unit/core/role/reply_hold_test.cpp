// SPDX-License-Identifier: GPL-2.0
#include "core/role/reply_hold.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "core/inspect/conversation.hpp"
#include "core/wire/sim.hpp"

using namespace sara;
using namespace sara::test;
using role::ReplyHold;
using role::ReplyHoldCounters;
using role::Ticket;

namespace {

constexpr HoldId kFirst{1};
constexpr HoldId kSecond{2};
constexpr HoldId kThird{3};

using Replies = std::vector<HoldId>;

}  // namespace

TEST_CASE("a reply whose flow announces nothing is let go at once") {
    ReplyHold hold(20ms);
    CHECK_FALSE(hold.wait(kSipFlow, kFirst));
    hold.sent(kSipFlow, {{0, 1}}, kStart);
    CHECK_FALSE(hold.wait(kRtspFlow, kSecond));
    CHECK(hold.counters() == ReplyHoldCounters{.at_once = 2});
}

TEST_CASE("a reply waits until every dispatcher has what it announces") {
    ReplyHold hold(20ms);
    hold.sent(kSipFlow, {{0, 7}, {1, 3}}, kStart);
    REQUIRE(hold.wait(kSipFlow, kFirst));
    CHECK(hold.acknowledged({0, 3}).empty());
    CHECK(hold.acknowledged({1, 3}).empty());
    CHECK(hold.acknowledged({0, 7}) == Replies{kFirst});
    CHECK(hold.counters() == ReplyHoldCounters{.confirmed = 1});
    CHECK(hold.next_deadline() == kNever);
    CHECK_FALSE(hold.wait(kSipFlow, kSecond));
}

TEST_CASE("acknowledgements come in any order, and more than once") {
    ReplyHold hold(20ms);
    hold.sent(kSipFlow, {{0, 1}}, kStart);
    REQUIRE(hold.wait(kSipFlow, kFirst));
    hold.sent(kSipFlow, {{0, 2}}, kStart);
    REQUIRE(hold.wait(kSipFlow, kSecond));
    hold.sent(kRtspFlow, {{0, 3}}, kStart);
    REQUIRE(hold.wait(kRtspFlow, kThird));

    CHECK(hold.acknowledged({0, 3}) == Replies{kThird});
    // The second reply follows the first, so it waits for both.
    CHECK(hold.acknowledged({0, 2}).empty());
    CHECK(hold.acknowledged({0, 2}).empty());
    CHECK(hold.acknowledged({0, 1}) == Replies{kFirst, kSecond});
    CHECK(hold.acknowledged({0, 1}).empty());
}

TEST_CASE("of a message in several packets, and of a packet in several pieces, the last one waits") {
    ReplyHold hold(20ms);
    CHECK_FALSE(hold.wait(kRtspFlow, kFirst));  // the head of a message
    hold.sent(kRtspFlow, {{0, 1}}, kStart);     // its end, which begins the next message
    REQUIRE(hold.wait(kRtspFlow, kSecond));
    CHECK(hold.acknowledged({0, 1}) == Replies{kSecond});

    hold.sent(kRtspFlow, {{0, 2}}, kStart);  // the first piece of a long packet has no number
    hold.sent(kRtspFlow, {{0, 3}}, kStart);
    REQUIRE(hold.wait(kRtspFlow, kThird));
    CHECK(hold.acknowledged({0, 3}).empty());
    CHECK(hold.acknowledged({0, 2}) == Replies{kThird});
}

TEST_CASE("a message that is not acknowledged in time is not waited for any more") {
    ReplyHold hold(20ms);
    hold.sent(kSipFlow, {{0, 1}}, kStart);
    REQUIRE(hold.wait(kSipFlow, kFirst));
    hold.sent(kSipFlow, {{0, 2}}, kStart + 15ms);
    REQUIRE(hold.wait(kSipFlow, kSecond));
    CHECK(hold.next_deadline() == kStart + 20ms);
    hold.expire(kStart + 19ms);
    CHECK(hold.counters().given_up == 0);
    hold.expire(kStart + 20ms);
    CHECK(hold.counters().given_up == 1);
    CHECK(hold.next_deadline() == kStart + 35ms);
    CHECK(hold.acknowledged({0, 1}).empty());
    CHECK(hold.acknowledged({0, 2}) == Replies{kSecond});
    CHECK(hold.next_deadline() == kNever);
    CHECK(hold.counters() == ReplyHoldCounters{.confirmed = 1, .given_up = 1});
}

TEST_CASE("without a dispatcher that is there nothing waits") {
    ReplyHold hold(20ms);
    hold.sent(kSipFlow, {}, kStart);
    CHECK_FALSE(hold.wait(kSipFlow, kFirst));
}

TEST_CASE("what was announced by packets that did not wait is forgotten in time") {
    ReplyHold hold(20ms);
    for (std::uint64_t number = 1; number <= 1000; ++number) {
        hold.sent(kSipFlow, {{0, number}}, kStart + number * 1ms);
        hold.expire(kStart + number * 1ms);
    }
    REQUIRE(hold.wait(kSipFlow, kFirst));
    for (std::uint64_t number = 981; number < 1000; ++number) {
        CHECK(hold.acknowledged({0, number}).empty());
    }
    CHECK(hold.acknowledged({0, 1000}) == Replies{kFirst});
}

TEST_CASE("over a bad network a reply is let go once, after what it announces was delivered, or not at all") {
    const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{11}));
    CAPTURE(seed);
    wire::test::Pair pair(seed * 100, {.loss = 0.3, .doubled = 0.2, .min_delay = 100us, .max_delay = 8ms});
    while (!pair.client.is_up()) {
        pair.run(10ms);
    }
    ReplyHold hold(20ms);
    std::set<HoldId> released;
    const auto let_go = [&](const Replies& replies) {
        for (const HoldId reply : replies) {
            CHECK(released.insert(reply).second);
        }
    };
    const auto step = [&] {
        pair.run(500us);
        for (const std::uint64_t number : std::exchange(pair.acknowledged, {})) {
            const Replies replies = hold.acknowledged({0, number});
            for (const HoldId reply : replies) {
                const auto message = static_cast<std::uint32_t>(reply);
                CHECK(std::count(pair.delivered.begin(), pair.delivered.end(), message) == 1);
            }
            let_go(replies);
        }
        hold.expire(pair.network.now);
    };
    constexpr std::uint32_t kReplies = 300;
    for (std::uint32_t reply = 1; reply <= kReplies; ++reply) {
        const FlowKey flow =
            test::flow("198.18.1.11", static_cast<Port>(5060 + reply % 5), "198.18.0.100", 5060, Transport::udp);
        const auto number =
            pair.client.send({0, 0, static_cast<std::uint8_t>(reply >> 8U), static_cast<std::uint8_t>(reply)});
        REQUIRE(number);
        hold.sent(flow, {{0, *number}}, pair.network.now);
        REQUIRE(hold.wait(flow, HoldId{reply}));
        step();
    }
    while (hold.next_deadline() != kNever) {
        step();
    }
    CHECK(released.size() == hold.counters().confirmed);
    CHECK(hold.counters().confirmed + hold.counters().given_up == kReplies);
    CHECK(hold.counters().confirmed > 0);
    CHECK(hold.counters().given_up > 0);
}
