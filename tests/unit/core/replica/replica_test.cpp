// SPDX-License-Identifier: GPL-2.0
#include "core/replica/replica.hpp"

#include <catch2/catch.hpp>

#include "fake_table.hpp"
#include "objects.hpp"

using namespace sara;
using namespace sara::replica;
using namespace sara::replica::test;

namespace {

struct Rig {
    Replica replica;
    FakeTable table;
    Time now{};
    BatchHead head{.origin = kOrigin, .table = kTable, .snapshot = 1, .sequence = 0};

    void feed(std::vector<Object> objects) {
        replica.handle(Batch{head, std::move(objects)}, now);
        ++head.sequence;
    }

    void feed_at(std::uint64_t sequence, std::vector<Object> objects) {
        BatchHead at = head;
        at.sequence = sequence;
        replica.handle(Batch{at, std::move(objects)}, now);
    }

    void begin(std::uint32_t snapshot) {
        head.snapshot = snapshot;
        head.sequence = 0;
    }

    /// Carries out all there is to do; events go nowhere.
    std::vector<std::string> work() {
        table.executed.clear();
        while (const auto command = replica.next(table.standby())) {
            replica.done(table.execute(*command));
        }
        return table.executed;
    }

    Report report() {
        const auto report = replica.report(kSelf);
        REQUIRE(report.has_value());
        return *report;
    }

    /// Sessions 1 to `last` with their signalling and media.
    void hold(std::uint64_t last) {
        std::vector<Object> objects;
        for (std::uint64_t i = 1; i <= last; ++i) {
            objects.insert(objects.end(), {session(i), flow(i), media_flow(i), announcement(i)});
        }
        objects.emplace_back(SnapshotEnd{});
        feed(std::move(objects));
        work();
        REQUIRE(replica.state() == CopyState::complete);
    }

    SessionId local(std::uint64_t number) { return table.owner(signalling(number)).value_or(SessionId::unknown); }
};

}  // namespace

TEST_CASE("a snapshot becomes standby sessions with all that is theirs") {
    Rig rig;
    rig.table.packet(media(77), "n3");  // so that numbers differ
    rig.feed({session(1), flow(1), media_flow(1), announcement(1), SnapshotEnd{}});
    CHECK(rig.work() == std::vector<std::string>{
                            "restore the session udp 198.18.1.11:5001 > 198.18.0.100:5060 of service sip on node n1",
                            "restore the flow udp 198.18.1.11:5001 > 198.18.0.100:5060 of session 2",
                            "restore the flow udp 198.18.1.11:20001 > 198.18.0.100:6000 of session 2",
                            "restore the announcement udp 198.18.1.11:20001 > 198.18.0.100:6000 of session 2"});
    CHECK(rig.replica.state() == CopyState::complete);
    CHECK(rig.replica.sessions() == 1);
    CHECK(rig.table.sessions().at(id(2)).standby);
    CHECK(rig.report() == Report{.sender = kSelf, .origin = kOrigin, .snapshot = 1, .applied = 1, .complete = true});
}

TEST_CASE("is complete only when all of the snapshot is in the kernel") {
    Rig rig;
    CHECK(rig.replica.state() == CopyState::none);
    rig.feed({session(1), session(2)});
    rig.work();
    CHECK(rig.replica.state() == CopyState::receiving);
    rig.feed({session(3), SnapshotEnd{}});
    CHECK(rig.replica.state() == CopyState::receiving);
    CHECK_FALSE(rig.report().complete);
    rig.work();
    CHECK(rig.report().complete);
}

TEST_CASE("batches are carried out in order, once each") {
    Rig rig;
    rig.feed_at(2, {SnapshotEnd{}});
    rig.feed_at(1, {flow(1)});
    CHECK(rig.work().empty());
    rig.feed_at(1, {flow(1)});
    rig.feed_at(0, {session(1)});
    CHECK(rig.work().size() == 2);
    rig.feed_at(0, {session(1)});
    CHECK(rig.work().empty());
    CHECK(rig.replica.counters().duplicates == 2);
    CHECK(rig.replica.state() == CopyState::complete);
    CHECK(rig.report().applied == 3);
}

TEST_CASE("no more is kept for later than a publisher sends ahead") {
    Rig rig;
    for (std::uint64_t i = 1; i < 3 * Replica::kWindow; ++i) {
        rig.feed_at(i, {});
    }
    CHECK(rig.replica.buffered() == Replica::kWindow - 1);
    CHECK(rig.replica.counters().beyond == 2 * Replica::kWindow);
}

TEST_CASE("a batch that does not come is missed, and a new snapshot asked for until it comes") {
    Rig rig;
    rig.feed({session(1), SnapshotEnd{}});
    rig.work();
    rig.feed_at(2, {session(2)});
    CHECK(rig.replica.next_deadline() == rig.now + Replica::kGap);
    rig.now += Replica::kGap - 1ms;
    rig.replica.expire(rig.now);
    CHECK_FALSE(rig.report().resync);
    rig.now += 1ms;
    rig.replica.expire(rig.now);
    CHECK(rig.replica.has_news());
    CHECK(rig.report().resync);
    CHECK(rig.report().resync);
    CHECK(rig.replica.state() == CopyState::receiving);
    rig.begin(2);
    rig.feed({session(1), session(2), SnapshotEnd{}});
    rig.work();
    CHECK_FALSE(rig.report().resync);
    CHECK(rig.replica.state() == CopyState::complete);
}

