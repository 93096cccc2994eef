// SPDX-License-Identifier: GPL-2.0
#include "core/replica/sync_queue.hpp"

#include <catch2/catch.hpp>

#include "objects.hpp"

using namespace sara;
using namespace sara::replica;
using namespace sara::replica::test;

namespace {

constexpr Time kUntil = Time{} + 20ms;

std::vector<SessionId> release(SyncQueue& queue, std::vector<std::uint64_t> carried_out, Time now = {}) {
    return queue.release(carried_out, now);
}

}  // namespace

TEST_CASE("a session waits until a peer has carried out what it was told of it") {
    SyncQueue queue;
    queue.wait(id(1), {5}, kUntil);
    queue.wait(id(2), {7}, kUntil);
    CHECK(release(queue, {4}).empty());
    CHECK(release(queue, {6}) == std::vector{id(1)});
    CHECK(release(queue, {6}).empty());
    CHECK(release(queue, {7}) == std::vector{id(2)});
    CHECK(queue.size() == 0);
}

TEST_CASE("any peer will do") {
    SyncQueue queue;
    queue.wait(id(1), {5, 3}, kUntil);
    CHECK(release(queue, {4, 2}).empty());
    CHECK(release(queue, {4, 3}) == std::vector{id(1)});
}

TEST_CASE("a peer that was not told has nothing, whatever it has carried out") {
    SyncQueue queue;
    queue.wait(id(1), {0, 3}, kUntil);
    CHECK(release(queue, {9, 2}).empty());
    CHECK(release(queue, {9, 3}) == std::vector{id(1)});
}

TEST_CASE("what nobody took in time is forgotten, and those behind it are not") {
    SyncQueue queue;
    queue.wait(id(1), {0}, kUntil);
    queue.wait(id(2), {4}, kUntil + 5ms);
    CHECK(release(queue, {4}, kUntil - 1ms).empty());
    CHECK(release(queue, {4}, kUntil) == std::vector{id(2)});
    CHECK(queue.size() == 0);
}

TEST_CASE("is bounded: the oldest are forgotten") {
    SyncQueue queue;
    for (std::uint64_t i = 1; i <= SyncQueue::kMost + 1; ++i) {
        queue.wait(id(i), {i}, kUntil);
    }
    CHECK(queue.size() == SyncQueue::kMost);
    CHECK(release(queue, {2}) == std::vector{id(2)});
}
