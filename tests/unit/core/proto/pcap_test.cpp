// SPDX-License-Identifier: GPL-2.0
#include "core/proto/pcap.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>

using namespace sara;
using namespace sara::proto;
using namespace std::chrono_literals;
using pcap::LinkType;
using pcap::Reader;

namespace {

/// Writes numbers in the byte order of the capture.
class Writer {
public:
    explicit Writer(bool big_endian) : big_endian_(big_endian) {}

    Writer& u8(std::uint8_t value) {
        out_.push_back(value);
        return *this;
    }
    Writer& u16(std::uint16_t value) { return number(value, 2); }
    Writer& u32(std::uint32_t value) { return number(value, 4); }
    Writer& bytes(std::string_view text) {
        out_.insert(out_.end(), text.begin(), text.end());
        return *this;
    }
    /// A pcapng block around `body`, padded to four bytes.
    Writer& block(std::uint32_t type, Buffer body) {
        body.resize((body.size() + 3) / 4 * 4);
        const auto length = static_cast<std::uint32_t>(body.size() + 12);
        u32(type).u32(length);
        out_.insert(out_.end(), body.begin(), body.end());
        return u32(length);
    }

    [[nodiscard]] const Buffer& out() const { return out_; }

private:
    Writer& number(std::uint32_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            const unsigned shift = 8 * (big_endian_ ? size - 1 - i : i);
            out_.push_back(static_cast<std::uint8_t>(value >> shift));
        }
        return *this;
    }

    bool big_endian_;
    Buffer out_;
};

Writer classic(bool big_endian, std::uint32_t magic, std::uint32_t link = 1) {
    Writer file(big_endian);
    file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262144).u32(link);
    return file;
}

Writer& record(Writer& file, std::uint32_t seconds, std::uint32_t fraction, std::string_view data,
               std::uint32_t wire_size) {
    return file.u32(seconds).u32(fraction).u32(static_cast<std::uint32_t>(data.size())).u32(wire_size).bytes(data);
}

Buffer section(bool big_endian) {
    return Writer(big_endian).u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff).out();
}

Buffer interface(bool big_endian, std::uint16_t link, std::optional<std::uint8_t> resolution = std::nullopt) {
    Writer body(big_endian);
    body.u16(link).u16(0).u32(0);
    body.u16(2).u16(3).bytes("lo").u8(0).u8(0);  // if_name, padded
    if (resolution) {
        body.u16(9).u16(1).u8(*resolution).u8(0).u16(0);
    }
    body.u16(0).u16(0);
    return body.out();
}

Buffer packet(bool big_endian, std::uint32_t index, std::uint64_t time, std::string_view data) {
    const auto size = static_cast<std::uint32_t>(data.size());
    return Writer(big_endian)
        .u32(index)
        .u32(static_cast<std::uint32_t>(time >> 32U))
        .u32(static_cast<std::uint32_t>(time))
        .u32(size)
        .u32(size + 1)
        .bytes(data)
        .out();
}

std::string reason(const Reader& reader) {
    return reader.error() ? reader.error()->text() : "";
}

}  // namespace

TEST_CASE("a pcap file is read in both byte orders and both time resolutions") {
    for (const bool big_endian : {false, true}) {
        for (const bool nano : {false, true}) {
            CAPTURE(big_endian, nano);
            Writer file = classic(big_endian, nano ? 0xa1b23c4d : 0xa1b2c3d4, 113);
            record(file, 100, 7, "abc", 3);
            record(file, 101, 8, "", 60);
            auto reader = Reader::open(file.out());
            REQUIRE(reader);
            const auto first = reader->next();
            REQUIRE(first);
            CHECK(first->time == Time(100s) + (nano ? Duration(7ns) : Duration(7us)));
            CHECK(first->link == LinkType::linux_sll);
            CHECK(as_text(first->data) == "abc");
            CHECK(first->wire_size == 3);
            const auto second = reader->next();
            REQUIRE(second);
            CHECK(second->data.empty());
            CHECK(second->wire_size == 60);
            CHECK_FALSE(reader->next());
            CHECK_FALSE(reader->error());
        }
    }
}

TEST_CASE("the length of a frame check sequence is no part of the link type") {
    Writer file = classic(false, 0xa1b2c3d4, 0x14000001);
    record(file, 0, 0, "x", 1);
    auto reader = Reader::open(file.out());
    REQUIRE(reader);
    CHECK(reader->next()->link == LinkType::ethernet);
}

TEST_CASE("a pcap file that is cut gives its whole records and the reason") {
    Writer file = classic(false, 0xa1b2c3d4);
    record(file, 1, 0, "abc", 3);
    record(file, 2, 0, "def", 3);
    for (std::size_t size = 24 + 19 + 1; size < file.out().size(); ++size) {
        CAPTURE(size);
        auto reader = Reader::open(Bytes(file.out()).first(size));
        REQUIRE(reader);
        CHECK(reader->next());
        CHECK_FALSE(reader->next());
        CHECK(reason(*reader) ==
              (size < 24 + 19 + 16 ? "byte 43: the last record's header is cut" : "byte 43: the last record is cut"));
        CHECK_FALSE(reader->next());
    }
}

TEST_CASE("a record that claims too much ends the reading") {
    Writer file = classic(false, 0xa1b2c3d4);
    file.u32(0).u32(0).u32(0xfffffff0).u32(0xfffffff0).bytes(std::string(100, 'x'));
    auto reader = Reader::open(file.out());
    REQUIRE(reader);
    CHECK_FALSE(reader->next());
    CHECK(reason(*reader) == "byte 24: a record of 4294967280 bytes");
}

