// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <net/if.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/proto/echo.hpp"
#include "io/own_devices.hpp"
#include "io/packet_socket.hpp"

using namespace sara;

namespace {

constexpr std::uint16_t kIdentifier = 0x1234;

/// As they come from a node; on the loopback what is sent comes in again.
Buffer reply(const Address& from, const Address& to, std::uint16_t identifier) {
    Buffer frame = *proto::echo_request({.from_mac = {},
                                         .to_mac = {},
                                         .from = from,
                                         .to = to,
                                         .identifier = identifier,
                                         .sequence = 1,
                                         .token = 0x0102030405060708});
    const bool ipv4 = from.family() == Family::ipv4;
    frame[ipv4 ? 34 : 54] = ipv4 ? 0 : 129;
    return frame;
}

}  // namespace

TEST_CASE("a packet socket hears the echo replies of its identifier, of both families, and nothing else") {
    boost::asio::io_context io;
    std::vector<std::pair<std::uint32_t, Buffer>> heard;
    const auto socket = io::PacketSocket::open(io, kIdentifier, [&](std::uint32_t device, Bytes frame) {
        heard.emplace_back(device, Buffer(frame.begin(), frame.end()));
    });
    if (!socket) {
        WARN("not tested: " << socket.error().text());
        return;
    }
    const auto loopback = static_cast<std::uint32_t>(::if_nametoindex("lo"));
    const Address local = Address::v4({127, 0, 0, 1});
    const Address local6 = *Address::parse("::1");
    const Buffer ours = reply(local, local, kIdentifier);
    const Buffer ours6 = reply(local6, local6, kIdentifier);
    Buffer request = ours;
    request[34] = 8;
    Buffer options = ours;  // the header's length is heeded
    options.insert(options.begin() + 34, {1, 1, 1, 0});
    options[14] = 0x46;
    options[17] = 40;
    for (const Buffer& frame : {reply(local, local, kIdentifier + 1), request, ours,
                                reply(local6, local6, kIdentifier + 1), ours6, options}) {
        if (!(*socket)->send(loopback, frame)) {
            WARN("not tested: the loopback takes no frames");
            return;
        }
    }
    // The loopback hands over while it sends, or a moment later.
    for (int turns = 0; heard.size() < 3 && turns < 500; ++turns) {
        io.run_one_for(std::chrono::milliseconds(10));
        (*socket)->drain();
    }
    using Heard = std::pair<std::uint32_t, Buffer>;
    const auto count = [&](const Buffer& frame) {
        return std::count(heard.begin(), heard.end(), Heard{loopback, frame});
    };
    CHECK(heard.size() == 3);
    CHECK(count(ours) == 1);
    CHECK(count(ours6) == 1);
    CHECK(count(options) == 1);
}

TEST_CASE("a device that is not there sends nothing") {
    boost::asio::io_context io;
    const auto socket = io::PacketSocket::open(io, kIdentifier, [](std::uint32_t, Bytes) {});
    if (!socket) {
        WARN("not tested: " << socket.error().text());
        return;
    }
    CHECK_FALSE((*socket)->send(0x7fffffff, Buffer(64)));
    CHECK_FALSE((*socket)->send(1, {}));
}

TEST_CASE("own devices are those of Ethernet: the loopback is none") {
    const auto devices = io::read_own_devices();
    REQUIRE(devices.ok());
    CHECK_FALSE(devices->contains(static_cast<std::uint32_t>(::if_nametoindex("lo"))));
    for (const auto& [index, device] : *devices) {
        CAPTURE(index);
        CHECK(device.mac != Mac{});
        for (const node::OwnAddress& own : device.addresses) {
            CAPTURE(own.address.text(), own.device);
            CHECK(own.prefix <= 8 * own.address.bytes().size());
        }
    }
}
