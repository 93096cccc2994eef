// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "bytes.hpp"
#include "kern/attributes.hpp"

using namespace sara;
using kern::AttributeReader;
using kern::AttributeWriter;
using test::from_hex;
using test::to_hex;

// The goldens are of little-endian machines, which are all that the project is built on.

TEST_CASE("attributes carry their length, type and padding") {
    AttributeWriter writer;
    writer.u8(1, 0xab);
    writer.u16(2, 0x1234);
    writer.u32(3, 0x12345678);
    writer.u64(4, 0x1122334455667788U);
    writer.text(5, "n1");
    writer.flag(6);
    writer.address(7, Address::v4({198, 18, 0, 100}));
    const std::size_t nest = writer.begin(8);
    writer.u16(1, 554);
    writer.end(nest);
    CHECK(to_hex(std::move(writer).take()) == "05 00 01 00 ab 00 00 00 "
                                              "06 00 02 00 34 12 00 00 "
                                              "08 00 03 00 78 56 34 12 "
                                              "0c 00 04 00 88 77 66 55 44 33 22 11 "
                                              "07 00 05 00 6e 31 00 00 "
                                              "04 00 06 00 "
                                              "08 00 07 00 c6 12 00 64 "
                                              "0c 00 08 80 06 00 01 00 2a 02 00 00");
}

TEST_CASE("the reader gives types without their flag bits, and payloads without padding") {
    const Buffer bytes = from_hex("0c 00 08 80 06 00 01 00 2a 02 00 00 07 00 05 00 6e 31 00");
    AttributeReader reader(bytes);
    REQUIRE(reader.next());
    CHECK(reader.type() == 8);
    AttributeReader nested(reader.payload());
    REQUIRE(nested.next());
    CHECK(nested.u16() == 554);
    CHECK_FALSE(nested.next());
    REQUIRE(reader.next());
    CHECK(reader.text(31) == "n1");
    CHECK_FALSE(reader.next());
    CHECK(reader.ok());
}

TEST_CASE("a torn attribute ends the walk and is not ok") {
    for (const char* torn : {"08 00 03", "03 00 01 00", "09 00 03 00 78 56 34 12", "00 00 00 00"}) {
        const Buffer bytes = from_hex(torn);
        AttributeReader reader(bytes);
        CHECK_FALSE(reader.next());
        CHECK_FALSE(reader.ok());
    }
}

TEST_CASE("a number of another size is a failure for good") {
    const Buffer bytes = from_hex("06 00 02 00 34 12 00 00 08 00 03 00 78 56 34 12");
    AttributeReader reader(bytes);
    REQUIRE(reader.next());
    CHECK(reader.u32() == 0);
    CHECK_FALSE(reader.ok());
    CHECK_FALSE(reader.next());
}

TEST_CASE("texts are bounded, with or without their NUL") {
    const Buffer bytes = from_hex("07 00 05 00 61 62 63 00 08 00 05 00 61 62 63 00");
    AttributeReader reader(bytes);
    REQUIRE(reader.next());
    CHECK(reader.text(3) == "abc");
    REQUIRE(reader.next());
    CHECK(reader.text(3) == "abc");
    CHECK(reader.text(2).empty());
    CHECK_FALSE(reader.ok());
}

TEST_CASE("times too long for the wire or the clock are cut, not wrapped") {
    AttributeWriter writer;
    writer.milliseconds(1, std::chrono::hours(24 * 365));  // a u32 holds 49 days
    writer.milliseconds(1, std::chrono::milliseconds(-1));
    CHECK(to_hex(std::move(writer).take()) == "08 00 01 00 ff ff ff ff 08 00 01 00 00 00 00 00");

    const Buffer bytes = from_hex("0c 00 01 00 ff ff ff ff ff ff ff ff");
    AttributeReader reader(bytes);
    REQUIRE(reader.next());
    CHECK(reader.milliseconds() > std::chrono::hours(24 * 365 * 50));
    CHECK(std::chrono::nanoseconds(reader.milliseconds()).count() > 0);
}
