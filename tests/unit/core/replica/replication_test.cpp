// SPDX-License-Identifier: GPL-2.0
#include "core/replica/replication.hpp"

#include <catch2/catch.hpp>

#include "fake_table.hpp"
#include "objects.hpp"

using namespace sara;
using namespace sara::replica;
using namespace sara::replica::test;

namespace {

constexpr wire::Incarnation kProcess{5};

/// A dispatcher with two peers, which are played by the test.
struct Rig {
    Time now{};
    FakeTable table;
    Replication replication;
    std::vector<Object> told[2];
    std::vector<Report> reports[2];
    std::vector<std::string> done;
    BatchHead heads[2] = {{.origin = wire::Incarnation{0xa0}, .table = kTable, .snapshot = 1},
                          {.origin = wire::Incarnation{0xa1}, .table = kTable, .snapshot = 1}};

    explicit Rig(std::optional<Milliseconds> sync = std::nullopt, bool strict = false)
        : replication({.peers = {{*Address::parse("198.18.0.3"), 7100}, {*Address::parse("198.18.0.4"), 7100}},
                       .peer_timeout = 30s,
                       .grace = 10s,
                       .sync = sync,
                       .strict = strict},
                      kSelf, now) {
        replication.kernel_up(Table{1}, now);
    }

    void feed(std::size_t peer, std::vector<Object> objects) {
        replication.handle(peer, Batch{heads[peer], std::move(objects)}, now);
        ++heads[peer].sequence;
    }

    void events() {
        for (const FakeTable::Event& event : table.take_events()) {
            if (const auto* put = std::get_if<SessionPut>(&event.object)) {
                replication.session(*put, event.standby, now);
            } else if (const auto* gone = std::get_if<SessionGone>(&event.object)) {
                replication.session_gone(gone->session, gone->over, event.forgotten, now);
            } else {
                replication.changed(event.object, now);
            }
        }
    }

    /// All that there is to do, as a shell does it.
    void work() {
        events();
        while (const auto command = replication.next_command(now)) {
            done.push_back(text(*command));
            replication.done(table.execute(*command));
            events();
        }
        if (replication.wants_read()) {
            const std::vector<SessionId> reads = replication.take_reads(100);
            const auto read = [&](SessionId each) {
                return std::find(reads.begin(), reads.end(), each) != reads.end();
            };
            for (const Object& object : table.dump(read)) {
                replication.publish(object, now);
            }
        }
        if (replication.wants_snapshot(now)) {
            replication.begin_snapshot(now);
            for (const Object& object : table.dump()) {
                replication.snapshot(object, now);
            }
            replication.end_snapshot(now);
        }
        for (std::size_t i = 0; i < 2; ++i) {
            while (const auto message = replication.next_message(i, now)) {
                const auto batch = std::get<Batch>(*decode(*message));
                told[i].insert(told[i].end(), batch.objects.begin(), batch.objects.end());
                replication.handle(i,
                                   Report{.sender = batch.head.origin,
                                          .origin = kSelf,
                                          .snapshot = batch.head.snapshot,
                                          .applied = batch.head.sequence + 1,
                                          .complete = true},
                                   now);
            }
            if (const auto message = replication.next_report(i, now)) {
                reports[i].push_back(std::get<Report>(*decode(*message)));
            }
        }
    }

    void pass(Duration time) {
        for (const Time end = now + time; now < end;) {
            now = std::min(end, now + 1s);
            replication.expire(now);
            work();
        }
    }

    void both_up() {
        replication.link(0, kProcess, now);
        replication.link(1, kProcess, now);
        feed(0, {SnapshotEnd{}});
        feed(1, {SnapshotEnd{}});
        work();
        told[0].clear();
        told[1].clear();
        done.clear();
    }
};

}  // namespace

TEST_CASE("own sessions are told to all peers, standby ones to none") {
    Rig rig;
    rig.both_up();
    rig.table.packet(signalling(1));
    rig.feed(0, {session(2), flow(2)});
    rig.work();
    for (const auto& told : rig.told) {
        REQUIRE(told.size() == 1);
        CHECK(std::get<SessionPut>(told[0]).signalling == signalling(1));
    }
}