TEST_CASE("what is no capture is refused") {
    CHECK(Reader::open({}).error().what == "too short for a capture file");
    CHECK(Reader::open(as_bytes("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")).error().what ==
          "neither a pcap nor a pcapng file");
    Buffer bad = Writer(false).block(0x0a0d0d0a, Buffer(20, 0)).out();
    CHECK(Reader::open(bad).error().what == "no byte-order magic in the pcapng section header");
}

TEST_CASE("a pcapng file is read in both byte orders") {
    for (const bool big_endian : {false, true}) {
        CAPTURE(big_endian);
        Writer file(big_endian);
        file.block(0x0a0d0d0a, section(big_endian))
            .block(1, interface(big_endian, 1))
            .block(5, Buffer(12, 0))  // statistics
            .block(1, interface(big_endian, 276, 9))
            .block(6, packet(big_endian, 0, 100'000'007, "abcde"))
            .block(6, packet(big_endian, 1, 100'000'000'007, "f"))
            .block(3, Writer(big_endian).u32(3).bytes("ghi").out());
        auto reader = Reader::open(file.out());
        REQUIRE(reader);
        const auto first = reader->next();
        REQUIRE(first);
        CHECK(first->time == Time(100s + 7us));
        CHECK(first->link == LinkType::ethernet);
        CHECK(as_text(first->data) == "abcde");
        CHECK(first->wire_size == 6);
        const auto second = reader->next();
        REQUIRE(second);
        CHECK(second->time == Time(100s + 7ns));
        CHECK(second->link == LinkType::linux_sll2);
        const auto third = reader->next();
        REQUIRE(third);
        CHECK(as_text(third->data) == "ghi");
        CHECK(third->link == LinkType::ethernet);
        CHECK_FALSE(reader->next());
        CHECK(reason(*reader).empty());
    }
}

TEST_CASE("pcapng times may count in powers of ten or of two") {
    const auto time_of = [](std::uint8_t resolution, std::uint64_t units) {
        Writer file(false);
        file.block(0x0a0d0d0a, section(false))
            .block(1, interface(false, 1, resolution))
            .block(6, packet(false, 0, units, "x"));
        auto reader = Reader::open(file.out());
        REQUIRE(reader);
        const auto record = reader->next();
        REQUIRE(record);
        return record->time;
    };
    CHECK(time_of(0, 5) == Time(5s));
    CHECK(time_of(3, 5001) == Time(5s + 1ms));
    CHECK(time_of(12, 5'000'000'001'000) == Time(5s + 1ns));
    CHECK(time_of(0x80 | 1, 11) == Time(5s + 500ms));
    CHECK(time_of(0x80 | 32, (std::uint64_t{5} << 32U) + (1U << 31U)) == Time(5s + 500ms));
    CHECK(time_of(0x80 | 60, (std::uint64_t{5} << 60U) + (std::uint64_t{1} << 58U)) == Time(5s + 250ms));
    CHECK(time_of(0, ~std::uint64_t{0}) == Time(9'000'000'000s));
}

TEST_CASE("a new pcapng section may have another byte order and has its own interfaces") {
    Writer file(false);
    file.block(0x0a0d0d0a, section(false)).block(1, interface(false, 1)).block(6, packet(false, 0, 1, "a"));
    Writer other(true);
    other.block(0x0a0d0d0a, section(true)).block(1, interface(true, 101)).block(6, packet(true, 0, 2, "b"));
    Buffer both = file.out();
    both.insert(both.end(), other.out().begin(), other.out().end());
    auto reader = Reader::open(both);
    REQUIRE(reader);
    CHECK(reader->next()->link == LinkType::ethernet);
    CHECK(reader->next()->link == LinkType::raw);
    CHECK_FALSE(reader->next());
    CHECK(reason(*reader).empty());
}

TEST_CASE("a pcapng file that contradicts itself ends the reading with the reason") {
    const auto reading = [](const Writer& blocks) {
        Buffer file = Writer(false).block(0x0a0d0d0a, section(false)).block(1, interface(false, 1)).out();
        file.insert(file.end(), blocks.out().begin(), blocks.out().end());
        auto reader = Reader::open(file);
        REQUIRE(reader);
        CHECK_FALSE(reader->next());
        const std::string text = reason(*reader);
        return text.substr(text.find(':') + 2);
    };
    CHECK(reading(Writer(false).block(6, packet(false, 1, 0, "x"))) ==
          "a packet of interface 1, which was not described");
    CHECK(reading(Writer(false).block(6, Buffer(8, 0))) == "a packet block that is too short");
    CHECK(reading(Writer(false).block(6, Writer(false).u32(0).u32(0).u32(0).u32(9).u32(9).bytes("x").out())) ==
          "a packet of 9 bytes");
    CHECK(reading(Writer(false).block(1, interface(false, 1, 20))) == "a time resolution that cannot be");
    CHECK(reading(Writer(false).block(1, Buffer(4, 0))) == "an interface description that is too short");
    CHECK(reading(Writer(false).u32(6).u32(0).u32(0)) == "a block of 0 bytes");
    CHECK(reading(Writer(false).u32(6).u32(13).u32(0).u32(0)) == "a block of 13 bytes");
    CHECK(reading(Writer(false).u32(6).u32(4000).u32(0)) == "the last block is cut");
    CHECK(reading(Writer(false).u32(6)) == "the last block's header is cut");
    Writer many(false);
    for (std::size_t i = 0; i < limits::kMaxInterfaces; ++i) {
        many.block(1, interface(false, 1));
    }
    CHECK(reading(many) == "more than 256 interfaces");
}
