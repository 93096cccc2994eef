// SPDX-License-Identifier: GPL-2.0
// Dispatchers that hold each other's sessions, over links that lose, double, reorder and are cut, while agents and
// kernels are restarted: when all has settled, every table holds the same, each session once.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <random>

#include "core/replica/fake_table.hpp"
#include "core/replica/objects.hpp"
#include "core/replica/replication.hpp"
#include "core/wire/sim.hpp"

using namespace sara;
using namespace sara::replica;
using namespace sara::replica::test;
using wire::test::Network;

namespace {

constexpr Duration kTimeout = 30s;

Endpoint server_at(std::size_t head) {
    return wire::test::at(static_cast<std::uint8_t>(head + 2), 7100);
}

/// A dispatcher: its kernel's table, and its agent with the links to the others.
struct Head {
    FakeTable table;
    Table name = Table::none;
    bool runs = false;
    std::vector<std::size_t> others;  ///< by their place among all heads; here peers are named by their place in this
    std::unique_ptr<Replication> replication;
    std::unique_ptr<wire::PeerServer> server;
    std::vector<wire::PeerClient> clients;
    std::vector<wire::Incarnation> processes;  ///< of the peers' links to us
    bool reads = false;                        ///< a snapshot: what is left to be told of it
    std::deque<Object> read;
    std::size_t most_waiting = 0;
    std::size_t most_queued = 0;  ///< by a link
};

class World {
public:
    World(std::uint64_t seed, std::size_t heads, Network::Quality quality)
        : network(seed, quality), random_(seed), seed_(seed * 1000), quality_(quality), heads_(heads) {
        for (std::size_t i = 0; i < heads; ++i) {
            for (std::size_t other = 0; other < heads; ++other) {
                if (other != i) {
                    heads_[i].others.push_back(other);
                }
            }
            boot(i);
        }
    }

    Head& head(std::size_t index) { return heads_[index]; }
    [[nodiscard]] std::uint64_t between(std::uint64_t first, std::uint64_t last) {
        return std::uniform_int_distribution<std::uint64_t>(first, last)(random_);
    }

    /// The agent begins, on the kernel as it is.
    void start(std::size_t index) {
        Head& head = heads_[index];
        ReplicationConfig config{.peers = {}, .peer_timeout = kTimeout, .grace = 10s};
        head.clients.clear();
        for (const std::size_t other : head.others) {
            config.peers.push_back(server_at(other));
            head.clients.emplace_back(wire::test::a_key(), server_at(other), wire::test::seeded(++seed_));
        }
        head.processes.assign(head.others.size(), wire::Incarnation::none);
        head.server = std::make_unique<wire::PeerServer>(wire::test::a_key(), wire::test::seeded(++seed_));
        head.replication = std::make_unique<Replication>(config, wire::Incarnation{++seed_}, network.now);
        head.runs = true;
        head.reads = false;
        static_cast<void>(head.table.take_events());
        head.replication->kernel_up(head.name, network.now);
        adopt(head);
    }

    void stop(std::size_t index) { heads_[index].runs = false; }

    /// The kernel begins empty, and the agent with it.
    void boot(std::size_t index) {
        heads_[index].table = FakeTable();
        heads_[index].name = Table{++seed_};
        start(index);
    }

    /// The kernel's events did not fit the socket.
    void overrun(std::size_t index) {
        static_cast<void>(heads_[index].table.take_events());
        heads_[index].reads = false;
        heads_[index].replication->kernel_overrun();
        adopt(heads_[index]);
    }

    void cut() { network.set_quality({.loss = 1}); }
    void mend() { network.set_quality(quality_); }
    void make_good() { network.set_quality({}); }