TEST_CASE("a snapshot leaves standby sessions out, with all that is theirs") {
    Rig rig;
    rig.table.packet(signalling(1));
    rig.feed(0, {session(2), flow(2), media_flow(2), announcement(2), SnapshotEnd{}});
    rig.work();
    rig.replication.link(1, kProcess, rig.now);
    rig.work();
    CHECK(rig.told[1].size() == 3);
    CHECK(std::get<SessionPut>(rig.told[1][0]).signalling == signalling(1));
    CHECK(std::holds_alternative<SnapshotEnd>(rig.told[1][2]));
}

TEST_CASE("a standby session that gets a packet is own, and told with all that is its") {
    Rig rig;
    rig.both_up();
    rig.feed(0, {session(1), flow(1), media_flow(1), announcement(1)});
    rig.work();
    CHECK(rig.told[1].empty());
    rig.table.packet(signalling(1));
    rig.work();
    CHECK(rig.told[1].size() == 4);
    CHECK(rig.told[0].size() == 4);
    rig.table.end(*rig.table.owner(signalling(1)), true, false);
    rig.work();
    CHECK(std::get<SessionGone>(rig.told[1].back()).over);
}

TEST_CASE("the end of a standby session is its owner's news") {
    Rig rig;
    rig.both_up();
    rig.feed(0, {session(1)});
    rig.work();
    rig.feed(0, {SessionGone{id(1), true}});
    rig.work();
    CHECK(rig.table.sessions().empty());
    CHECK(rig.told[1].empty());
}

TEST_CASE("two heads that both see a session neither take it from the other nor tell it for ever") {
    Rig rig;
    rig.both_up();
    rig.table.packet(signalling(1));
    rig.work();
    rig.told[0].clear();
    for (int i = 0; i < 3; ++i) {
        rig.feed(0, {session(1), flow(1), announcement(1)});
        rig.work();
    }
    CHECK(rig.table.standby().empty());
    CHECK(rig.told[0].size() <= 1);
    rig.feed(0, {SessionGone{id(1), false}});
    rig.work();
    CHECK(rig.table.sessions().size() == 1);
}

TEST_CASE("a session of two peers stays until neither has it") {
    Rig rig;
    rig.both_up();
    rig.feed(0, {session(1)});
    rig.feed(1, {session(1)});
    rig.work();
    REQUIRE(rig.table.sessions().size() == 1);
    rig.feed(0, {SessionGone{id(1), false}});
    rig.work();
    CHECK(rig.table.sessions().size() == 1);
    rig.feed(1, {SessionGone{id(1), false}});
    rig.work();
    CHECK(rig.table.sessions().empty());
}

TEST_CASE("standby clocks stand as long as a peer is heard, and longer than a peer is waited for") {
    Rig rig;
    rig.pass(2s);
    CHECK(rig.table.standby_time == 0ms);
    rig.replication.link(0, kProcess, rig.now);
    rig.pass(1s);
    CHECK(rig.table.standby_time == 40s);
    rig.replication.link(0, std::nullopt, rig.now);
    rig.pass(Replication::kAlive);
    rig.table.standby_time = 0ms;
    rig.pass(10s);
    CHECK(rig.table.standby_time == 0ms);
}

TEST_CASE("a peer that is silent for long is gone for good, and its sessions are ours to tell") {
    Rig rig;
    rig.both_up();
    rig.feed(0, {session(1), flow(1)});
    rig.work();
    rig.replication.link(0, std::nullopt, rig.now);
    rig.pass(29s);
    CHECK(rig.table.standby().size() == 1);
    CHECK(rig.told[1].empty());
    rig.pass(2s);
    CHECK(rig.table.standby().empty());
    CHECK(rig.told[1].size() == 2);
}

TEST_CASE("a session of a silent peer is left to the one that has it, too") {
    Rig rig;
    rig.both_up();
    rig.feed(0, {session(1)});
    rig.feed(1, {session(1)});
    rig.work();
    rig.replication.link(0, std::nullopt, rig.now);
    rig.pass(40s);
    CHECK(rig.table.standby().size() == 1);
}

