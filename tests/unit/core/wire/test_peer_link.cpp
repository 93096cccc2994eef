// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <numeric>

#include "sim.hpp"

using namespace sara;
using namespace sara::wire;
using sara::wire::test::a_key;
using sara::wire::test::at;
using sara::wire::test::Network;
using sara::wire::test::Pair;
using sara::wire::test::seeded;
using namespace std::chrono_literals;

namespace {

/// first, first + 1, ... last
std::vector<std::uint32_t> range(std::uint32_t first, std::uint32_t last) {
    std::vector<std::uint32_t> out(last - first + 1);
    std::iota(out.begin(), out.end(), first);
    return out;
}

std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> numbers) {
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace

TEST_CASE("a link comes up and carries messages at once") {
    Pair pair(1);
    pair.run(10ms);
    REQUIRE(pair.client.is_up());
    CHECK(pair.server.peers().size() == 1);
    const Time sent = pair.network.now;
    pair.send(7);
    pair.run(10ms);
    CHECK(pair.delivered == std::vector<std::uint32_t>{7});
    CHECK(pair.delivered_at.front() - sent <= 200us);
    CHECK(pair.client.stream_stats().retransmitted == 0);
    CHECK(pair.client.queued() == 0);
}

TEST_CASE("messages sent before the link is up wait for it") {
    Pair pair(2);
    pair.send(1);
    pair.send(2);
    pair.run(10ms);
    CHECK(sorted(pair.delivered) == range(1, 2));
}

TEST_CASE("an idle link pings once a second and stays up") {
    Pair pair(3);
    pair.run(60s);
    CHECK(pair.client.is_up());
    CHECK(pair.client.link_stats().handshakes == 1);
    CHECK(pair.client.link_stats().sent <= 64);
}

TEST_CASE("every message arrives exactly once whatever the network does") {
    const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{21}));
    const auto loss = GENERATE(0.05, 0.4);
    CAPTURE(seed, loss);
    Pair pair(seed * 1000, {.loss = loss, .doubled = 0.2, .min_delay = 100us, .max_delay = 8ms});
    std::uint32_t number = 0;
    for (int burst = 0; burst < 50; ++burst) {
        for (int i = 0; i < 8; ++i) {
            pair.send(++number);
        }
        pair.run(5ms);
    }
    pair.run(20s);
    CHECK(sorted(pair.delivered) == range(1, number));
    CHECK(pair.client.queued() == 0);
    CHECK(pair.network.lost > 0);
    CHECK(pair.client.stream_stats().retransmitted > 0);
}

TEST_CASE("a lost announcement is repeated within 11 ms") {
    Pair pair(5);
    pair.run(10ms);
    pair.network.set_quality({.loss = 1});
    const Time sent = pair.network.now;
    pair.send(1);
    pair.run(1ms);
    pair.network.set_quality({});
    pair.run(100ms);
    REQUIRE(pair.delivered.size() == 1);
    CHECK(pair.delivered_at.front() - sent <= 11ms);
}

TEST_CASE("a restarted dispatcher is noticed, and what it did not acknowledge comes again") {
    Pair pair(6);
    pair.send(1);
    pair.run(10ms);
    pair.server_is_up = false;
    pair.send(2);
    pair.send(3);
    pair.run(3s);
    CHECK_FALSE(pair.client.is_up());
    pair.restart_dispatcher();
    pair.server_is_up = true;
    pair.run(1s);
    CHECK(pair.client.is_up());
    CHECK(sorted(pair.delivered) == range(1, 3));
    CHECK(pair.client.link_stats().handshakes == 2);
}

TEST_CASE("a dispatcher restarted between two messages is noticed by its silence") {
    Pair pair(7);
    pair.send(1);
    pair.run(10ms);
    pair.restart_dispatcher();
    pair.send(2);
    pair.run(1s);
    CHECK(sorted(pair.delivered) == range(1, 2));
    CHECK(pair.server.link_stats().stale > 0);
}

TEST_CASE("a restarted gateway begins anew, also from the same port") {
    Pair pair(8);
    pair.send(1);
    pair.send(2);
    pair.run(10ms);
    pair.restart_gateway();
    pair.send(3);
    pair.run(1s);
    CHECK(sorted(pair.delivered) == range(1, 3));
    CHECK(pair.server.peers().size() == 1);
    CHECK(pair.server.stream_stats().delivered == 3);
}