    void run(Duration span) {
        const Time end = network.now + span;
        while (network.now < end) {
            Time wake = std::min(end, network.now + 1s);
            for (std::size_t i = 0; i < heads_.size(); ++i) {
                if (heads_[i].runs) {
                    work(i);
                    wake = std::min(wake, deadline(heads_[i]));
                }
            }
            wake = std::max(std::min(wake, network.first_arrival()), network.now + 10us);
            if (const auto arrived = network.next(wake)) {
                deliver(arrived->first, arrived->second);
            }
        }
    }

    /// What clients do at a head: begin sessions, send media, hang up.
    void traffic(std::size_t index, std::uint64_t first, std::uint64_t last, unsigned steps) {
        Head& head = heads_[index];
        for (unsigned i = 0; i < steps; ++i) {
            const std::uint64_t number = between(first, last);
            const SessionId id = head.table.packet(signalling(number), "n" + std::to_string(between(1, 3)));
            switch (between(0, 6)) {
            case 0:
                head.table.promote(id, media(number));
                break;
            case 1: {
                AnnouncementPut put = announcement(number);
                put.session = id;
                head.table.announce(put);
                break;
            }
            case 2:
                head.table.withdraw(id, expected(number));
                break;
            case 3:
                head.table.label(id, "call-" + std::to_string(number), 90s);
                break;
            case 4:
                head.table.drop_flow(id, media(number));
                break;
            case 5:
                head.table.end(id, true, false);
                break;
            default:
                break;
            }
        }
    }

    Network network;

private:
    static void adopt(Head& head) {
        for (const auto& [id, session] : head.table.sessions()) {
            head.replication->adopt(id, session.standby);
        }
        for (const Object& object : head.table.dump()) {
            head.replication->adopt(object);
        }
        head.replication->adopted();
    }

    static Time deadline(const Head& head) {
        if (head.reads) {
            return Time::min();
        }
        Time earliest = std::min(head.server->next_deadline(), head.replication->next_deadline());
        for (const wire::PeerClient& client : head.clients) {
            earliest = std::min(earliest, client.next_deadline());
        }
        return earliest;
    }

    void deliver(const Endpoint& from, const wire::Datagram& datagram) {
        for (std::size_t index = 0; index < heads_.size(); ++index) {
            Head& head = heads_[index];
            if (!head.runs || head.clients.empty() || server_at(index).address != datagram.to.address) {
                continue;
            }
            if (datagram.to.port == server_at(index).port) {
                for (wire::Received& received : head.server->handle(from, datagram.bytes, network.now)) {
                    for (std::size_t peer = 0; peer < head.others.size(); ++peer) {
                        if (server_at(head.others[peer]).address == from.address) {
                            head.processes[peer] = received.process;
                            take(head, peer, received.bytes);
                        }
                    }
                }
            } else {
                const std::size_t peer = datagram.to.port - 40000U;
                for (const Buffer& message : head.clients[peer].handle(from, datagram.bytes, network.now)) {
                    take(head, peer, message);
                }
            }
        }
    }

    void take(Head& head, std::size_t peer, Bytes bytes) {
        Result<Message> message = decode(bytes);
        REQUIRE(message.ok());
        if (auto* batch = std::get_if<Batch>(&*message)) {
            head.replication->handle(peer, std::move(*batch), network.now);
        } else {
            head.replication->handle(peer, std::get<Report>(*message), network.now);
        }
    }

    static void events(Head& head, Time now) {
        for (const FakeTable::Event& event : head.table.take_events()) {
            if (const auto* put = std::get_if<SessionPut>(&event.object)) {
                head.replication->session(*put, event.standby, now);
            } else if (const auto* gone = std::get_if<SessionGone>(&event.object)) {
                head.replication->session_gone(gone->session, gone->over, event.forgotten, now);
            } else {
                head.replication->changed(event.object, now);
            }
        }
    }

