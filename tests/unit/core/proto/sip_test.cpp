// SPDX-License-Identifier: GPL-2.0
#include "core/proto/sip.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "core/proto/limits.hpp"
#include "keep.hpp"

using namespace sara;
using namespace sara::proto;

namespace {

Result<sip::Message> read(std::string text) {
    return sip::parse(keep(std::move(text)));
}

constexpr std::string_view kInvite = "INVITE sip:service@198.18.0.100:5060 SIP/2.0\r\n"
                                     "Via: SIP/2.0/UDP 198.18.1.11:5061;branch=z9hG4bK-1-0\r\n"
                                     "From: sipp <sip:sipp@198.18.1.11:5061>;tag=1\r\n"
                                     "To: service <sip:service@198.18.0.100:5060>\r\n"
                                     "Call-ID: 1-4711@198.18.1.11\r\n"
                                     "CSeq: 1 INVITE\r\n"
                                     "Contact: sip:sipp@198.18.1.11:5061\r\n"
                                     "Session-Expires: 1800;refresher=uac\r\n"
                                     "Content-Type: application/sdp\r\n"
                                     "Content-Length: 5\r\n"
                                     "\r\n"
                                     "v=0\r\n";

/// A minimal valid request with `extra` among its headers.
std::string request_with(const std::string& extra) {
    return "OPTIONS sip:a@h SIP/2.0\r\nCall-ID: x\r\nCSeq: 7 OPTIONS\r\n" + extra + "\r\n";
}

std::string lf_only(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c != '\r') {
            result += c;
        }
    }
    return result;
}

void check_invite(const sip::Message& message) {
    CHECK(message.is_request);
    CHECK(message.method == "INVITE");
    CHECK(message.uri == "sip:service@198.18.0.100:5060");
    CHECK(message.status == 0);
    CHECK(message.call_id == "1-4711@198.18.1.11");
    CHECK(message.cseq == 1);
    CHECK(message.cseq_method == "INVITE");
    CHECK(sip::tag(message.from) == "1");
    CHECK(sip::tag(message.to).empty());
    CHECK(message.content_type == "application/sdp");
    CHECK(message.session_expires == 1800U);
    CHECK(message.complete);
}

}  // namespace

TEST_CASE("an INVITE is read") {
    const auto message = sip::parse(kInvite);
    REQUIRE(message);
    check_invite(*message);
    CHECK(message->content_length == 5U);
    CHECK(message->body == "v=0\r\n");
    CHECK(message->via == "SIP/2.0/UDP 198.18.1.11:5061;branch=z9hG4bK-1-0");
    CHECK(message->contact == "sip:sipp@198.18.1.11:5061");
}

TEST_CASE("lines may end in LF alone") {
    std::string text = lf_only(kInvite);
    text.replace(text.find("Length: 5"), 9, "Length: 4");
    const auto message = read(text);
    REQUIRE(message);
    check_invite(*message);
    CHECK(message->body == "v=0\n");
}

TEST_CASE("compact header names are the long ones, in any case") {
    const auto message = read("INVITE sip:service@198.18.0.100:5060 SIP/2.0\r\n"
                              "v: SIP/2.0/UDP 198.18.1.11:5061;branch=z9hG4bK-1-0\r\n"
                              "F: sipp <sip:sipp@198.18.1.11:5061>;tag=1\r\n"
                              "t: service <sip:service@198.18.0.100:5060>\r\n"
                              "I: 1-4711@198.18.1.11\r\n"
                              "cseq: 1 INVITE\r\n"
                              "m: sip:sipp@198.18.1.11:5061\r\n"
                              "x: 1800;refresher=uac\r\n"
                              "c: application/sdp\r\n"
                              "l: 5\r\n"
                              "k: timer\r\n"
                              "\r\n"
                              "v=0\r\n");
    REQUIRE(message);
    check_invite(*message);
    CHECK(message->body == "v=0\r\n");
    CHECK(sip::header(*message, "Supported") == "timer");
    CHECK(sip::header(*message, "Event").empty());
}

TEST_CASE("folded headers are read") {
    const auto message = read("INVITE sip:service@198.18.0.100:5060 SIP/2.0\r\n"
                              "From:\r\n sipp\r\n\t<sip:sipp@198.18.1.11:5061>\r\n ;tag=1\r\n"
                              "To: service <sip:service@198.18.0.100:5060>\r\n"
                              "Call-ID:\r\n 1-4711@198.18.1.11\r\n"
                              "CSeq: 1\r\n INVITE\r\n"
                              "Session-Expires: 1800\r\n ;refresher=uac\r\n"
                              "Content-Type:\r\n application/sdp\r\n"
                              "Content-Length:\r\n 0\r\n"
                              "\r\n");
    REQUIRE(message);
    check_invite(*message);
}

