// SPDX-License-Identifier: GPL-2.0
#include "core/replica/publisher.hpp"

#include <catch2/catch.hpp>

#include "objects.hpp"

using namespace sara;
using namespace sara::replica;
using namespace sara::replica::test;

namespace {

constexpr wire::Incarnation kPeer{7};

struct Rig {
    Publisher publisher;
    Time now{};

    Rig() {
        publisher.origin(kOrigin, kTable);
        publisher.connected(kPeer);
    }

    void snapshot(std::uint64_t sessions) {
        REQUIRE(publisher.wants_snapshot(now));
        publisher.begin_snapshot(now);
        for (std::uint64_t i = 1; i <= sessions; ++i) {
            publisher.add(session(i), now);
        }
        publisher.end_snapshot(now);
    }

    std::vector<Batch> take() {
        std::vector<Batch> out;
        while (const auto message = publisher.next(now)) {
            const Result<Message> read = decode(*message);
            REQUIRE(read.ok());
            out.push_back(std::get<Batch>(*read));
        }
        return out;
    }

    void report(std::uint32_t number, std::uint64_t applied, bool complete = false, bool resync = false) {
        publisher.handle({.sender = kSelf,
                          .origin = kOrigin,
                          .snapshot = number,
                          .applied = applied,
                          .complete = complete,
                          .resync = resync});
    }
};

std::size_t count(const std::vector<Batch>& batches) {
    std::size_t objects = 0;
    for (const Batch& batch : batches) {
        objects += batch.objects.size();
    }
    return objects;
}

}  // namespace

TEST_CASE("begins with a snapshot, as soon as there is a peer and a table") {
    Publisher publisher;
    CHECK_FALSE(publisher.wants_snapshot(Time{}));
    publisher.connected(kPeer);
    CHECK_FALSE(publisher.wants_snapshot(Time{}));
    publisher.origin(kOrigin, kTable);
    CHECK(publisher.wants_snapshot(Time{}));
    publisher.disconnected();
    CHECK_FALSE(publisher.wants_snapshot(Time{}));
}

TEST_CASE("tells the snapshot, its end, and then what happens, in order") {
    Rig rig;
    rig.publisher.publish(SessionGone{id(9)}, rig.now);  // the snapshot will show it
    rig.snapshot(2);
    rig.publisher.publish(SessionGone{id(1), true}, rig.now);
    const std::vector<Batch> told = rig.take();
    REQUIRE(told.size() == 1);
    CHECK(told[0].head == BatchHead{kOrigin, kTable, 1, 0});
    CHECK(told[0].objects == std::vector<Object>{session(1), session(2), SnapshotEnd{}, SessionGone{id(1), true}});
}

TEST_CASE("what happens while the snapshot is read is told behind the snapshot") {
    Rig rig;
    rig.publisher.begin_snapshot(rig.now);
    rig.publisher.publish(session(3), rig.now);
    rig.publisher.add(session(1), rig.now);
    rig.publisher.publish(SessionGone{id(2)}, rig.now);  // it is read all the same
    rig.publisher.add(session(2), rig.now);
    CHECK(rig.publisher.told() == 0);
    CHECK(rig.publisher.waiting() == 4);
    const std::vector<Batch> early = rig.take();
    REQUIRE(early.size() == 1);
    CHECK(early[0].objects == std::vector<Object>{session(1), session(2)});
    rig.publisher.end_snapshot(rig.now);
    CHECK(rig.publisher.told() == 5);
    const std::vector<Batch> late = rig.take();
    REQUIRE(late.size() == 2);
    CHECK(late[0].objects == std::vector<Object>{SnapshotEnd{}});
    CHECK(late[1].objects == std::vector<Object>{session(3), SessionGone{id(2)}});
}

TEST_CASE("a snapshot in which more happens than deltas may wait is not begun again for that") {
    Rig rig;
    rig.publisher.begin_snapshot(rig.now);
    for (std::uint64_t i = 0; i <= Publisher::kMaxWaiting; ++i) {
        rig.publisher.publish(SessionGone{id(i)}, rig.now);
    }
    rig.publisher.end_snapshot(rig.now);
    rig.publisher.publish(session(1), rig.now);
    CHECK(rig.publisher.counters().overflows == 0);
    CHECK(rig.publisher.told() == Publisher::kMaxWaiting + 3);
}

TEST_CASE("a snapshot that is lost while it is read leaves nothing of what happened meanwhile") {
    Rig rig;
    rig.publisher.begin_snapshot(rig.now);
    rig.publisher.publish(session(3), rig.now);
    rig.publisher.resync();
    rig.publisher.add(session(1), rig.now);
    rig.publisher.end_snapshot(rig.now);
    CHECK(rig.publisher.waiting() == 0);
    CHECK(rig.take().empty());
}

TEST_CASE("puts several objects into a message, and none is longer than a frame") {
    Rig rig;
    rig.snapshot(100);
    const std::vector<Batch> told = rig.take();
    CHECK(told.size() < 20);
    CHECK(count(told) == 101);
    for (std::size_t i = 0; i < told.size(); ++i) {
        CHECK(told[i].head.sequence == i);
    }
}

TEST_CASE("runs no more than kInFlight messages ahead of what the peer carried out") {
    Rig rig;
    rig.snapshot(4000);
    const std::size_t all = rig.publisher.waiting();
    CHECK(all == 4001);
    std::vector<Batch> told = rig.take();
    CHECK(told.size() == Publisher::kInFlight);
    CHECK(rig.publisher.waiting() == all);
    rig.report(1, 10);
    CHECK(rig.take().size() == 10);
    rig.report(1, 4);  // it was overtaken
    CHECK(rig.take().empty());
    rig.report(1, 1000);  // more than was sent
    CHECK(rig.take().size() == Publisher::kInFlight);
}

