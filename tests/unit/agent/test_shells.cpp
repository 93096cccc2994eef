// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>

#include "agent/dispatcher_shell.hpp"
#include "agent/gateway_shell.hpp"
#include "agent/log.hpp"
#include "agent/node_shell.hpp"
#include "io/entropy.hpp"
#include "io/udp_socket.hpp"

using namespace sara;
using namespace sara::agent;
using namespace std::chrono_literals;

namespace {

const wire::SharedKey kKey = *wire::SharedKey::parse(std::string(64, '7'));
/// Nothing here takes so long.
constexpr std::chrono::milliseconds kHoldTime = 10s;
const wire::SharedKey kOtherKey = *wire::SharedKey::parse(std::string(64, '8'));

/// A dispatcher and a gateway on 127.0.0.1, without a kernel module.
struct Loopback {
    explicit Loopback(const wire::SharedKey& gateway_key = kKey) {
        start_log(role::LogLevel::error, {});
        // A free port, which the dispatcher takes over.
        const Endpoint any{Address::v4({127, 0, 0, 1}), 0};
        const Endpoint at = (*io::UdpSocket::open(io, any))->local();
        Config config;
        config.dispatcher = DispatcherConfig{at};
        dispatcher = DispatcherShell::open(io, config, kKey, kernel).value();
        const GatewayConfig config_of_gateway{{at}, kern::HoldSpec{kHoldTime, {}}};
        gateway = GatewayShell::open(io, config_of_gateway, gateway_key, [this](HoldId reply) {
                      released.push_back(reply);
                  }).value();
    }

    /// Until `done` says so; false if it does not within 5 s.
    template <typename Predicate>
    bool run_until(Predicate done) {
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (!done() && std::chrono::steady_clock::now() < end) {
            io.run_one_for(10ms);
        }
        return done();
    }

    boost::asio::io_context io;
    KernelLink kernel{io, {}};
    std::unique_ptr<DispatcherShell> dispatcher;
    std::unique_ptr<GatewayShell> gateway;
    std::vector<HoldId> released;
};

kern::InspectedPacket reply() {
    static constexpr std::string_view text = "SIP/2.0 200 OK\r\n"
                                             "Via: SIP/2.0/UDP 198.18.1.11:5060;branch=z9hG4bKa\r\n"
                                             "From: <sip:a@198.18.1.11>;tag=1\r\n"
                                             "To: <sip:b@198.18.0.100>;tag=2\r\n"
                                             "Call-ID: one@198.18.1.11\r\n"
                                             "CSeq: 1 INVITE\r\n"
                                             "Contact: <sip:b@198.18.0.100>\r\n"
                                             "Content-Type: application/sdp\r\n"
                                             "Content-Length: 108\r\n\r\n"
                                             "v=0\r\no=- 1 1 IN IP4 198.18.0.100\r\ns=-\r\n"
                                             "c=IN IP4 198.18.0.100\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n\r\n\r\n";
    kern::InspectedPacket packet;
    packet.app = App::sip;
    packet.sender = Sender::server;
    packet.flow = {{Address::v4({198, 18, 1, 11}), 5060}, {Address::v4({198, 18, 0, 100}), 5060}, Transport::udp};
    packet.payload.assign(text.begin(), text.end());
    return packet;
}

}  // namespace

TEST_CASE("what a gateway reads reaches the dispatcher over the loopback, sealed") {
    Loopback both;
    both.gateway->on_packet(reply());
    REQUIRE(both.run_until([&] { return both.dispatcher->stats()["peer_messages"] == 1; }));
    const auto stats = both.dispatcher->stats();
    CHECK(stats["peer_malformed"] == 0);
    CHECK(stats["peers"]["gateways"].size() == 1);
    CHECK(stats["peers"]["gateways"][0]["up"] == true);
    REQUIRE(both.run_until([&] { return both.gateway->stats()["dispatchers"][0]["queued"] == 0; }));
    CHECK(both.gateway->stats()["dispatchers"][0]["up"] == true);
    CHECK(both.gateway->stats()["sent"] == 1);
}

TEST_CASE("a reply that waits is let go when the dispatcher has carried out what it announces") {
    Loopback both;
    kern::InspectedPacket packet = reply();
    packet.hold = HoldId{1};
    both.gateway->on_packet(packet);
    CHECK(both.released == std::vector{HoldId{1}});  // nobody is there to confirm it
    REQUIRE(both.run_until([&] { return both.dispatcher->stats()["peer_messages"] == 1; }));
    REQUIRE(both.run_until([&] { return both.gateway->stats()["dispatchers"][0]["queued"] == 0; }));

    packet.hold = HoldId{2};
    both.gateway->on_packet(packet);
    CHECK(both.released == std::vector{HoldId{1}});
    REQUIRE(both.run_until([&] { return both.released.size() == 2; }));
    CHECK(both.released[1] == HoldId{2});
    CHECK(both.dispatcher->stats()["peer_messages"] == 2);
    CHECK(both.gateway->stats()["hold"]["confirmed"] == 1);

    packet.payload.resize(9);  // "SIP/2.0 2": nothing that could be told
    packet.hold = HoldId{3};
    both.gateway->on_packet(packet);
    CHECK(both.released.back() == HoldId{3});
}

