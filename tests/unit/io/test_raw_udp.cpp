// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "io/raw_udp.hpp"
#include "io/udp_socket.hpp"

using namespace sara;
using namespace std::chrono_literals;

namespace {

/// Who sent what arrived at a socket on the loopback, and what it was.
struct Arrived {
    Endpoint from;
    std::string text;
};

std::optional<Arrived> send_by(io::RawUdp& raw, const Endpoint& from, const Endpoint& at) {
    boost::asio::io_context io;
    auto socket = io::UdpSocket::open(io, at);
    REQUIRE(socket.ok());
    std::optional<Arrived> arrived;
    (*socket)->start(
        [&](const Endpoint& sender, Bytes datagram) {
            arrived = Arrived{sender, std::string(as_text(datagram))};
        },
        [] {});
    CHECK(raw.send(from, (*socket)->local(), as_bytes("busy")));
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!arrived && std::chrono::steady_clock::now() < end) {
        io.run_one_for(10ms);
    }
    return arrived;
}

}  // namespace

TEST_CASE("a datagram arrives in the name of who does not send it") {
    const auto raw = io::RawUdp::open();
    if (!raw) {
        WARN("not tested: " << raw.error().text());
        return;
    }
    // 127.0.0.77 is bound by nobody.
    const Endpoint other{Address::v4({127, 0, 0, 77}), 5060};
    const auto arrived = send_by(**raw, other, {Address::v4({127, 0, 0, 1}), 0});
    REQUIRE(arrived);
    CHECK(arrived->from == other);
    CHECK(arrived->text == "busy");
}

TEST_CASE("two families are no way") {
    const auto raw = io::RawUdp::open();
    if (!raw) {
        WARN("not tested: " << raw.error().text());
        return;
    }
    CHECK_FALSE((*raw)->send({Address::v6({}), 1}, {Address::v4({127, 0, 0, 1}), 1}, {}));
}