TEST_CASE("knows when the peer has all") {
    Rig rig;
    rig.snapshot(1);
    CHECK_FALSE(rig.publisher.is_complete());
    rig.take();
    rig.now += 70ms;
    CHECK(rig.publisher.lag(rig.now) == 70ms);
    rig.report(1, 1, true);
    CHECK(rig.publisher.is_complete());
    CHECK(rig.publisher.lag(rig.now) == 0ms);
    rig.publisher.publish(SessionGone{id(1)}, rig.now);
    CHECK_FALSE(rig.publisher.is_complete());
}

TEST_CASE("drops all for a new snapshot when too much waits") {
    Rig rig;
    rig.snapshot(1);
    rig.take();
    rig.report(1, 1, true);
    for (std::size_t i = 0; i <= Publisher::kMaxWaiting; ++i) {
        rig.publisher.publish(SessionGone{id(1)}, rig.now);
    }
    CHECK(rig.publisher.counters().overflows == 1);
    CHECK(rig.publisher.waiting() == 0);
    CHECK_FALSE(rig.publisher.is_complete());
    CHECK_FALSE(rig.publisher.wants_snapshot(rig.now));
    CHECK(rig.publisher.next_deadline() == rig.now + Publisher::kPause);
    rig.now += Publisher::kPause;
    rig.snapshot(1);
    CHECK(rig.take().front().head == BatchHead{kOrigin, kTable, 2, 0});
}

TEST_CASE("a peer that takes nothing gets no snapshot after the other") {
    Rig rig;
    rig.snapshot(2000);
    rig.take();
    rig.publisher.resync();
    rig.now += 1h;
    CHECK_FALSE(rig.publisher.wants_snapshot(rig.now));
    rig.report(1, 1);
    CHECK(rig.publisher.wants_snapshot(rig.now));
}

TEST_CASE("begins anew when the peer misses something, once") {
    Rig rig;
    rig.snapshot(1);
    rig.take();
    rig.now += 2s;
    rig.report(1, 0, false, true);
    rig.report(1, 0, false, true);
    CHECK(rig.publisher.counters().resyncs == 1);
    rig.snapshot(1);
    rig.report(1, 0, false, true);  // of the one before
    CHECK(rig.publisher.counters().resyncs == 1);
    CHECK(rig.take().size() == 1);
}

TEST_CASE("begins anew with another process, and goes on with the same") {
    Rig rig;
    rig.snapshot(1);
    rig.take();
    rig.publisher.disconnected();
    rig.publisher.publish(SessionGone{id(1)}, rig.now);
    CHECK(rig.take().empty());
    rig.publisher.connected(kPeer);
    CHECK(rig.take().size() == 1);
    rig.now += 2s;
    CHECK_FALSE(rig.publisher.wants_snapshot(rig.now));
    rig.publisher.connected(wire::Incarnation{8});
    CHECK(rig.publisher.wants_snapshot(rig.now));
}

TEST_CASE("another table is told by a new snapshot") {
    Rig rig;
    rig.snapshot(1);
    rig.publisher.origin(kOrigin, Table{99});
    rig.now += 2s;
    rig.snapshot(0);
    CHECK(rig.take().front().head == BatchHead{kOrigin, Table{99}, 2, 0});
}

TEST_CASE("what the wire has no room for is counted, and the rest goes on") {
    Rig rig;
    rig.publisher.begin_snapshot(rig.now);
    SessionPut put = session(1);
    put.service.clear();
    rig.publisher.add(put, rig.now);
    rig.publisher.end_snapshot(rig.now);
    CHECK(rig.publisher.counters().unfit == 1);
    CHECK(count(rig.take()) == 1);
}

TEST_CASE("counts what it told, and how much of that the peer has") {
    Rig rig;
    CHECK(rig.publisher.told() == 0);
    rig.publisher.publish(session(1), rig.now);  // to nobody: the snapshot will show it
    CHECK(rig.publisher.told() == 0);
    rig.snapshot(2);
    rig.publisher.publish(session(3), rig.now);
    const std::uint64_t third = rig.publisher.told();
    CHECK(third == 4);  // with the snapshot's end
    rig.take();
    CHECK_FALSE(rig.publisher.is_live());
    CHECK(rig.publisher.carried_out() == 0);
    rig.report(1, 1, true);
    CHECK(rig.publisher.is_live());
    CHECK(rig.publisher.carried_out() == third);

    rig.publisher.publish(session(4), rig.now);
    CHECK(rig.publisher.carried_out() == third);
    rig.take();
    CHECK(rig.publisher.carried_out() == third);
    rig.report(1, 2, true);
    CHECK(rig.publisher.carried_out() == rig.publisher.told());
}

TEST_CASE("what was told before a new snapshot is had with that, and not before") {
    Rig rig;
    rig.snapshot(0);
    rig.take();
    rig.report(1, 1, true);
    rig.publisher.publish(session(1), rig.now);
    const std::uint64_t first = rig.publisher.told();
    rig.publisher.resync();
    CHECK(rig.publisher.told() == 0);
    CHECK(rig.publisher.carried_out() == 0);
    rig.now += 2s;
    rig.snapshot(1);
    rig.take();
    CHECK(rig.publisher.carried_out() == 0);
    rig.report(2, 1, true);
    CHECK(rig.publisher.carried_out() >= first);
}

TEST_CASE("a peer without a link is not live") {
    Rig rig;
    rig.snapshot(0);
    rig.take();
    rig.report(1, 1, true);
    CHECK(rig.publisher.is_live());
    rig.publisher.disconnected();
    CHECK_FALSE(rig.publisher.is_live());
    CHECK(rig.publisher.carried_out() == 0);
}
