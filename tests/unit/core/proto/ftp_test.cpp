// SPDX-License-Identifier: GPL-2.0
#include "core/proto/ftp.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/proto/limits.hpp"

using namespace sara;
using namespace sara::proto;

namespace {

Endpoint endpoint(std::string_view address, Port port) {
    return {Address::parse(address).value(), port};
}

}  // namespace

TEST_CASE("a command is a verb and what follows it") {
    const auto message = ftp::parse("retr a file.txt \r\n");
    REQUIRE(message);
    CHECK(message->is_command);
    CHECK(message->verb == "retr");
    CHECK(message->argument == "a file.txt");
    CHECK(message->status == 0);
    CHECK(ftp::parse("QUIT\n")->verb == "QUIT");
    CHECK(ftp::parse("QUIT")->argument.empty());
    CHECK(ftp::parse("PASV \r\n")->argument.empty());
}

TEST_CASE("what telnet says before a command is none of it") {
    CHECK(ftp::parse("\xff\xf4\xff\xf2"
                     "ABOR\r\n")
              ->verb == "ABOR");
}

TEST_CASE("a reply is a code and its text, of all its lines") {
    const auto one = ftp::parse("226 Transfer complete.\r\n");
    REQUIRE(one);
    CHECK_FALSE(one->is_command);
    CHECK(one->status == 226);
    CHECK(one->text == "Transfer complete.");
    CHECK(ftp::parse("200\r\n")->status == 200);
    const auto several = ftp::parse("211-Features:\r\n EPSV\r\n211 End\r\n");
    REQUIRE(several);
    CHECK(several->status == 211);
    CHECK(several->text == "Features:\r\n EPSV\r\n211 End");
}

TEST_CASE("what is neither is refused") {
    for (const std::string text : {"", "\r\n", "12 x", "099 x", "600 x", "2267", "226x", "-226", "PORT1,2", "\xff\xf4",
                                   "\x16\x03\x01", "1234567", "*"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp::parse(text));
    }
    CHECK(ftp::parse(std::string(limits::kMaxMethod, 'A')));
    CHECK_FALSE(ftp::parse(std::string(limits::kMaxMethod + 1, 'A')));
    const std::string longest = "STOR " + std::string(limits::kMaxHead - 5, 'a');
    CHECK(ftp::parse(longest));
    CHECK_FALSE(ftp::parse(longest + "a"));
}

TEST_CASE("a reply of several lines goes from its code and a dash to its code and a blank") {
    CHECK(ftp::opens_reply("123-first") == 123);
    CHECK(ftp::opens_reply("123-") == 123);
    CHECK_FALSE(ftp::opens_reply("123 only"));
    CHECK_FALSE(ftp::opens_reply("123"));
    CHECK_FALSE(ftp::opens_reply("12-"));
    CHECK_FALSE(ftp::opens_reply("LIST-"));
    CHECK(ftp::ends_reply("123 last", 123));
    CHECK(ftp::ends_reply("123", 123));
    CHECK_FALSE(ftp::ends_reply("123-more", 123));
    CHECK_FALSE(ftp::ends_reply("124 other", 123));
    CHECK_FALSE(ftp::ends_reply(" 123 inside", 123));
    CHECK_FALSE(ftp::ends_reply("1234", 123));
}

TEST_CASE("PORT names an address and a port in six numbers") {
    CHECK(ftp::parse_port("132,235,1,2,24,131") == endpoint("132.235.1.2", 6275));
    CHECK(ftp::parse_port("198,18,1,11,0,1") == endpoint("198.18.1.11", 1));
    CHECK(ftp::parse_port("198, 18, 1, 11, 255, 255") == endpoint("198.18.1.11", 65535));
    for (const std::string text :
         {"", "1", "1,2,3,4,5", "1,2,3,4,5,6,", "1,2,3,4,5,6,7", "1,2,3,4,0,0", "256,2,3,4,5,6", "1,2,3,4,5,256",
          "1,2,3,4,5,-6", "1,2,,4,5,6", "a,2,3,4,5,6", "1.2.3.4.5.6"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp::parse_port(text));
    }
}

TEST_CASE("EPRT names a family, an address and a port") {
    CHECK(ftp::parse_extended_port("|1|132.235.1.2|6275|") == endpoint("132.235.1.2", 6275));
    CHECK(ftp::parse_extended_port("|2|1080::8:800:200C:417A|5282|") == endpoint("1080::8:800:200c:417a", 5282));
    CHECK(ftp::parse_extended_port("!1!198.18.1.11!65535!") == endpoint("198.18.1.11", 65535));
    for (const std::string text : {"", "|", "|1|198.18.1.11|21", "|1|198.18.1.11|0|", "|1|198.18.1.11|65536|",
                                   "|2|198.18.1.11|21|", "|1|fd00::11|21|", "|3|198.18.1.11|21|", "|1|host|21|",
                                   "|1|198.18.1.11|21|x", "|||21|", "|1|198.18.1.11!21|"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp::parse_extended_port(text));
    }
}

TEST_CASE("227 says where the server waits, in whatever words") {
    const Endpoint vip = endpoint("198.18.0.100", 50000);
    CHECK(ftp::parse_passive("Entering Passive Mode (198,18,0,100,195,80)") == vip);
    CHECK(ftp::parse_passive("Entering Passive Mode (198,18,0,100,195,80).") == vip);
    CHECK(ftp::parse_passive("Entering Passive Mode. 198,18,0,100,195,80") == vip);
    CHECK(ftp::parse_passive("=198,18,0,100,195,80") == vip);
    CHECK(ftp::parse_passive("4 words on mode 2 (198,18,0,100,195,80)") == vip);
    for (const std::string text : {"", "Entering Passive Mode", "Entering Passive Mode (198,18,0,100,195)",
                                   "Entering Passive Mode (198,18,0,100,195,80,1)", "(198,18,0,100,0,0)", "()"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp::parse_passive(text));
    }
}

TEST_CASE("229 says at which port") {
    CHECK(ftp::parse_extended_passive("Entering Extended Passive Mode (|||6446|)") == 6446);
    CHECK(ftp::parse_extended_passive("(!!!1!)") == 1);
    CHECK(ftp::parse_extended_passive("(|||65535|).") == 65535);
    for (const std::string text :
         {"", "Entering Extended Passive Mode", "(|||0|)", "(|||65536|)", "(||6446|)", "(|||6446)", "(|||6446|",
          "|||6446|", "(|1|198.18.0.100|6446|)", "(11164461)", "(||||)"}) {
        CAPTURE(text);
        CHECK_FALSE(ftp::parse_extended_passive(text));
    }
}