TEST_CASE("a standby session that nobody tells of becomes own when all have told what they have") {
    Rig rig;
    rig.table.execute(RestoreSession{session(1)});
    rig.replication.link(0, kProcess, rig.now);
    rig.feed(0, {SnapshotEnd{}});
    rig.pass(15s);
    CHECK(rig.table.standby().size() == 1);  // the other may still come
    rig.replication.link(1, kProcess, rig.now);
    rig.feed(1, {SnapshotEnd{}});
    rig.pass(Replication::kSweep);
    CHECK(rig.table.standby().size() == 1);  // and may have been about to tell of it
    rig.pass(Replication::kSweep);
    CHECK(rig.table.standby().empty());
}

TEST_CASE("a standby session that began here, and that a peer is about to tell of, is its") {
    Rig rig;
    rig.both_up();
    rig.pass(Replication::kSweep - 1s);
    rig.table.execute(RestoreSession{session(1)});  // as a gateway saw it
    rig.pass(2s);
    rig.feed(0, {session(1), flow(1)});
    rig.pass(2 * Replication::kSweep);
    CHECK(rig.table.standby().size() == 1);
    CHECK(rig.table.sessions().size() == 1);
    CHECK(rig.replication.peers(rig.now)[0].held == 1);
    CHECK(rig.replication.peers(rig.now)[0].received.conflicts == 0);
}

TEST_CASE("a peer gets again what it forgot") {
    Rig rig;
    rig.both_up();
    const SessionId own = rig.table.packet(signalling(1));
    rig.table.promote(own, media(1));
    rig.work();
    rig.told[0].clear();
    rig.replication.handle(0, Report{.sender = kOrigin, .origin = kSelf, .snapshot = 1, .wanted = {own, id(99)}},
                           rig.now);
    rig.work();
    CHECK(rig.told[0].size() == 3);
}

TEST_CASE("a peer hears at once what was carried out, and once a second that we are there") {
    Rig rig;
    rig.both_up();
    rig.reports[0].clear();
    rig.feed(0, {session(1)});
    rig.work();
    REQUIRE(rig.reports[0].size() == 1);
    CHECK(rig.reports[0][0].applied == 2);
    rig.pass(5s);
    CHECK(rig.reports[0].size() == 6);
}

TEST_CASE("after lost events all is told anew, and what went meanwhile is asked for") {
    Rig rig;
    rig.both_up();
    rig.table.packet(signalling(1));
    rig.feed(0, {session(2), session(3)});
    rig.work();
    rig.pass(2s);
    rig.told[1].clear();
    rig.reports[0].clear();
    rig.table.packet(signalling(4));
    rig.table.end(*rig.table.owner(signalling(3)), false, true);
    static_cast<void>(rig.table.take_events());
    rig.replication.kernel_overrun();
    for (const auto& [session, each] : rig.table.sessions()) {
        rig.replication.adopt(session, each.standby);
    }
    rig.replication.adopted();
    rig.work();
    CHECK(rig.told[1].size() == 5);  // two sessions with a flow each, and the end
    CHECK(rig.reports[0].back().wanted == std::vector{id(3)});
}

TEST_CASE("nothing is done without a kernel, and all begins anew with the next") {
    Rig rig;
    rig.both_up();
    rig.feed(0, {session(1)});
    rig.work();
    rig.replication.kernel_down();
    CHECK_FALSE(rig.replication.fitness(rig.now).fit);
    rig.table = FakeTable();
    rig.feed(0, {session(2)});
    rig.pass(5s);
    CHECK(rig.table.executed.empty());
    CHECK(rig.reports[0].back().resync);
    rig.replication.kernel_up(Table{2}, rig.now);
    for (BatchHead& head : rig.heads) {
        head.snapshot = 2;
        head.sequence = 0;
    }
    rig.feed(0, {session(1), session(2), SnapshotEnd{}});
    rig.feed(1, {SnapshotEnd{}});
    rig.work();
    CHECK(rig.table.sessions().size() == 2);
    CHECK(rig.replication.fitness(rig.now).fit);
}

TEST_CASE("fit is who has what its peers have") {
    Rig rig;
    CHECK_FALSE(rig.replication.fitness(rig.now).fit);
    rig.replication.link(0, kProcess, rig.now);
    CHECK_FALSE(rig.replication.fitness(rig.now).fit);
    rig.feed(0, {session(1)});
    rig.work();
    CHECK(rig.replication.fitness(rig.now).why == "the sessions of dispatcher 198.18.0.3:7100 are not complete yet");
    rig.feed(0, {SnapshotEnd{}});
    rig.work();
    CHECK(rig.replication.fitness(rig.now).fit);
    const std::vector<PeerView> peers = rig.replication.peers(rig.now);
    CHECK(peers[0].up);
    CHECK(peers[0].held == 1);
    CHECK(peers[0].copy == CopyState::complete);
    CHECK_FALSE(peers[1].up);
}