    /// What was read is told later, when it is not true any more, a little at a time; some cannot be read to their end.
    void snapshot(Head& head, Time now) {
        Replication& replication = *head.replication;
        if (!head.reads && replication.wants_snapshot(now)) {
            head.reads = true;
            replication.begin_snapshot(now);
            const std::vector<Object> all = head.table.dump();
            head.read.assign(all.begin(), all.end());
        }
        if (head.reads && between(0, 500) == 0) {
            head.reads = false;
            replication.cut_snapshot();
        }
        for (int i = 0; head.reads && i < 2; ++i) {
            if (head.read.empty()) {
                head.reads = false;
                replication.end_snapshot(now);
                break;
            }
            replication.snapshot(head.read.front(), now);
            head.read.pop_front();
        }
    }

    void work(std::size_t index) {
        Head& head = heads_[index];
        Replication& replication = *head.replication;
        const Time now = network.now;
        events(head, now);
        for (std::size_t peer = 0; peer < head.clients.size(); ++peer) {
            const wire::PeerClient& client = head.clients[peer];
            replication.link(peer, client.is_up() ? std::optional(client.peer()) : std::nullopt, now);
        }
        replication.expire(now);
        while (const auto command = replication.next_command(now)) {
            replication.done(head.table.execute(*command));
            head.table.executed.clear();
            events(head, now);
        }
        if (replication.wants_read()) {
            const std::vector<SessionId> reads = replication.take_reads(4);
            const auto read = [&](SessionId id) { return std::find(reads.begin(), reads.end(), id) != reads.end(); };
            for (const Object& object : head.table.dump(read)) {
                replication.publish(object, now);
            }
        }
        snapshot(head, now);
        for (std::size_t peer = 0; peer < head.clients.size(); ++peer) {
            while (auto message = replication.next_message(peer, now)) {
                head.clients[peer].send(std::move(*message));
            }
            if (auto report = replication.next_report(peer, now)) {
                head.server->send(head.processes[peer], std::move(*report));
            }
            Endpoint own = server_at(index);
            own.port = static_cast<Port>(40000 + peer);
            network.send(own, head.clients[peer].poll(now));
            head.most_queued = std::max(head.most_queued, head.clients[peer].queued());
        }
        network.send(server_at(index), head.server->poll(now));
        network.recorded.clear();
        for (const PeerView& view : replication.peers(now)) {
            head.most_waiting = std::max(head.most_waiting, view.waiting);
        }
    }

    std::mt19937_64 random_;
    std::uint64_t seed_;
    Network::Quality quality_;
    std::vector<Head> heads_;
};

/// Lines that only one of them has.
std::vector<std::string> difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> lines;
    std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(lines));
    return lines;
}

/// All that run hold the same, and say that they do.
void check_same(World& world, std::size_t heads, bool with_labels = true) {
    const std::vector<std::string> first = world.head(0).table.content(with_labels);
    for (std::size_t i = 0; i < heads; ++i) {
        INFO("head " << i);
        CHECK(difference(world.head(i).table.content(with_labels), first) == std::vector<std::string>());
        CHECK(world.head(i).most_queued <= wire::kWindow);
        CHECK(world.head(i).replication->fitness(world.network.now).fit);
        for (const PeerView& view : world.head(i).replication->peers(world.network.now)) {
            CHECK(view.copy == CopyState::complete);
            CHECK(view.told);
            CHECK(view.waiting == 0);
        }
    }
    CHECK(first.size() > 5);
}

const Network::Quality kBad{.loss = 0.2, .doubled = 0.2, .min_delay = 100us, .max_delay = 30ms};

}  // namespace

TEST_CASE("a standby holds what the active head has, whatever the network does") {
    const std::uint64_t seed = GENERATE(range(1U, 16U));
    INFO("seed " << seed);
    World world(seed, 2, kBad);
    for (int second = 0; second < 20; ++second) {
        world.traffic(0, 1, 60, 30);
        world.run(1s);
    }
    world.run(10s);
    CHECK(world.network.lost > 0);
    check_same(world, 2);
    CHECK(world.head(0).table.standby().empty());
    CHECK(world.head(1).table.standby().size() == world.head(1).table.sessions().size());
}

