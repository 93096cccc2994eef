// SPDX-License-Identifier: GPL-2.0
#include "core/proto/ip_packet.hpp"

#include <catch2/catch.hpp>

using namespace sara;
using namespace sara::proto;

namespace {

const Address kFrom = Address::v4({198, 18, 0, 2});
const Address kTo = Address::v4({198, 18, 0, 100});
const Address kTo6 = *Address::parse("fd00::100");

}  // namespace

TEST_CASE("RFC 1071 section 3: the sum of its example, and its complement") {
    const Buffer example{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK(word_sum(example) == 0x2ddf0);
    CHECK(internet_checksum(0x2ddf0) == 0x220d);
    CHECK(word_sum(Buffer{0x12}) == 0x1200);
}

TEST_CASE("a packet is its header and what it was given") {
    const auto packet = ip_packet(kFrom, kTo, IpProtocol::icmp, as_bytes("hi"));
    REQUIRE(packet);
    CHECK(packet->size() == 22);
    CHECK((*packet)[9] == 1);
    CHECK(as_text(Bytes(*packet).subspan(20)) == "hi");
    CHECK(internet_checksum(word_sum(Bytes(*packet).first(20))) == 0);

    const auto packet6 = ip_packet(kTo6, kTo6, IpProtocol::icmpv6, as_bytes("hi"));
    REQUIRE(packet6);
    CHECK(packet6->size() == 42);
    CHECK((*packet6)[6] == 58);
    CHECK(as_text(Bytes(*packet6).subspan(40)) == "hi");
}

TEST_CASE("two families, and what no packet can carry, make none") {
    CHECK_FALSE(ip_packet(kFrom, kTo6, IpProtocol::icmp, {}));
    CHECK(ip_packet(kFrom, kTo, IpProtocol::icmp, Buffer(65515)));
    CHECK_FALSE(ip_packet(kFrom, kTo, IpProtocol::icmp, Buffer(65516)));
}