TEST_CASE("a gateway with another key is not heard, and counted") {
    Loopback both(kOtherKey);
    both.gateway->on_packet(reply());
    REQUIRE(both.run_until([&] { return both.dispatcher->stats()["peers"]["datagrams"]["forged"] >= 2; }));
    CHECK(both.dispatcher->stats()["peer_messages"] == 0);
    CHECK(both.dispatcher->stats()["peers"]["datagrams"]["sent"] == 0);
    CHECK(both.dispatcher->stats()["peers"]["gateways"].empty());
    CHECK(both.gateway->stats()["dispatchers"][0]["up"] == false);
}

TEST_CASE("a client who was refused hears from the service that it is busy") {
    Loopback both;
    const auto client = io::UdpSocket::open(both.io, Endpoint{Address::v4({127, 0, 0, 1}), 0}).value();
    std::vector<std::pair<Endpoint, std::string>> heard;
    client->start([&](const Endpoint& from, Bytes datagram) { heard.emplace_back(from, as_text(datagram)); }, [] {});

    kern::InspectedPacket packet = reply();
    packet.sender = Sender::client;
    packet.refused = true;
    packet.flow = {client->local(), {Address::v4({127, 0, 0, 77}), 5060}, Transport::udp};
    both.dispatcher->on_packet(packet);
    CHECK(both.dispatcher->stats()["busy"]["unanswerable"] == 1);  // a response

    static constexpr std::string_view text = "INVITE sip:b@127.0.0.77 SIP/2.0\r\n"
                                             "Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKa\r\n"
                                             "From: <sip:a@127.0.0.1>;tag=1\r\n"
                                             "To: <sip:b@127.0.0.77>\r\n"
                                             "Call-ID: one\r\n"
                                             "CSeq: 1 INVITE\r\n\r\n";
    packet.payload.assign(text.begin(), text.end());
    both.dispatcher->on_packet(packet);
    CHECK(both.dispatcher->stats()["inspection"]["packets"] == 0);  // of no session is anything known by it
    if (both.dispatcher->stats()["busy"]["send_failures"] == 1) {
        WARN("not tested: raw sockets need CAP_NET_RAW");
        return;
    }
    CHECK(both.dispatcher->stats()["busy"]["sent"] == 1);
    REQUIRE(both.run_until([&] { return !heard.empty(); }));
    CHECK(heard[0].first == packet.flow.dst);
    CHECK(heard[0].second.starts_with("SIP/2.0 503 Service Unavailable\r\n"));
    CHECK(heard[0].second.find("\r\nRetry-After: 5\r\n") != std::string::npos);
}

TEST_CASE("a node's heartbeats tell whether its application answers") {
    start_log(role::LogLevel::error, {});
    boost::asio::io_context io;
    const Address loopback = Address::v4({127, 0, 0, 1});
    // Both ports were free a moment ago: nobody listens there.
    const Endpoint dispatcher = io::UdpSocket::open(io, {loopback, 0}).value()->local();
    const Endpoint application = io::UdpSocket::open(io, {loopback, 0}).value()->local();
    NodeRoleConfig config;
    config.dispatchers = {dispatcher};
    config.node.host = wire::HostId{0x0a000102};
    config.probes = {{role::ProbeKind::sip, application, 100ms, 100ms, 2}};
    const auto node = NodeShell::open(io, config, kKey).value();
    const auto flag_is = [&](wire::HeartbeatFlag flag) {
        const auto end = std::chrono::steady_clock::now() + 5s;
        const auto is = [&] { return node->stats()["flag"] == static_cast<int>(flag); };
        while (!is() && std::chrono::steady_clock::now() < end) {
            io.run_one_for(10ms);
        }
        return is();
    };
    CHECK(node->stats()["flag"] == 0);
    CHECK(flag_is(wire::HeartbeatFlag::application_down));
    CHECK(node->stats()["probes"][0]["answers"] == false);
    CHECK(node->stats()["probes"][0]["last_miss"] == "Connection refused");

    const auto server = io::UdpSocket::open(io, application).value();
    server->start(
        [&](const Endpoint& from, Bytes request) {
            const std::string_view text = as_text(request);
            server->send(from, as_bytes("SIP/2.0 200 OK" + std::string(text.substr(text.find("\r\n")))));
        },
        [] {});
    CHECK(flag_is(wire::HeartbeatFlag::up));
    CHECK(node->stats()["probes"][0]["answers"] == true);
}

TEST_CASE("a taken port is a sentence") {
    boost::asio::io_context io;
    auto first = io::UdpSocket::open(io, Endpoint{Address::v4({127, 0, 0, 1}), 0});
    REQUIRE(first.ok());
    const Endpoint at = (*first)->local();
    const auto second = io::UdpSocket::open(io, at);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().text() == "UDP " + at.text() + ": binding failed: Address already in use");
}