TEST_CASE("who is handed over is not fit while a peer answers, which has all of its sessions") {
    Rig rig;
    CHECK(rig.replication.hand_over(rig.now).error().text() == "no peer answers: nobody would take over");
    rig.replication.link(0, kProcess, rig.now);
    rig.feed(0, {SnapshotEnd{}});
    CHECK(rig.replication.hand_over(rig.now).error().text() ==
          "no peer has all sessions of this dispatcher yet; 'sara ha show' tells how far they are");
    rig.work();
    REQUIRE(rig.replication.fitness(rig.now).fit);
    REQUIRE(rig.replication.hand_over(rig.now).ok());
    CHECK(rig.replication.fitness(rig.now).why == "it was handed over; 'sara ha resume' ends that");
    rig.replication.link(0, std::nullopt, rig.now);
    rig.pass(Replication::kAlive + 1s);
    CHECK(rig.replication.fitness(rig.now).fit);  // alone it is better than nobody
    rig.replication.link(0, kProcess, rig.now);
    CHECK_FALSE(rig.replication.fitness(rig.now).fit);
    rig.replication.resume();
    CHECK(rig.replication.fitness(rig.now).fit);
}

TEST_CASE(
    "who cannot forward, or was handed over, gives the addresses away at once, but who is not complete does not") {
    Rig rig;
    CHECK_FALSE(rig.replication.fitness(rig.now).fit);
    CHECK_FALSE(rig.replication.fitness(rig.now).yields);
    rig.replication.link(0, kProcess, rig.now);
    rig.feed(0, {SnapshotEnd{}});
    rig.work();
    REQUIRE(rig.replication.fitness(rig.now).fit);
    CHECK_FALSE(rig.replication.fitness(rig.now).yields);
    SECTION("no device") {
        rig.replication.dispatches(false);
        CHECK(rig.replication.fitness(rig.now) ==
              Fitness{false, "no device is in mode dispatch; 'sara dev add' adds one", true});
        rig.replication.dispatches(true);
        CHECK(rig.replication.fitness(rig.now).fit);
    }
    SECTION("no module") {
        rig.replication.kernel_down();
        CHECK(rig.replication.fitness(rig.now) == Fitness{false, "the kernel module is not there", true});
    }
    SECTION("handed over") {
        REQUIRE(rig.replication.hand_over(rig.now).ok());
        CHECK(rig.replication.fitness(rig.now).yields);
        rig.replication.resume();
        CHECK_FALSE(rig.replication.fitness(rig.now).yields);
    }
}

TEST_CASE("what was left by an earlier agent gives way to what a peer tells now") {
    Rig rig;
    rig.table.execute(RestoreSession{session(1, "n2")});
    SessionPut other = session(2, "n2");
    const SessionId second = rig.table.execute(RestoreSession{other}).session;
    rig.table.execute(RestoreFlow{[&] {
        FlowPut flow = media_flow(3);
        flow.session = second;
        return flow;
    }()});
    rig.work();
    rig.done.clear();
    rig.feed(0, {session(1, "n1"), flow(1), session(3), flow(3), media_flow(3), SnapshotEnd{}});
    rig.work();
    CHECK(std::count(rig.done.begin(), rig.done.end(), "end session 1") == 1);
    CHECK(std::count(rig.done.begin(), rig.done.end(), "end session 2") == 1);
    CHECK(rig.table.sessions().size() == 2);
    CHECK(rig.table.sessions().at(*rig.table.owner(signalling(1))).put.node == "n1");
    CHECK(rig.table.owner(media(3)) == rig.table.owner(signalling(3)));
    CHECK(rig.replication.peers(rig.now)[0].received.conflicts == 0);
}