TEST_CASE("an outage of the network loses and doubles nothing") {
    Pair pair(9);
    pair.run(10ms);
    pair.send(1);
    pair.network.set_quality({.loss = 1});
    pair.run(10s);
    CHECK_FALSE(pair.client.is_up());
    pair.send(2);
    pair.network.set_quality({});
    pair.run(1s);
    CHECK(sorted(pair.delivered) == range(1, 2));
    CHECK(pair.server.stream_stats().delivered == 2);
}

TEST_CASE("acknowledgements lost with the epoch do not double messages in the next") {
    Pair pair(10);
    pair.run(10ms);
    pair.send(1);
    pair.network.send(pair.gateway_at, pair.client.poll(pair.network.now));
    const auto arrived = pair.network.next(pair.network.now + 1ms);
    REQUIRE(arrived);
    pair.deliver(arrived->first, arrived->second);
    static_cast<void>(pair.server.poll(pair.network.now));  // its acknowledgement is lost
    pair.server_is_up = false;
    pair.run(2s);
    CHECK_FALSE(pair.client.is_up());
    pair.server_is_up = true;
    pair.run(1s);
    CHECK(pair.client.is_up());
    CHECK(pair.delivered == std::vector<std::uint32_t>{1});
}

TEST_CASE("a gateway that was forgotten while it was silent is served again") {
    Pair pair(11);
    pair.send(1);
    pair.run(10ms);
    pair.network.set_quality({.loss = 1});
    pair.run(2 * PeerServer::kForget);
    CHECK(pair.server.peers().empty());
    pair.send(2);
    pair.network.set_quality({});
    pair.run(1s);
    CHECK(sorted(pair.delivered) == range(1, 2));
    CHECK(pair.server.stream_stats().delivered == 2);
}

TEST_CASE("a replay of everything that was ever sent changes nothing and is hardly answered") {
    Pair pair(12);
    for (std::uint32_t i = 1; i <= 50; ++i) {
        pair.send(i);
        pair.run(20ms);
    }
    // Both sides restart once, so that the record spans three epochs.
    pair.restart_gateway();
    pair.send(51);
    pair.run(2s);
    pair.restart_dispatcher();
    pair.send(52);
    pair.run(2s);
    const auto record = pair.network.recorded;
    const std::size_t delivered = pair.delivered.size();
    const std::uint64_t server_sent = pair.server.link_stats().sent;
    const std::uint64_t client_received = pair.client.link_stats().received;
    std::size_t hellos = 0;
    for (const auto& [from, datagram] : record) {
        pair.deliver(from, datagram);
        if (datagram.bytes.size() == 28 + kEnvelopeOverhead && datagram.to == pair.dispatcher_at) {
            ++hellos;
        }
        static_cast<void>(pair.server.poll(pair.network.now));
        CHECK(pair.client.is_up());
    }
    CHECK(pair.delivered.size() == delivered);
    CHECK(pair.server.link_stats().sent - server_sent <= hellos);
    CHECK(pair.client.link_stats().received == client_received);
    CHECK(pair.client.link_stats().replayed > 0);
    CHECK(pair.server.peers().size() == 1);
    pair.send(53);
    pair.run(10ms);
    CHECK(pair.delivered.size() == delivered + 1);
    CHECK(pair.server.link_stats().replayed > 0);
    CHECK(pair.server.link_stats().stale > 0);
}

TEST_CASE("an old welcome does not bring up a link that is being started") {
    Pair pair(16);
    pair.run(10ms);
    const auto record = pair.network.recorded;
    pair.server_is_up = false;
    pair.run(3s);
    REQUIRE_FALSE(pair.client.is_up());
    for (const auto& [from, datagram] : record) {
        pair.deliver(from, datagram);
    }
    CHECK_FALSE(pair.client.is_up());
}