TEST_CASE("a reply is read") {
    const auto message = read("SIP/2.0 183 Session Progress\r\nCall-ID: x\r\nCSeq: 2 INVITE\r\n"
                              "From: <sip:a@h>;tag=1\r\nTo: \"Bob; tag=no\" <sip:b@h;tag=no>;foo=bar;TAG=yes\r\n\r\n");
    REQUIRE(message);
    CHECK_FALSE(message->is_request);
    CHECK(message->method.empty());
    CHECK(message->status == 183);
    CHECK(message->reason == "Session Progress");
    CHECK(message->cseq_method == "INVITE");
    CHECK(sip::tag(message->to) == "yes");
}

TEST_CASE("empty lines in front of a message are keep-alives") {
    CHECK(read("\r\n\r\n" + std::string(kInvite)));
    CHECK_FALSE(read("\r\n\r\n"));
}

TEST_CASE("a datagram without Content-Length has its body to the end") {
    const auto message = read(request_with("") + "all of it");
    REQUIRE(message);
    CHECK(message->body == "all of it");
    CHECK(message->complete);
}

TEST_CASE("bytes after Content-Length are no part of the body") {
    const auto message = read(request_with("Content-Length: 3\r\n") + "abcdef");
    REQUIRE(message);
    CHECK(message->body == "abc");
    CHECK(message->complete);
}

TEST_CASE("a body shorter than Content-Length is given, but not as complete") {
    const auto message = read(request_with("Content-Length: 30\r\n") + "abc");
    REQUIRE(message);
    CHECK(message->body == "abc");
    CHECK_FALSE(message->complete);
}

TEST_CASE("a Content-Length that is no number counts as not said") {
    for (const char* length : {"-1", "abc", "", "99999999999", "3x"}) {
        CAPTURE(length);
        const auto message = read(request_with("Content-Length: " + std::string(length) + "\r\n") + "body");
        REQUIRE(message);
        CHECK_FALSE(message->content_length);
        CHECK(message->body == "body");
    }
}

TEST_CASE("of repeated headers the first counts") {
    const auto message = read(request_with("Call-ID: y\r\nCSeq: 8 OPTIONS\r\nContent-Length: 1\r\nl: 2\r\n") + "ab");
    REQUIRE(message);
    CHECK(message->call_id == "x");
    CHECK(message->cseq == 7);
    CHECK(message->body == "a");
    // Also when the first says nothing: whoever takes the first must find the same.
    CHECK_FALSE(read("OPTIONS sip:a@h SIP/2.0\r\nCall-ID:\r\nCall-ID: x\r\nCSeq: 7 OPTIONS\r\n\r\n"));
    CHECK_FALSE(read(request_with("Content-Length: x\r\nContent-Length: 1\r\n") + "ab")->content_length);
}

TEST_CASE("a message torn anywhere gives only what is right, or an error") {
    const auto whole = sip::parse(kInvite);
    REQUIRE(whole);
    for (std::size_t size = 0; size < kInvite.size(); ++size) {
        CAPTURE(size);
        const auto torn = sip::parse(kInvite.substr(0, size));
        if (!torn) {
            continue;
        }
        CHECK_FALSE(torn->complete);
        CHECK(torn->call_id == whole->call_id);
        CHECK(torn->cseq == whole->cseq);
        CHECK((torn->contact.empty() || torn->contact == whole->contact));
        CHECK((torn->content_type.empty() || torn->content_type == whole->content_type));
        CHECK((!torn->session_expires || torn->session_expires == whole->session_expires));
        CHECK(whole->body.starts_with(torn->body));
    }
}

TEST_CASE("what is no usable SIP message is refused with the reason") {
    const std::string line = "OPTIONS sip:a@h SIP/2.0\r\n";
    CHECK(read("").error().what == "no SIP/2.0 start line");
    CHECK(read("OPTIONS sip:a@h SIP/2.0").error().what == "no SIP/2.0 start line");
    CHECK(read(std::string("\0\1\0\0!\x12\xa4", 7)).error().what == "no SIP/2.0 start line");
    CHECK(read("GET / HTTP/1.1\r\nCall-ID: x\r\n\r\n").error().what == "no SIP/2.0 start line");
    CHECK(read(line + "CSeq: 1 OPTIONS\r\n\r\n").error().what == "SIP message without Call-ID");
    CHECK(read(line + "Call-ID:\r\nCSeq: 1 OPTIONS\r\n\r\n").error().what == "SIP message without Call-ID");
    CHECK(read(line + "Call-ID: x\r\n\r\n").error().what == "SIP message without CSeq");
    CHECK(read(line + "Call-ID: x\r\nCSeq: 1 BYE\r\n\r\n").error().what == "the method of CSeq is not the request's");
    for (const char* cseq : {"", "OPTIONS", "1", "-1 OPTIONS", "4294967296 OPTIONS", "1 OPTIONS x", "1 OPT(IONS"}) {
        CAPTURE(cseq);
        CHECK(read(line + "Call-ID: x\r\nCSeq: " + cseq + "\r\n\r\n").error().what == "malformed CSeq");
    }
}

