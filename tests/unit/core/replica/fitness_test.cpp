// SPDX-License-Identifier: GPL-2.0
#include "core/replica/fitness.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace sara;
using namespace sara::replica;
using namespace std::chrono_literals;

namespace {

PeerFitness peer(bool reachable, CopyState copy) {
    return {"198.18.0.3:7100", reachable, copy};
}

}  // namespace

TEST_CASE("who has all that its peers have is fit") {
    CHECK(judge({peer(true, CopyState::complete)}, true, 0s, 10s).fit);
    CHECK(judge({peer(true, CopyState::complete), peer(true, CopyState::complete)}, true, 0s, 10s).fit);
}

TEST_CASE("one peer whose sessions are not here makes unfit, and is named") {
    const Fitness fitness = judge({peer(true, CopyState::complete), peer(true, CopyState::receiving)}, true, 1h, 10s);
    CHECK_FALSE(fitness.fit);
    CHECK(fitness.why == "the sessions of dispatcher 198.18.0.3:7100 are not complete yet");
    CHECK_FALSE(judge({peer(true, CopyState::none)}, true, 1h, 10s).fit);
}

TEST_CASE("a peer that does not answer is not waited for beside one that does") {
    CHECK(judge({peer(false, CopyState::receiving), peer(true, CopyState::complete)}, true, 0s, 10s).fit);
}

TEST_CASE("a start waits for its peers, but not for ever") {
    CHECK_FALSE(judge({peer(false, CopyState::none)}, false, 9s, 10s).fit);
    CHECK(judge({peer(false, CopyState::none)}, false, 9s, 10s).why ==
          "no peer has answered yet; waiting for 1 s more");
    CHECK(judge({peer(false, CopyState::none)}, false, 10s, 10s).fit);
}

TEST_CASE("whose peers went stays fit") {
    CHECK(judge({peer(false, CopyState::complete)}, true, 1s, 10s).fit);
}