TEST_CASE("the epochs of a link are of no use at another address") {
    Pair pair(17);
    pair.run(10ms);
    pair.send(1);
    const auto datagrams = pair.client.poll(pair.network.now);
    REQUIRE(datagrams.size() == 1);
    pair.deliver(at(9, 9), datagrams[0]);
    CHECK(pair.delivered.empty());
    CHECK(pair.server.link_stats().stale == 1);
    pair.deliver(pair.gateway_at, datagrams[0]);
    CHECK(pair.delivered.size() == 1);
}

TEST_CASE("what one dispatcher acknowledged out of order is repeated to its successor") {
    Pair pair(18);
    pair.run(10ms);
    pair.send(1);
    static_cast<void>(pair.client.poll(pair.network.now));  // lost
    pair.send(2);
    const auto second = pair.client.poll(pair.network.now);
    REQUIRE(second.size() == 1);
    pair.deliver(pair.gateway_at, second[0]);
    const auto answer = pair.server.poll(pair.network.now);
    REQUIRE(answer.size() == 1);
    pair.deliver(pair.dispatcher_at, answer[0]);
    CHECK(pair.client.stream_stats().acknowledged == 1);
    pair.restart_dispatcher();
    pair.delivered.clear();
    pair.run(1s);
    CHECK(sorted(pair.delivered) == range(1, 2));
}

TEST_CASE("what waited for a link is sent as soon as it is back") {
    Pair pair(19);
    pair.run(10ms);
    pair.server_is_up = false;
    pair.send(1);
    pair.run(5s);
    pair.server_is_up = true;
    const Time back = pair.network.now;
    pair.run(2s);
    REQUIRE(pair.delivered.size() == 1);
    CHECK(pair.delivered_at[0] - back <= PeerClient::kLastHello + 1ms);
}

TEST_CASE("too many proposals push out the oldest") {
    PeerServer server(a_key(), seeded(1));
    PeerClient first(a_key(), at(2, 7100), seeded(2));
    const Time now{};
    const auto greet = [&](PeerClient& client, const Endpoint& from) {
        for (const Datagram& datagram : client.poll(now)) {
            static_cast<void>(server.handle(from, datagram.bytes, now));
        }
        for (const Datagram& datagram : server.poll(now)) {
            static_cast<void>(client.handle(at(2, 7100), datagram.bytes, now));
        }
    };
    greet(first, at(1, 1));
    REQUIRE(first.is_up());
    const std::size_t others = GENERATE(PeerServer::kMaxProposals - 1, PeerServer::kMaxProposals);
    for (std::size_t i = 0; i < others; ++i) {
        PeerClient other(a_key(), at(2, 7100), seeded(100 + i));
        greet(other, at(3, static_cast<Port>(1 + i)));
    }
    for (const Datagram& datagram : first.poll(now)) {
        static_cast<void>(server.handle(at(1, 1), datagram.bytes, now));
    }
    CHECK(server.peers().size() == (others < PeerServer::kMaxProposals ? 1 : 0));
}

TEST_CASE("replayed hellos from anywhere neither take over a link nor pile up") {
    Pair pair(13);
    pair.run(10ms);
    const Buffer hello = pair.network.recorded.front().second.bytes;
    for (int round = 0; round < 1000; ++round) {
        static_cast<void>(pair.server.handle(at(9, static_cast<Port>(1024 + round)), hello, pair.network.now));
    }
    CHECK(pair.server.poll(pair.network.now).size() <= PeerServer::kMaxProposals);
    CHECK(pair.server.peers().size() == 1);
    pair.send(1);
    pair.run(10ms);
    CHECK(pair.delivered.size() == 1);
}

TEST_CASE("a wrong key, other versions, garbage and strangers are counted and not answered") {
    Pair pair(14);
    pair.run(10ms);
    PeerClient wrong(a_key(99), pair.dispatcher_at, seeded(5));
    for (const Datagram& datagram : wrong.poll(pair.network.now)) {
        CHECK(pair.server.handle(at(9, 1), datagram.bytes, pair.network.now).empty());
    }
    Buffer version = pair.network.recorded.front().second.bytes;
    version[2] = 9;
    CHECK(pair.server.handle(at(9, 1), version, pair.network.now).empty());
    CHECK(pair.server.handle(at(9, 1), as_bytes("garbage"), pair.network.now).empty());
    CHECK(pair.server.handle(at(9, 1), seal(a_key(), seeded(3), as_bytes("not a packet")), pair.network.now).empty());
    CHECK(pair.server.poll(pair.network.now).empty());
    CHECK(pair.server.link_stats().forged == 1);
    CHECK(pair.server.link_stats().version == 1);
    CHECK(pair.server.link_stats().malformed == 2);

    CHECK(pair.client.handle(at(9, 7100), pair.network.recorded.back().second.bytes, pair.network.now).empty());
    CHECK(pair.client.link_stats().stranger == 1);
}

