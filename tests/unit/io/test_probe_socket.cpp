// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <string>

#include "io/probe_socket.hpp"
#include "io/udp_socket.hpp"

using namespace sara;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

const Address kLoopback = Address::v4({127, 0, 0, 1});

/// What became of a connection.
struct Told {
    Endpoint local;
    std::string bytes;
    std::string failed;
};

io::ProbeSocket::Hooks tell(Told& told, const std::string& request) {
    return {.on_connected =
                [&told, request](const Endpoint& local) {
                    told.local = local;
                    return request;
                },
            .on_bytes = [&told](Bytes bytes) { told.bytes += as_text(bytes); },
            .on_failed = [&told](std::string why) { told.failed = std::move(why); }};
}

template <typename Predicate>
bool run_until(boost::asio::io_context& io, Predicate done) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!done() && std::chrono::steady_clock::now() < end) {
        io.restart();
        io.run_one_for(10ms);
    }
    return done();
}

}  // namespace

TEST_CASE("a question by UDP, and its answer") {
    boost::asio::io_context io;
    auto server = io::UdpSocket::open(io, {kLoopback, 0}).value();
    server->start([&](const Endpoint& from, Bytes) { server->send(from, as_bytes("answer")); }, [] {});
    Told told;
    const auto probe = io::ProbeSocket::open(io, Transport::udp, server->local(), tell(told, "question"));
    REQUIRE(probe.ok());
    REQUIRE(run_until(io, [&] { return !told.bytes.empty(); }));
    CHECK(told.bytes == "answer");
    CHECK(told.local.address == kLoopback);
    CHECK(told.local.port != 0);
    CHECK(told.failed.empty());
}

TEST_CASE("a question by TCP, its answer, and the end") {
    boost::asio::io_context io;
    tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    tcp::socket peer(io);
    std::array<char, 64> heard{};
    acceptor.async_accept(peer, [&](const boost::system::error_code&) {
        peer.async_read_some(boost::asio::buffer(heard), [&](const boost::system::error_code&, std::size_t) {
            boost::asio::write(peer, boost::asio::buffer("answer", 6));
            peer.close();
        });
    });
    Told told;
    const auto probe = io::ProbeSocket::open(io, Transport::tcp, {kLoopback, acceptor.local_endpoint().port()},
                                             tell(told, "question"));
    REQUIRE(probe.ok());
    REQUIRE(run_until(io, [&] { return !told.failed.empty(); }));
    CHECK(std::string(heard.data()) == "question");
    CHECK(told.bytes == "answer");
    CHECK(told.failed == "it closed the connection");
}

TEST_CASE("nobody listens there, which is told, not thrown") {
    boost::asio::io_context io;
    const Endpoint nobody = io::UdpSocket::open(io, {kLoopback, 0}).value()->local();
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        Told told;
        const auto probe = io::ProbeSocket::open(io, transport, nobody, tell(told, "question"));
        if (probe) {
            REQUIRE(run_until(io, [&] { return !told.failed.empty(); }));
        } else {
            told.failed = probe.error().text();
        }
        CHECK(told.failed == "Connection refused");
    }
}

TEST_CASE("one that is given up tells nothing more") {
    boost::asio::io_context io;
    auto server = io::UdpSocket::open(io, {kLoopback, 0}).value();
    bool asked = false;
    server->start(
        [&](const Endpoint& from, Bytes) {
            asked = true;
            server->send(from, as_bytes("answer"));
        },
        [] {});
    Told told;
    std::shared_ptr<io::ProbeSocket> probe;
    auto hooks = tell(told, "question");
    hooks.on_connected = [&](const Endpoint&) {
        probe.reset();  // by its own hook
        return std::string("question");
    };
    probe = io::ProbeSocket::open(io, Transport::udp, server->local(), std::move(hooks)).value();
    static_cast<void>(run_until(io, [&] { return asked; }));
    io.restart();
    io.run_for(50ms);
    CHECK(told.bytes.empty());
    CHECK(told.failed.empty());
}
