// SPDX-License-Identifier: GPL-2.0
#include "core/proto/start_line.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sara;
using namespace sara::proto;

TEST_CASE("a request line is method, URI, version") {
    const auto line = parse_start_line(App::sip, "INVITE sip:bob@198.18.0.100 SIP/2.0");
    REQUIRE(line);
    CHECK(line->is_request);
    CHECK(line->method == "INVITE");
    CHECK(line->uri == "sip:bob@198.18.0.100");
}

TEST_CASE("a status line is version, code, reason") {
    const auto line = parse_start_line(App::rtsp, "RTSP/2.0 454 Session Not Found");
    REQUIRE(line);
    CHECK_FALSE(line->is_request);
    CHECK(line->status == 454);
    CHECK(line->reason == "Session Not Found");
    CHECK(line->version_major == 2);
    CHECK(parse_start_line(App::sip, "SIP/2.0 200")->reason.empty());
}

TEST_CASE("an RTSP URI may hold blanks, as some clients send it") {
    const auto line = parse_start_line(App::rtsp, "SETUP rtsp://h/a b.mkv/track1 RTSP/1.0");
    REQUIRE(line);
    CHECK(line->uri == "rtsp://h/a b.mkv/track1");
}

TEST_CASE("what is no start line is refused") {
    for (const char* bad : {"",
                            " ",
                            "INVITE",
                            "INVITE SIP/2.0",
                            "INVITE sip:a SIP/3.0",
                            "INVITE sip:a SIP/2.1",
                            "INVITE sip:a SIP/",
                            "INVITE sip:a SIP/2.0x",
                            "SIP/2.0x 200 OK",
                            "INVITE sip:a",
                            "IN(VITE sip:a SIP/2.0",
                            "SIP/2.0",
                            "SIP/2.0 99 x",
                            "SIP/2.0 700 x",
                            "SIP/2.0 2000 x",
                            "SIP/2.0 abc",
                            "SIP/2.0/UDP 198.18.1.11",
                            "SIP/20 200 OK",
                            "OPTIONS * RTSP/1.0",
                            "RTSP/1.0 200 OK",
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA sip:a SIP/2.0"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_start_line(App::sip, bad));
    }
    CHECK_FALSE(parse_start_line(App::rtsp, "RTSP/3.0 200 OK"));
    CHECK_FALSE(parse_start_line(App::rtsp, "GET / HTTP/1.1"));
}

TEST_CASE("a start line is found behind the rest of something else") {
    CHECK(find_start_line(App::sip, "a=sendrecvINVITE sip:b@h SIP/2.0") == 10U);
    CHECK(find_start_line(App::sip, "INVITE sip:b@h SIP/2.0") == 0U);
    CHECK(find_start_line(App::sip, "zSIP/2.0 180 Ringing") == 1U);
    CHECK(find_start_line(App::sip, "ACK now INVITE sip:b@h SIP/2.0") == 8U);
    CHECK(find_start_line(App::rtsp, std::string("$\0\0\4ABPLAY rtsp://h/x RTSP/1.0", 30)) == 6U);
    CHECK(find_start_line(App::rtsp, "OPTIONS * RTSP/1.0") == 0U);
}

TEST_CASE("header lines and bodies are not mistaken for start lines") {
    for (const char* line :
         {"Via: SIP/2.0/UDP 198.18.1.11:5060;branch=z9hG4bK1", "CSeq: 1 INVITE", "User-Agent: x SIP/2.0",
          "m=audio 4000 RTP/AVP 0", "Contact: <sip:a@h> SIP/2.0", "FROB sip:a SIP/2.0", ""}) {
        CAPTURE(line);
        CHECK_FALSE(find_start_line(App::sip, line));
    }
}