TEST_CASE("reflected datagrams are not taken") {
    Pair pair(15);
    pair.send(1);
    pair.run(2s);
    const auto record = pair.network.recorded;
    const LinkStats before = pair.client.link_stats();
    for (const auto& [from, datagram] : record) {
        if (datagram.to == pair.dispatcher_at) {
            CHECK(pair.client.handle(pair.dispatcher_at, datagram.bytes, pair.network.now).empty());
        } else {
            CHECK(pair.server.handle(pair.gateway_at, datagram.bytes, pair.network.now).empty());
        }
    }
    CHECK(pair.client.link_stats().received == before.received);
    CHECK(pair.client.is_up());
}

TEST_CASE("one dispatcher serves several gateways, one gateway several dispatchers") {
    PeerServer first(a_key(), seeded(1));
    PeerServer second(a_key(), seeded(2));
    PeerClient to_first(a_key(), at(2, 7100), seeded(3));
    PeerClient to_second(a_key(), at(3, 7100), seeded(4));
    PeerClient other(a_key(), at(2, 7100), seeded(5));
    std::size_t got_first = 0;
    std::size_t got_second = 0;
    for (PeerClient* client : {&to_first, &to_second, &other}) {
        client->send({1});
    }
    const Time now{};
    for (int round = 0; round < 5; ++round) {
        std::uint8_t host = 10;
        for (PeerClient* client : {&to_first, &to_second, &other}) {
            const Endpoint from = at(++host, 5000);
            PeerServer& server = client->dispatcher() == at(2, 7100) ? first : second;
            std::size_t& got = client->dispatcher() == at(2, 7100) ? got_first : got_second;
            for (const Datagram& datagram : client->poll(now)) {
                got += server.handle(from, datagram.bytes, now).size();
            }
            for (const Datagram& datagram : server.poll(now)) {
                CHECK(datagram.to == from);
                static_cast<void>(client->handle(client->dispatcher(), datagram.bytes, now));
            }
        }
    }
    CHECK(got_first == 2);
    CHECK(got_second == 1);
    CHECK(first.peers().size() == 2);
    CHECK(second.peers().size() == 1);
}

TEST_CASE("more gateways than a dispatcher keeps push out the most silent one") {
    PeerServer server(a_key(), seeded(1));
    Time now{};
    for (std::size_t i = 0; i < PeerServer::kMaxPeers + 5; ++i) {
        now += 1ms;
        const Endpoint from = at(1, static_cast<Port>(1000 + i));
        PeerClient client(a_key(), at(2, 7100), seeded(100 + i));
        for (int round = 0; round < 2; ++round) {
            for (const Datagram& datagram : client.poll(now)) {
                static_cast<void>(server.handle(from, datagram.bytes, now));
            }
            for (const Datagram& datagram : server.poll(now)) {
                static_cast<void>(client.handle(at(2, 7100), datagram.bytes, now));
            }
        }
    }
    CHECK(server.peers().size() == PeerServer::kMaxPeers);
    CHECK(server.peers().front().from.port == 1005);
    CHECK(server.link_stats().handshakes == PeerServer::kMaxPeers + 5);
}

TEST_CASE("the replay window takes each sequence once, in any near order") {
    ReplayWindow window;
    CHECK_FALSE(window.take(0));
    CHECK(window.take(1));
    CHECK_FALSE(window.take(1));
    CHECK(window.take(ReplayWindow::kSize + 1));
    CHECK_FALSE(window.take(1));
    CHECK(window.take(2));
    CHECK_FALSE(window.take(2));
    CHECK(window.take(10 * ReplayWindow::kSize));
    CHECK_FALSE(window.take(9 * ReplayWindow::kSize));
    CHECK(window.take(9 * ReplayWindow::kSize + 1));
}

