// SPDX-License-Identifier: GPL-2.0
#include "core/proto/text.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/proto/limits.hpp"

using namespace sara::proto;

TEST_CASE("trim takes blanks and line ends off both ends") {
    CHECK(trim(" \t a b \r\n") == "a b");
    CHECK(trim("").empty());
    CHECK(trim(" \r\n\t").empty());
}

TEST_CASE("comparison ignores ASCII case only") {
    CHECK(iequals("Call-ID", "CALL-id"));
    CHECK_FALSE(iequals("Call-ID", "Call-I"));
    CHECK_FALSE(iequals("[", "{"));  // 32 apart, as letters are
    CHECK(istarts_with("Multipart/mixed", "multipart/"));
    CHECK_FALSE(istarts_with("multi", "multipart/"));
}

TEST_CASE("a number is nothing but digits that fit") {
    CHECK(parse_number<std::uint16_t>("65535") == 65535);
    CHECK(parse_number<std::uint16_t>("0") == 0);
    CHECK(parse_number<std::uint32_t>("d6d6627", 16) == 0xd6d6627);
    for (const char* bad : {"", "65536", "-1", "+1", " 1", "1 ", "1a", "0x1", "99999999999999999999"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_number<std::uint16_t>(bad));
    }
}

TEST_CASE("leading_number reads the digits in front") {
    CHECK(leading_number("1800;refresher=uac") == 1800);
    CHECK(leading_number("  60 ") == 60);
    CHECK_FALSE(leading_number("x60"));
    CHECK_FALSE(leading_number(""));
    CHECK_FALSE(leading_number("4294967296"));
}

TEST_CASE("take_until leaves quoted strings and angle brackets whole") {
    std::string_view rest = R"("a,\",b" <sip:x,y>,second)";
    CHECK(take_until(rest, ',') == R"("a,\",b" <sip:x,y>)");
    CHECK(rest == "second");
    CHECK(take_until(rest, ',') == "second");
    CHECK(rest.empty());
    CHECK(take_until(rest, ',').empty());
}

TEST_CASE("take_until ends at the end of an unclosed quote or bracket") {
    for (const char* text : {"\"a,b", "<a,b", "\"a\\", "\""}) {
        CAPTURE(text);
        std::string_view rest = text;
        CHECK(take_until(rest, ',') == text);
        CHECK(rest.empty());
    }
}

TEST_CASE("take_word splits at blanks and folds") {
    std::string_view rest = "  4711\r\n\tINVITE ";
    CHECK(take_word(rest) == "4711");
    CHECK(take_word(rest) == "INVITE");
    CHECK(take_word(rest).empty());
}

TEST_CASE("take_line wants a line end and takes both kinds") {
    std::string_view rest = "a\r\nb\n\nc";
    CHECK(take_line(rest) == "a");
    CHECK(take_line(rest) == "b");
    CHECK(take_line(rest) == "");
    CHECK_FALSE(take_line(rest));
    CHECK(rest == "c");
}

TEST_CASE("parameter finds a value whatever the case, the blanks and the quotes") {
    const std::string_view all = R"(a=1; Timeout = "60" ;lr;mode="a;b=c";a=2)";
    CHECK(parameter(all, "timeout") == "60");
    CHECK(parameter(all, "a") == "1");
    CHECK(parameter(all, "lr") == "");
    CHECK(parameter(all, "mode") == "a;b=c");
    CHECK_FALSE(parameter(all, "b"));
    CHECK_FALSE(parameter("", "a"));
}

namespace {

std::vector<std::string> headers_of(std::string_view block, HeaderReader& reader) {
    std::vector<std::string> found;
    reader = HeaderReader(block);
    while (const auto header = reader.next()) {
        found.push_back(std::string(header->name) + "=" + std::string(header->value));
    }
    return found;
}

}  // namespace

TEST_CASE("headers end at the empty line") {
    HeaderReader reader("");
    CHECK(headers_of("A: 1\r\nB :2\nC:\r\n\r\nbody: x\r\n", reader) == std::vector<std::string>{"A=1", "B=2", "C="});
    CHECK(reader.complete());
    CHECK(reader.rest() == "body: x\r\n");
}

TEST_CASE("a folded header is one value that still holds its fold") {
    HeaderReader reader("");
    CHECK(headers_of("A: 1,\r\n 2\r\n\t3\r\nB: x\r\n\r\n", reader) ==
          std::vector<std::string>{"A=1,\r\n 2\r\n\t3", "B=x"});
}

TEST_CASE("lines that are no header are passed over and counted") {
    HeaderReader reader("");
    CHECK(headers_of("no colon\r\nA: 1\r\nbad name: 2\r\n: 3\r\n\r\n", reader) == std::vector<std::string>{"A=1"});
    CHECK(reader.malformed() == 3);
    CHECK(reader.complete());
}

TEST_CASE("an unterminated last header line is not taken") {
    HeaderReader reader("");
    CHECK(headers_of("A: 1\r\nCall-ID: half", reader) == std::vector<std::string>{"A=1"});
    CHECK_FALSE(reader.complete());
    CHECK(headers_of("A: 1\r\n half", reader).empty());
    CHECK_FALSE(reader.complete());
}

TEST_CASE("headers beyond the bound are not read") {
    std::string block;
    for (std::size_t i = 0; i < limits::kMaxHeaders; ++i) {
        block += "A: 1\r\n";
    }
    HeaderReader reader("");
    CHECK(headers_of(block + "\r\n", reader).size() == limits::kMaxHeaders);
    CHECK(reader.overflow());
    block.resize(block.size() - 6);
    CHECK(headers_of(block + "\r\n", reader).size() == limits::kMaxHeaders - 1);
    CHECK_FALSE(reader.overflow());
    CHECK(reader.complete());
}