TEST_CASE("three heads that are all active hold all that any has") {
    const std::uint64_t seed = GENERATE(range(20U, 30U));
    INFO("seed " << seed);
    World world(seed, 3, kBad);
    for (int second = 0; second < 15; ++second) {
        for (std::size_t i = 0; i < 3; ++i) {
            world.traffic(i, 1 + 40 * i, 40 + 40 * i, 15);
        }
        world.run(1s);
    }
    world.run(10s);
    check_same(world, 3);
}

TEST_CASE("agents are restarted on kernels that go on, in the middle of snapshots, too") {
    const std::uint64_t seed = GENERATE(range(40U, 50U));
    INFO("seed " << seed);
    World world(seed, 2, kBad);
    world.traffic(0, 1, 200, 600);
    for (int i = 0; i < 8; ++i) {
        world.run(Duration(std::chrono::milliseconds(world.between(1, 700))));
        const std::size_t which = world.between(0, 1);
        world.stop(which);
        if (world.between(0, 1) == 0) {
            world.run(2s);
        }
        world.traffic(0, 1, 200, 100);
        world.start(which);
        world.traffic(0, 1, 200, 20);
    }
    world.run(2 * Replication::kSweep + 5s);
    // A session that began anew on a flow, while nobody watched, may bear the name of the one before.
    check_same(world, 2, false);
}

TEST_CASE("a link that is cut for a while makes up for it") {
    const std::uint64_t seed = GENERATE(range(60U, 70U));
    INFO("seed " << seed);
    World world(seed, 2, kBad);
    world.traffic(0, 1, 100, 300);
    world.run(5s);
    for (int i = 0; i < 3; ++i) {
        world.cut();
        world.traffic(0, 1, 100, 200);
        world.run(Duration(std::chrono::milliseconds(world.between(200, 20000))));
        world.mend();
        world.run(3s);
    }
    world.run(10s);
    check_same(world, 2);
}

TEST_CASE("the kernel's lost events are made up for by a new snapshot") {
    const std::uint64_t seed = GENERATE(range(70U, 80U));
    INFO("seed " << seed);
    World world(seed, 2, kBad);
    for (int i = 0; i < 5; ++i) {
        world.traffic(0, 1, 100, 100);
        if (world.between(0, 1) == 0) {
            world.overrun(0);
        }
        world.run(2s);
        world.overrun(1);
    }
    world.run(10s);
    check_same(world, 2, false);
}

TEST_CASE("what happens while a snapshot is read is not undone by what was read before") {
    const std::uint64_t seed = GENERATE(range(95U, 100U));
    INFO("seed " << seed);
    World world(seed, 2, {});
    world.traffic(0, 1, 50, 200);
    world.run(3s);
    std::uint64_t during = 0;
    for (int snapshot = 0; snapshot < 10; ++snapshot) {
        world.overrun(0);
        world.run(2s);
        world.overrun(0);
        for (int step = 0; step < 100; ++step) {
            during += world.head(0).reads ? 1U : 0U;
            world.traffic(0, 1, 50, 1);
            world.run(10us);
        }
        world.run(2s);
        check_same(world, 2);
    }
    CHECK(during > 100);
}

TEST_CASE("more than may wait is dropped for a new snapshot, and memory stays bounded") {
    World world(90, 2, {});
    world.traffic(0, 1, 50, 50);
    world.run(3s);
    world.cut();
    world.run(2s);
    for (int i = 0; i < 40; ++i) {
        world.traffic(0, 1, 50, 4000);
        world.run(20ms);
    }
    CHECK(world.head(0).replication->peers(world.network.now)[0].sent.overflows > 0);
    CHECK(world.head(0).most_waiting <= Publisher::kMaxWaiting + Publisher::kInFlight * kMaxObjects);
    world.make_good();
    world.run(10s);
    check_same(world, 2);
}