TEST_CASE("a note arrives once, whoever sent it is told, and nobody acknowledges it") {
    Pair pair(30);
    pair.run(10ms);
    const std::optional<Datagram> note = pair.client.note({1, 2, 3});
    REQUIRE(note);
    CHECK(note->to == pair.dispatcher_at);
    pair.deliver(pair.gateway_at, *note);
    pair.deliver(pair.gateway_at, *note);
    CHECK(pair.delivered.empty());
    CHECK(pair.server.poll(pair.network.now).empty());
    const std::vector<Note> notes = pair.server.take_notes();
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].from == pair.gateway_at);
    CHECK(notes[0].bytes == Buffer{1, 2, 3});
    CHECK(pair.server.take_notes().empty());
    CHECK(pair.server.link_stats().replayed == 1);
}

TEST_CASE("without a link there are no notes, and a lost one is not repeated") {
    Pair pair(31);
    CHECK_FALSE(pair.client.note({1}));
    pair.run(10ms);
    static_cast<void>(pair.client.note({1}));  // lost
    const std::optional<Datagram> second = pair.client.note({2});
    REQUIRE(second);
    pair.deliver(pair.gateway_at, *second);
    pair.run(10s);
    const std::vector<Note> notes = pair.server.take_notes();
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].bytes == Buffer{2});
}

TEST_CASE("a node that sends nothing but notes keeps its link") {
    Pair pair(32);
    pair.run(10ms);
    std::size_t arrived = 0;
    for (int second = 0; second < 600; ++second) {
        if (const auto note = pair.client.note({1})) {
            pair.deliver(pair.gateway_at, *note);
        }
        pair.run(1s);
        arrived += pair.server.take_notes().size();
    }
    CHECK(arrived == 600);
    CHECK(pair.client.link_stats().handshakes == 1);
}

TEST_CASE("notes of an old link, or reflected ones, are dropped") {
    Pair pair(33);
    pair.run(10ms);
    const std::optional<Datagram> old = pair.client.note({1});
    REQUIRE(old);
    pair.restart_gateway();
    pair.run(1s);
    pair.deliver(pair.gateway_at, *old);
    CHECK(pair.server.take_notes().empty());
    CHECK(pair.client.handle(pair.dispatcher_at, old->bytes, pair.network.now).empty());
    CHECK(pair.client.link_stats().stale > 0);
}

TEST_CASE("notes that nobody takes are bounded") {
    Pair pair(34);
    pair.run(10ms);
    for (std::size_t i = 0; i < PeerServer::kMaxNotes + 10; ++i) {
        pair.deliver(pair.gateway_at, *pair.client.note({1}));
    }
    CHECK(pair.server.take_notes().size() == PeerServer::kMaxNotes);
}

TEST_CASE("a dispatcher knows which process a message is of, and can answer it") {
    Pair pair(35);
    pair.run(10ms);
    CHECK_FALSE(pair.server.send(Incarnation::none, {1}));
    pair.send(1);
    pair.run(10ms);
    const Incarnation first = pair.sender;
    REQUIRE(first != Incarnation::none);
    CHECK(pair.server.send(first, {1}));
    pair.run(10ms);
    CHECK(pair.answers == 1);
    const Incarnation server = pair.client.peer();
    CHECK(server != Incarnation::none);
    pair.restart_gateway();
    pair.send(2);
    pair.run(1s);
    CHECK(pair.sender != first);
    CHECK_FALSE(pair.server.send(first, {1}));
    CHECK(pair.server.send(pair.sender, {1}));
    pair.run(10ms);
    CHECK(pair.answers == 2);
    CHECK(pair.client.peer() != Incarnation::none);
}

TEST_CASE("answers that are not taken are bounded") {
    Pair pair(36);
    pair.run(10ms);
    pair.send(1);
    pair.run(10ms);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < 2 * PeerServer::kMaxAnswers; ++i) {
        taken += pair.server.send(pair.sender, {1}) ? 1 : 0;
    }
    CHECK(taken == PeerServer::kMaxAnswers);
}