TEST_CASE("a message beyond the bounds is refused") {
    std::string many;
    for (std::size_t i = 0; i < limits::kMaxHeaders; ++i) {
        many += "A: 1\r\n";
    }
    CHECK(read(request_with(many)).error().what == "more than 256 SIP headers");
    const std::string start = request_with("");
    CHECK(read(start + std::string(limits::kMaxMessage - start.size(), 'x')));
    CHECK(read(start + std::string(limits::kMaxMessage - start.size() + 1, 'x')).error().what ==
          "SIP message larger than 65536 bytes");
}

TEST_CASE("the URI of an address is told from its parameters") {
    CHECK(sip::address_uri("Bob <sip:bob@h;lr>;tag=1") == "sip:bob@h;lr");
    CHECK(sip::address_uri("\"B, <x>\" <sip:bob@h>, <sip:eve@h>") == "sip:bob@h");
    CHECK(sip::address_uri("sip:bob@h;tag=1") == "sip:bob@h");
    CHECK(sip::address_uri("*") == "*");
    CHECK(sip::address_uri("<sip:bob@h").empty());
    CHECK(sip::tag("sip:bob@h;tag=1") == "1");
    CHECK(sip::tag("<sip:bob@h>").empty());
    CHECK(sip::tag("").empty());
}

TEST_CASE("host and port of a URI") {
    const auto host = [](std::string_view uri) { return sip::uri_host(uri); };
    CHECK(host("sip:bob@198.18.1.11:5070;transport=tcp")->port == 5070);
    CHECK(host("sip:bob@198.18.1.11:5070;transport=tcp")->address == Address::parse("198.18.1.11"));
    CHECK(host("sip:198.18.1.11")->port == 0);
    CHECK(host("sips:bob;day=1?x@[fd00:1::11]:5061?h=1")->address == Address::parse("fd00:1::11"));
    CHECK(host("sips:bob;day=1?x@[fd00:1::11]:5061?h=1")->port == 5061);
    CHECK(host("msrp://198.18.1.11:2855/s3ss;tcp")->port == 2855);
    CHECK(host("rtsp://user:pw@198.18.0.100:8554/a@b:1")->host == "198.18.0.100");
    CHECK(host("sip:bob@example.com")->host == "example.com");
    CHECK_FALSE(host("sip:bob@example.com")->address);
    for (const char* bad :
         {"", "bob", "tel:+1234", "sip:", "sip:@", "sip:h:x", "sip:h:65536", "sip:[fd00::1", "sip:[::1]x"}) {
        CAPTURE(bad);
        CHECK_FALSE(host(bad));
    }
}

TEST_CASE("Via is read with received and rport") {
    const auto via =
        sip::parse_via("SIP/2.0/UDP 198.18.1.11:5061;branch=z9;received=198.18.1.12;rport=1026, SIP/2.0/TCP x");
    REQUIRE(via);
    CHECK(via->transport == "UDP");
    CHECK(via->sent_by.address == Address::parse("198.18.1.11"));
    CHECK(via->sent_by.port == 5061);
    CHECK(via->branch == "z9");
    CHECK(via->received == Address::parse("198.18.1.12"));
    CHECK(via->rport == 1026);
    // RFC 3261 section 20.42's own example of blanks.
    const auto blanks =
        sip::parse_via("SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n ;rport;branch=z9hG4bKa7c6a8dlze.1");
    REQUIRE(blanks);
    CHECK(blanks->sent_by.host == "first.example.com");
    CHECK(blanks->sent_by.port == 4000);
    CHECK(blanks->rport == 0);
    CHECK(blanks->branch == "z9hG4bKa7c6a8dlze.1");
    for (const char* bad : {"", "SIP/2.0", "SIP/2.0/UDP", "SIP/3.0/UDP h", "HTTP/2.0/UDP h", "SIP/2.0/UDP h:x"}) {
        CAPTURE(bad);
        CHECK_FALSE(sip::parse_via(bad));
    }
}