TEST_CASE("what a session had before this agent goes if its peer does not tell of it") {
    Rig rig;
    const SessionId old = rig.table.execute(RestoreSession{session(1)}).session;
    FlowPut stream = media_flow(1);
    stream.session = old;
    rig.table.execute(RestoreFlow{stream});
    AnnouncementPut expected = announcement(1);
    expected.session = old;
    rig.table.execute(RestoreAnnouncement{expected});
    rig.replication.kernel_up(Table{1}, rig.now);
    rig.replication.adopt(old, true);
    for (const Object& object : rig.table.dump()) {
        rig.replication.adopt(object);
    }
    rig.replication.adopted();
    rig.feed(0, {session(1), flow(1), SnapshotEnd{}});
    rig.work();
    CHECK(rig.table.content() == std::vector<std::string>{"call-1 on n1 | " + signalling(1).text()});
}

TEST_CASE("what became own for want of an owner gives way, too") {
    Rig rig;
    rig.both_up();
    rig.table.execute(RestoreSession{session(1, "n2")});
    rig.pass(2 * Replication::kSweep);
    REQUIRE(rig.table.standby().empty());
    rig.feed(0, {session(1, "n1"), flow(1)});
    rig.work();
    CHECK(rig.table.sessions().size() == 1);
    CHECK(rig.table.sessions().at(*rig.table.owner(signalling(1))).put.node == "n1");
    CHECK(rig.replication.peers(rig.now)[0].received.conflicts == 0);
}

TEST_CASE("in mode sync new sessions wait while a peer has all sessions, and until one has theirs") {
    Rig rig(20ms);
    CHECK_FALSE(rig.replication.is_sync(rig.now));
    rig.both_up();
    CHECK(rig.replication.is_sync(rig.now));
    const SessionId session = rig.table.packet(signalling(1));
    rig.events();
    rig.replication.wait(session, rig.now);
    CHECK(rig.replication.take_released(rig.now).empty());
    rig.work();  // in which both peers carry it out
    CHECK(rig.replication.take_released(rig.now) == std::vector{session});
    CHECK(rig.replication.take_released(rig.now).empty());

    rig.replication.link(0, std::nullopt, rig.now);
    CHECK(rig.replication.is_sync(rig.now));
    rig.replication.link(1, std::nullopt, rig.now);
    CHECK_FALSE(rig.replication.is_sync(rig.now));
}

TEST_CASE("strict: whoever had all sessions may take over for a while after it was heard last") {
    Rig rig(20ms, true);
    rig.both_up();
    rig.replication.link(0, std::nullopt, rig.now);
    rig.replication.link(1, std::nullopt, rig.now);
    CHECK(rig.replication.is_sync(rig.now));
    rig.now += 3s;
    rig.replication.link(0, std::nullopt, rig.now);  // it is missed still, not anew
    rig.now += 1s;
    CHECK_FALSE(rig.replication.is_sync(rig.now));
    SECTION("one that comes back as another process has to be told all first") {
        rig.replication.link(0, wire::Incarnation{99}, rig.now);
        CHECK_FALSE(rig.replication.is_sync(rig.now));
        rig.replication.link(0, std::nullopt, rig.now);
        CHECK_FALSE(rig.replication.is_sync(rig.now));
    }
    SECTION("nor does one count that never had all, or whose kernel is gone") {
        rig.replication.kernel_down();
        rig.replication.link(0, std::nullopt, rig.now);
        CHECK_FALSE(rig.replication.is_sync(rig.now));
    }
}

TEST_CASE("in mode sync another kernel's sessions are not let go") {
    Rig rig(20ms);
    rig.both_up();
    const SessionId session = rig.table.packet(signalling(1));
    rig.events();
    rig.replication.wait(session, rig.now);
    rig.replication.kernel_down();
    CHECK_FALSE(rig.replication.is_sync(rig.now));
    rig.replication.kernel_up(Table{2}, rig.now);
    rig.now += 2s;
    rig.work();  // a snapshot
    CHECK(rig.replication.is_sync(rig.now));
    CHECK(rig.replication.take_released(rig.now).empty());
}

TEST_CASE("in mode async nobody waits") {
    Rig rig;
    rig.both_up();
    CHECK_FALSE(rig.replication.is_sync(rig.now));
    const SessionId session = rig.table.packet(signalling(1));
    rig.events();
    rig.replication.wait(session, rig.now);
    rig.work();
    CHECK(rig.replication.take_released(rig.now).empty());
}
