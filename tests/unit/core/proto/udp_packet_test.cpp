// SPDX-License-Identifier: GPL-2.0
#include "core/proto/udp_packet.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/proto/packet.hpp"

using namespace sara;
using namespace sara::proto;

namespace {

const Endpoint kVip{Address::v4({198, 18, 0, 100}), 5060};
const Endpoint kClient{Address::v4({198, 18, 1, 11}), 4000};
const Endpoint kVip6{*Address::parse("fd00::100"), 5060};
const Endpoint kClient6{*Address::parse("fd00:1::11"), 4000};

/// RFC 1071: the sum over what a right checksum covers is 0xffff.
std::uint32_t sum(Bytes bytes, std::uint32_t start = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        start += std::uint32_t{bytes[i]} << (i % 2 == 0 ? 8U : 0U);
    }
    while (start > 0xffff) {
        start = (start & 0xffffU) + (start >> 16U);
    }
    return start;
}

/// Sum of the UDP part with its pseudo header; `header`: bytes of the IP header.
std::uint32_t udp_sum(Bytes packet, std::size_t header) {
    const std::size_t addresses = header == 20 ? 8 : 32;
    const Bytes udp = packet.subspan(header);
    return sum(udp, sum(packet.subspan(header - addresses, addresses), static_cast<std::uint32_t>(17 + udp.size())));
}

void check_read(Bytes packet, const Endpoint& from, const Endpoint& to, std::string_view payload) {
    const Packet read = decode(pcap::LinkType::raw, packet);
    CHECK(read.kind == Packet::Kind::whole);
    CHECK(read.transport == Transport::udp);
    CHECK(read.src == from);
    CHECK(read.dst == to);
    CHECK(as_text(read.payload) == payload);
}

}  // namespace

TEST_CASE("a datagram says what it was told, and its checksums are right") {
    for (const std::string payload : {"", "odd", "even"}) {
        const auto packet = udp_packet(kVip, kClient, as_bytes(payload));
        REQUIRE(packet);
        check_read(*packet, kVip, kClient, payload);
        CHECK(sum(Bytes(*packet).first(20)) == 0xffff);
        CHECK(udp_sum(*packet, 20) == 0xffff);

        const auto packet6 = udp_packet(kVip6, kClient6, as_bytes(payload));
        REQUIRE(packet6);
        check_read(*packet6, kVip6, kClient6, payload);
        CHECK(udp_sum(*packet6, 40) == 0xffff);
    }
}

TEST_CASE("byte for byte") {
    CHECK(*udp_packet(kVip, kClient, as_bytes("hi")) == Buffer{0x45, 0,    0,    30,   0, 0,   0,    0,    64,  17,
                                                               0xed, 0x3b, 198,  18,   0, 100, 198,  18,   1,   11,
                                                               0x13, 0xc4, 0x0f, 0xa0, 0, 10,  0xe6, 0x78, 'h', 'i'});
}

TEST_CASE("RFC 768: a checksum that comes out as 0 is sent as 0xffff") {
    // One word of payload can make any sum.
    for (std::uint32_t word = 0; word <= 0xffff; ++word) {
        const Buffer payload{static_cast<std::uint8_t>(word >> 8U), static_cast<std::uint8_t>(word)};
        const auto packet = udp_packet(kVip, kClient, payload);
        const bool none = (*packet)[26] == 0 && (*packet)[27] == 0;
        if (none || udp_sum(*packet, 20) != 0xffff) {
            FAIL("payload " << word);
        }
    }
}

TEST_CASE("two families, and what no packet can carry, make no packet") {
    CHECK_FALSE(udp_packet(kVip, kClient6, {}));
    CHECK_FALSE(udp_packet(kVip6, kClient, {}));
    CHECK(udp_packet(kVip, kClient, Buffer(65507)));
    CHECK_FALSE(udp_packet(kVip, kClient, Buffer(65508)));
}
