// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/wire/codec.hpp"

using namespace sara;
using wire::Reader;
using wire::Writer;

TEST_CASE("numbers are big-endian") {
    Writer writer;
    writer.u8(0x01);
    writer.u16(0x0203);
    writer.u32(0x04050607);
    writer.u64(0x08090a0b0c0d0e0fU);
    writer.text("ab");
    const Buffer out = std::move(writer).take();
    CHECK(out == Buffer{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 2, 'a', 'b'});

    Reader reader(out);
    CHECK(reader.u8() == 0x01);
    CHECK(reader.u16() == 0x0203);
    CHECK(reader.u32() == 0x04050607);
    CHECK(reader.u64() == 0x08090a0b0c0d0e0fU);
    CHECK_FALSE(reader.done());
    CHECK(reader.text() == "ab");
    CHECK(reader.done());
}

TEST_CASE("a read past the end fails for good") {
    const Buffer input{0xff, 0xff, 0xff};
    Reader reader(input);
    CHECK(reader.u32() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.remaining() == 0);
    CHECK_FALSE(reader.done());
}

TEST_CASE("a block longer than the rest or than allowed fails") {
    const Buffer input{0, 3, 'a', 'b', 'c'};
    CHECK(Reader(input).text(3) == "abc");
    Reader limited(input);
    CHECK(limited.text(2).empty());
    CHECK_FALSE(limited.ok());
    Reader cut(Bytes(input).first(4));
    CHECK(cut.block().empty());
    CHECK_FALSE(cut.ok());
}

TEST_CASE("a writer never passes its bound") {
    Writer writer(3);
    writer.u16(1);
    CHECK(writer.room() == 1);
    writer.u16(2);
    CHECK_FALSE(writer.ok());
    CHECK(writer.size() == 2);
    writer.u8(3);
    CHECK(writer.size() == 2);

    Writer large(1U << 20U);
    large.block(Buffer(65536));
    CHECK_FALSE(large.ok());
}