TEST_CASE("the active head dies: its sessions go on at the other, and are its own when it comes back empty") {
    const std::uint64_t seed = GENERATE(range(100U, 115U));
    INFO("seed " << seed);
    World world(seed, 2, kBad);
    world.traffic(0, 1, 80, 400);
    world.run(10s);
    const std::vector<std::string> before = world.head(0).table.content();
    world.stop(0);
    // The clients of some go on at once, others are silent.
    for (std::uint64_t number = 1; number <= 40; ++number) {
        if (world.head(1).table.owner(signalling(number))) {
            world.head(1).table.packet(signalling(number));
        }
    }
    const Duration away = GENERATE(1s, 25s, 60s);
    world.run(away);
    CHECK(difference(world.head(1).table.content(), before).empty());
    world.boot(0);
    CHECK_FALSE(world.head(0).replication->fitness(world.network.now).fit);
    world.run(2 * Replication::kSweep + 5s);
    check_same(world, 2);
    CHECK(difference(world.head(0).table.content(), before).empty());
    // Nobody waits for an owner that has nothing.
    CHECK(world.head(1).table.standby().empty());
    CHECK(world.head(0).table.standby().size() == before.size());
}

TEST_CASE("a head whose peer is gone for good owns all that it held") {
    World world(120, 2, {});
    world.traffic(0, 1, 80, 400);
    world.run(5s);
    world.stop(0);
    world.run(kTimeout - 2s);
    CHECK_FALSE(world.head(1).table.standby().empty());
    world.run(5s);
    CHECK(world.head(1).table.standby().empty());
}

TEST_CASE("both heads see packets of the same sessions: neither loses them, nor do they talk for ever") {
    const std::uint64_t seed = GENERATE(range(130U, 140U));
    INFO("seed " << seed);
    World world(seed, 2, kBad);
    world.traffic(0, 1, 60, 200);
    world.run(3s);
    for (int i = 0; i < 10; ++i) {
        for (std::uint64_t number = 1; number <= 60; ++number) {
            Head& head = world.head(world.between(0, 1));
            if (head.table.owner(signalling(number))) {
                head.table.packet(signalling(number));
            }
        }
        world.run(500ms);
    }
    world.run(5s);
    check_same(world, 2);
    const auto sent = [&](std::size_t head) {
        return world.head(head).replication->peers(world.network.now)[0].sent.objects;
    };
    const std::uint64_t before = sent(0) + sent(1);
    world.run(60s);
    CHECK(sent(0) + sent(1) == before);
}

TEST_CASE("a session that one of two active heads forgets for want of packets comes back to it") {
    World world(150, 2, kBad);
    world.traffic(0, 1, 60, 200);
    world.run(3s);
    std::vector<SessionId> mine;
    for (const auto& [id, session] : world.head(1).table.sessions()) {
        mine.push_back(id);
    }
    for (const SessionId id : mine) {
        world.head(1).table.packet(*world.head(1).table.sessions().at(id).put.signalling);
    }
    world.run(3s);
    for (const SessionId id : mine) {
        world.head(1).table.end(id, false, true);
    }
    world.run(10s);
    check_same(world, 2);
    CHECK(world.head(1).table.standby().size() == mine.size());
}

TEST_CASE("two heads placed the same flow on different nodes: both keep their own, and say so") {
    World world(160, 2, {});
    world.cut();
    world.run(1s);
    for (std::uint64_t number = 1; number <= 10; ++number) {
        world.head(0).table.packet(signalling(number), "n1");
        world.head(1).table.packet(signalling(number), "n2");
    }
    world.make_good();
    world.run(10s);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(world.head(i).table.sessions().size() == 10);
        CHECK(world.head(i).replication->peers(world.network.now)[0].received.conflicts == 10);
        CHECK(world.head(i).replication->take_complaint().has_value());
    }
}
