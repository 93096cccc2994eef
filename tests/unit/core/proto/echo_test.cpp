// SPDX-License-Identifier: GPL-2.0
#include "core/proto/echo.hpp"

#include <catch2/catch.hpp>

#include "core/proto/ip_packet.hpp"

using namespace sara;
using namespace sara::proto;

namespace {

const Echo kEcho{.from_mac = {2, 0, 0, 0, 0, 2},
                 .to_mac = {2, 0, 0, 0, 0, 0x11},
                 .from = Address::v4({198, 18, 0, 2}),
                 .to = Address::v4({198, 18, 0, 100}),
                 .identifier = 0x1234,
                 .sequence = 7,
                 .token = 0x0102030405060708};
const Echo kEcho6 = [] {
    Echo echo = kEcho;
    echo.from = *Address::parse("fd00::2");
    echo.to = *Address::parse("fd00::100");
    return echo;
}();

constexpr std::size_t kEther = 14;

Echo turned(Echo echo) {
    std::swap(echo.from_mac, echo.to_mac);
    std::swap(echo.from, echo.to);
    return echo;
}

/// As a machine answers: everything turned round, but the payload stays. Its checksum is left as it was.
Buffer reply_to(const Echo& echo) {
    Buffer frame = *echo_request(turned(echo));
    const bool ipv4 = echo.from.family() == Family::ipv4;
    frame[kEther + (ipv4 ? 20 : 40)] = ipv4 ? 0 : 129;
    return frame;
}

}  // namespace

TEST_CASE("a request is a frame to the MAC address, byte for byte") {
    CHECK(*echo_request(kEcho) ==
          Buffer{2,    0,  0,    0,    0,    0x11, 2, 0, 0,  0, 0,    2,    0x08, 0x00,          // Ethernet
                 0x45, 0,  0,    36,   0,    0,    0, 0, 64, 1, 0xee, 0x4e, 198,  18,   0, 2,    // IPv4
                 198,  18, 0,    100,                                                            //
                 8,    0,  0xd5, 0xb0, 0x12, 0x34, 0, 7, 1,  2, 3,    4,    5,    6,    7, 8});  // ICMP
}

TEST_CASE("the checksums are right, that of ICMPv6 covers the addresses") {
    const Buffer frame = *echo_request(kEcho);
    CHECK(internet_checksum(word_sum(Bytes(frame).subspan(kEther, 20))) == 0);
    CHECK(internet_checksum(word_sum(Bytes(frame).subspan(kEther + 20))) == 0);

    const Buffer frame6 = *echo_request(kEcho6);
    CHECK(frame6.size() == kEther + 40 + 16);
    CHECK(frame6[kEther + 40] == 128);
    CHECK(internet_checksum(pseudo_header_sum(kEcho6.from, kEcho6.to, IpProtocol::icmpv6, 16) +
                            word_sum(Bytes(frame6).subspan(kEther + 40))) == 0);
}

TEST_CASE("two families make no request") {
    Echo echo = kEcho;
    echo.to = kEcho6.to;
    CHECK_FALSE(echo_request(echo));
}

TEST_CASE("a reply says who sent back what") {
    CHECK(read_echo_reply(reply_to(kEcho)) == turned(kEcho));
    CHECK(read_echo_reply(reply_to(kEcho6)) == turned(kEcho6));
}

TEST_CASE("a reply may be padded by the wire, and have IPv4 options") {
    Buffer padded = reply_to(kEcho);
    padded.resize(60);
    CHECK(read_echo_reply(padded) == turned(kEcho));

    Buffer options = reply_to(kEcho);
    options.insert(options.begin() + kEther + 20, {1, 1, 1, 0});
    options[kEther] = 0x46;
    options[kEther + 3] = 40;
    CHECK(read_echo_reply(options) == turned(kEcho));
}

TEST_CASE("what is no reply, or none of ours, is nothing") {
    CHECK_FALSE(read_echo_reply(*echo_request(kEcho)));
    CHECK_FALSE(read_echo_reply(*echo_request(kEcho6)));
    struct Change {
        const char* what;
        std::size_t at;
        std::uint8_t value;
    };
    for (const Change& change : {Change{"EtherType", 12, 0x81},
                                 {"version", kEther, 0x65},
                                 {"short header", kEther, 0x44},
                                 {"long header", kEther, 0x4f},
                                 {"longer than the frame", kEther + 3, 37},
                                 {"other payload", kEther + 3, 35},
                                 {"shorter than its header", kEther + 3, 19},
                                 {"first fragment", kEther + 6, 0x20},
                                 {"later fragment", kEther + 7, 1},
                                 {"UDP", kEther + 9, 17},
                                 {"code", kEther + 21, 1}}) {
        CAPTURE(change.what);
        Buffer frame = reply_to(kEcho);
        frame[change.at] = change.value;
        CHECK_FALSE(read_echo_reply(frame));
    }
    for (const Change& change : {Change{"version", kEther, 0x45},
                                 {"longer than the frame", kEther + 5, 17},
                                 {"other payload", kEther + 5, 15},
                                 {"an extension header", kEther + 6, 0},
                                 {"code", kEther + 41, 1}}) {
        CAPTURE(change.what);
        Buffer frame = reply_to(kEcho6);
        frame[change.at] = change.value;
        CHECK_FALSE(read_echo_reply(frame));
    }
}

TEST_CASE("a frame that was cut anywhere is nothing") {
    for (const Echo& echo : {kEcho, kEcho6}) {
        const Buffer frame = reply_to(echo);
        for (std::size_t size = 0; size < frame.size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(read_echo_reply(Bytes(frame).first(size)));
        }
    }
}
