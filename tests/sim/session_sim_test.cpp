// SPDX-License-Identifier: GPL-2.0
// Dispatcher and gateway together, over a network that loses, doubles and reorders: when all has settled, every session
// that is up must be whole in the kernel, and nothing may be left of one that is over.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "actors.hpp"
#include "core/base/hash.hpp"

using namespace sara;
using namespace sara::sim;

namespace {

constexpr unsigned kCalls = 30;
constexpr unsigned kStreams = 10;

struct Cast {
    std::vector<std::shared_ptr<Caller>> callers;
    std::vector<std::shared_ptr<Player>> players;

    [[nodiscard]] std::vector<Expectation> expectations() const {
        std::vector<Expectation> all;
        for (const auto& caller : callers) {
            all.push_back(caller->seen);
        }
        for (const auto& player : players) {
            all.push_back(player->seen);
        }
        return all;
    }
};

/// Calls share a few flows, as from a trunk; streams have a connection each.
Cast invite_all(World& world) {
    Cast cast;
    for (unsigned each = 0; each < kCalls; ++each) {
        const bool shared = each % 2 == 0;
        cast.callers.push_back(std::make_shared<Caller>(
            world,
            test::flow("198.18.1.11", static_cast<Port>(shared ? 5060 + each % 3 : 5100 + each), "198.18.0.100", 5060,
                       Transport::udp),
            "call-" + std::to_string(each), static_cast<Port>(10000 + 2 * each), static_cast<Port>(20000 + 2 * each)));
        world.at(world.between(0s, 20s), [caller = cast.callers.back()] { caller->start(); });
    }
    for (unsigned each = 0; each < kStreams; ++each) {
        cast.players.push_back(std::make_shared<Player>(
            world, test::flow("198.18.1.12", static_cast<Port>(41000 + each), "198.18.0.100", 554, Transport::tcp),
            "S" + std::to_string(each), static_cast<Port>(50000 + 4 * each), static_cast<Port>(60000 + 4 * each)));
        world.at(world.between(0s, 20s), [player = cast.players.back()] { player->start(); });
    }
    return cast;
}

void check_whole(const World& world, const Cast& cast) {
    std::size_t up = 0;
    std::size_t over = 0;
    std::set<std::pair<SessionId, Tag>> living;
    for (const Expectation& expected : cast.expectations()) {
        INFO(expected.id << " on " << expected.flow.text());
        const std::optional<SessionId> session =
            world.kernel().session_of(world.signalling(expected.flow, expected.id));
        const Tag tag = static_cast<Tag>(fnv1a(as_bytes(expected.id)));
        over += expected.over ? 1 : 0;
        if (!expected.up) {
            continue;
        }
        ++up;
        REQUIRE(session.has_value());
        living.emplace(*session, tag);
        CHECK_FALSE(world.kernel().sessions().at(*session).closing);
        for (const FlowKey& media : expected.media) {
            INFO(media.text());
            const std::optional<Kernel::Announcement> matched = world.kernel().match(media);
            REQUIRE(matched.has_value());
            CHECK(matched->session == *session);
            CHECK(matched->until == kNever);
        }
    }
    for (const auto& [key, announcement] : world.kernel().announcements()) {
        INFO(key.text());
        CHECK(living.contains({announcement.session, announcement.tag}));
    }
    for (const auto& [id, session] : world.kernel().sessions()) {
        INFO(session.signalling.text());
        const bool lives =
            std::any_of(living.begin(), living.end(), [own = id](const auto& each) { return each.first == own; });
        CHECK(session.closing != lives);
    }
    // The dice must have made both kinds, or nothing was shown.
    CHECK(up > 3);
    CHECK(over > 10);
    CHECK(up + over == kCalls + kStreams);
}

}  // namespace

TEST_CASE("on a good network") {
    const std::uint64_t seed = GENERATE(range(1U, 11U));
    INFO("seed " << seed);
    World world(seed, {});
    const Cast cast = invite_all(world);
    world.run(75s);
    check_whole(world, cast);
    const role::DispatcherCounters counters = world.dispatcher().counters();
    CHECK(counters.tracker.replies_without_request == 0);
    CHECK(counters.tracker.facts_without_session == 0);
    CHECK(counters.refused_conflict + counters.refused_limit + counters.refused_other == 0);
}

TEST_CASE("on a network that loses, doubles and reorders") {
    const std::uint64_t seed = GENERATE(range(100U, 120U));
    INFO("seed " << seed);
    World world(seed, {.loss = 0.3, .doubled = 0.2, .min_delay = 100us, .max_delay = 400ms});
    const Cast cast = invite_all(world);
    world.run(75s);
    CHECK(world.network().lost > 0);
    check_whole(world, cast);
}

TEST_CASE("the dispatcher's agent restarts in the middle of it") {
    const std::uint64_t seed = GENERATE(range(200U, 220U));
    INFO("seed " << seed);
    World world(seed, {.loss = 0.1, .doubled = 0.1, .min_delay = 100us, .max_delay = 50ms});
    const Cast cast = invite_all(world);
    for (const Duration time : {7s, 13s, 30s}) {
        world.at(time + world.between(0s, 3s), [&world] { world.restart_dispatcher(); });
    }
    world.run(75s);
    check_whole(world, cast);
}

TEST_CASE("the same seed makes the same world") {
    const auto play = [](std::uint64_t seed) {
        World world(seed, {.loss = 0.3, .doubled = 0.2, .min_delay = 100us, .max_delay = 400ms});
        const Cast cast = invite_all(world);
        world.run(75s);
        std::string story;
        for (const auto& [key, announcement] : world.kernel().announcements()) {
            story += key.text() + "\n";
        }
        return story + std::to_string(world.network().recorded.size());
    };
    CHECK(play(7) == play(7));
    CHECK(play(7) != play(8));
}

TEST_CASE("calls that share a flow are sessions of their own where the Call-ID tells them") {
    const std::uint64_t seed = GENERATE(range(1U, 11U));
    INFO("seed " << seed);
    World world(seed, {}, true);
    const Cast cast = invite_all(world);
    world.run(75s);
    check_whole(world, cast);
    CHECK(world.dispatcher().counters().tracker.facts_without_session == 0);
}