TEST_CASE("what a later snapshot does not mention goes, if it is standby still") {
    Rig rig;
    rig.hold(3);
    rig.table.packet(signalling(2));
    rig.begin(2);
    rig.feed({session(1), flow(1), SnapshotEnd{}});
    CHECK(rig.work() ==
          std::vector<std::string>{"change session 1",
                                   "restore the flow udp 198.18.1.11:5001 > 198.18.0.100:5060 of session 1",
                                   "delete the flow udp 198.18.1.11:20001 > 198.18.0.100:6000 of session 1",
                                   "withdraw udp 198.18.1.11:20001 > 198.18.0.100:6000 of session 1", "end session 3"});
    CHECK(rig.local(2) == id(2));
    CHECK(rig.local(3) == SessionId::unknown);
    CHECK(rig.replica.sessions() == 1);
}

TEST_CASE("a session whose signalling flow went keeps no such flow here") {
    Rig rig;
    rig.feed({session(1), media_flow(1), SnapshotEnd{}});  // no flow(1)
    const auto done = rig.work();
    CHECK(done.back() == "delete the flow udp 198.18.1.11:5001 > 198.18.0.100:5060 of session 1");
    CHECK(rig.table.owner(media(1)) == id(1));
}

TEST_CASE("deltas: changes, ends, flows and announcements that go") {
    Rig rig;
    rig.hold(2);
    SessionPut renamed = session(1);
    renamed.label = "other";
    rig.feed({renamed, FlowGone{id(1), media(1)}, AnnouncementGone{id(1), expected(1)}, SessionGone{id(2), false}});
    CHECK(rig.work() ==
          std::vector<std::string>{"change session 1",
                                   "delete the flow udp 198.18.1.11:20001 > 198.18.0.100:6000 of session 1",
                                   "withdraw udp 198.18.1.11:20001 > 198.18.0.100:6000 of session 1", "end session 2"});
    CHECK(rig.table.sessions().at(id(1)).put.label == "other");
    rig.feed({SessionGone{id(2), false}, FlowGone{id(9), media(9)}, flow(9), announcement(9)});
    CHECK(rig.work().empty());
}

TEST_CASE("a session that became own is not touched by the peer's word, but when it is over") {
    Rig rig;
    rig.hold(2);
    rig.table.packet(signalling(1));
    rig.table.packet(signalling(2));
    rig.feed({session(1), flow(1), media_flow(1), announcement(1), FlowGone{id(1), media(1)}, SessionGone{id(1), false},
              SessionGone{id(2), true}});
    CHECK(rig.work() == std::vector<std::string>{"end session 2"});
    CHECK(rig.local(1) == id(1));
    CHECK(rig.local(2) == SessionId::unknown);
}

TEST_CASE("an own session is told of a new flow once") {
    Rig rig;
    rig.feed({session(1), flow(1), SnapshotEnd{}});
    rig.work();
    rig.table.packet(signalling(1));
    rig.feed({media_flow(1), media_flow(1)});
    CHECK(rig.work().size() == 1);
}

TEST_CASE("one session has one number, whatever the peer calls it") {
    Rig rig;
    rig.hold(1);
    SessionPut again = session(1);
    again.session = id(50);
    FlowPut of_it = flow(1);
    of_it.session = id(50);
    rig.feed({again, of_it, SessionGone{id(1), false}});
    rig.work();
    CHECK(rig.local(1) == id(1));
    CHECK(rig.table.sessions().size() == 1);
    CHECK(rig.replica.sessions() == 1);
    rig.feed({SessionGone{id(50), false}});
    CHECK(rig.work() == std::vector<std::string>{"end session 1"});
}

TEST_CASE("a flow that has a session on another node is a conflict: counted, said, and left alone") {
    Rig rig;
    rig.table.packet(signalling(1), "n2");
    rig.feed({session(1, "n1"), flow(1), announcement(1), SnapshotEnd{}});
    CHECK(rig.work().size() == 1);
    CHECK(rig.replica.counters().conflicts == 1);
    CHECK(rig.replica.state() == CopyState::complete);
    CHECK(rig.replica.sessions() == 0);
    CHECK(rig.replica.take_complaint() ==
          "the kernel refused to restore the session udp 198.18.1.11:5001 > 198.18.0.100:5060 of service sip on node "
          "n1: the flow has a session on another node");
    CHECK_FALSE(rig.replica.take_complaint().has_value());
}

TEST_CASE("what this kernel does not know, or has no room for, is counted and tried again when it is told again") {
    Rig rig;
    rig.table.nodes = {"n2"};
    rig.feed({session(1), flow(1), SnapshotEnd{}});
    rig.work();
    CHECK(rig.replica.counters().unknown == 1);
    rig.table.nodes = {"n1"};
    rig.table.max_sessions = 0;
    rig.feed({session(1)});
    rig.work();
    CHECK(rig.replica.counters().full == 1);
    rig.table.max_sessions = 1;
    rig.feed({session(1)});
    rig.work();
    CHECK(rig.replica.sessions() == 1);
}

TEST_CASE("a session that ended here for want of packets is asked for, and comes back") {
    Rig rig;
    rig.hold(1);
    rig.table.packet(signalling(1));
    rig.table.end(id(1), false, true);
    rig.replica.ended(id(1), true);
    CHECK(rig.replica.has_news());
    CHECK(rig.report().wanted == std::vector{id(1)});
    CHECK(rig.report().wanted.empty());
    rig.feed({session(1), flow(1)});
    CHECK(rig.work().size() == 2);
    CHECK(rig.local(1) == id(2));
}

TEST_CASE("a session that ended here by its own word is not asked for") {
    Rig rig;
    rig.hold(1);
    rig.report();
    rig.replica.ended(id(1), false);
    CHECK_FALSE(rig.replica.has_news());
    CHECK(rig.report().wanted.empty());
}

TEST_CASE("a session that ended here unseen is restored when it changes") {
    Rig rig;
    rig.hold(1);
    const Standby as_was = rig.table.standby();
    rig.table.end(id(1), false, true);
    rig.feed({session(1)});
    while (const auto command = rig.replica.next(as_was)) {
        rig.replica.done(rig.table.execute(*command));
    }
    CHECK(rig.local(1) == id(2));
    CHECK(rig.replica.holds(id(2)));
    CHECK_FALSE(rig.replica.holds(id(1)));
}

TEST_CASE("the peer's agent restarts: its sessions stay until its new snapshot tells") {
    Rig rig;
    rig.hold(2);
    rig.head = {.origin = wire::Incarnation{0xa2}, .table = kTable, .snapshot = 1, .sequence = 0};
    rig.feed({session(1), flow(1)});
    rig.work();
    CHECK(rig.replica.state() == CopyState::receiving);
    CHECK(rig.table.sessions().size() == 2);
    rig.feed({SnapshotEnd{}});
    rig.work();
    CHECK(rig.table.sessions().size() == 1);
    SECTION("and what was under way from the old one is not heard any more") {
        rig.head = {.origin = kOrigin, .table = kTable, .snapshot = 1, .sequence = 1};
        rig.feed({SessionGone{id(1), true}});
        CHECK(rig.work().empty());
        CHECK(rig.replica.counters().stale == 1);
    }
}

TEST_CASE("the peer's kernel lost its table: what it had is taken over, not ended") {
    Rig rig;
    rig.hold(3);
    rig.table.packet(signalling(3));
    rig.head = {.origin = wire::Incarnation{0xa2}, .table = Table{0x99}, .snapshot = 1, .sequence = 0};
    rig.feed({SnapshotEnd{}});
    auto done = rig.work();
    std::sort(done.begin(), done.end());
    CHECK(done == std::vector<std::string>{"take over session 1", "take over session 2"});
    CHECK(rig.table.standby().empty());
    CHECK(rig.table.sessions().size() == 3);
    CHECK(rig.replica.sessions() == 0);
    CHECK(rig.replica.counters().taken_over == 2);
}

TEST_CASE("a peer that is gone for good: what is standby is taken over") {
    Rig rig;
    rig.hold(2);
    rig.table.packet(signalling(1));
    rig.replica.take_over();
    CHECK(rig.work() == std::vector<std::string>{"take over session 2"});
}

TEST_CASE("this kernel lost its table: a new snapshot is asked for, and fills it") {
    Rig rig;
    rig.hold(2);
    rig.table = FakeTable();
    rig.replica.forget();
    CHECK(rig.replica.state() == CopyState::receiving);
    CHECK(rig.report().resync);
    rig.begin(2);
    rig.hold(2);
    CHECK(rig.table.sessions().size() == 2);
}

TEST_CASE("a snapshot that is cut off by the next leaves nothing behind") {
    Rig rig;
    rig.hold(3);
    rig.begin(2);
    rig.feed({session(1), flow(1)});
    rig.feed({SnapshotEnd{}});
    // Half of the work is done when the next begins: what it had found gone stays gone.
    for (int i = 0; i < 3; ++i) {
        const auto command = rig.replica.next(rig.table.standby());
        REQUIRE(command.has_value());
        rig.replica.done(rig.table.execute(*command));
    }
    rig.begin(3);
    rig.feed({session(1), flow(1), media_flow(1), announcement(1), SnapshotEnd{}});
    rig.work();
    CHECK(rig.table.content() ==
          std::vector<std::string>{"call-1 on n1 | udp 198.18.1.11:5001 > 198.18.0.100:5060 | udp 198.18.1.11:20001 > "
                                   "198.18.0.100:6000 | expects udp 198.18.1.11:20001 > 198.18.0.100:6000"});
}
