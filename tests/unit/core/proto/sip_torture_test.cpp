// SPDX-License-Identifier: GPL-2.0
// Messages that are legal but strange, and strange ones that are not, in the spirit of RFC 4475.
#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "core/proto/multipart.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/sip.hpp"
#include "keep.hpp"

using namespace sara;
using namespace sara::proto;

namespace {

Result<sip::Message> read(std::string text) {
    return sip::parse(keep(std::move(text)));
}

std::string why_not(std::string text) {
    const Result<sip::Message> message = read(std::move(text));
    return message ? "it is read" : message.error().what;
}

}  // namespace

TEST_CASE("a short tortuous INVITE: folds, blanks, odd cases, unknown headers, escapes") {
    const auto message =
        read("INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
             "TO :\r\n"
             " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
             "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n"
             "  ;\r\n"
             "  tag = 98asjd8\r\n"
             "MaX-fOrWaRdS: 0068\r\n"
             "Call-ID:\twsinv.ndaksdj@192.0.2.1%20\"x\"\r\n"
             "Content-Length   : 4\r\n"
             "cseq: 0009\r\n"
             "  INVITE\r\n"
             "Via  : SIP  /   2.0\r\n"
             " /UDP\r\n"
             "    192.0.2.2;branch=390skdjuw\r\n"
             "s :\r\n"
             "NewFangledHeader:   newfangled value\r\n"
             " continued newfangled value\r\n"
             "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
             "this line is no header\r\n"
             "Content-Type: application/sdp\r\n"
             "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam = newvalue ; q = 0.33\r\n"
             "\r\n"
             "body and more");
    REQUIRE(message);
    CHECK(message->uri == "sip:vivekg@chair-dnrc.example.com;unknownparam");
    CHECK(message->call_id == "wsinv.ndaksdj@192.0.2.1%20\"x\"");
    CHECK(message->cseq == 9);
    CHECK(message->cseq_method == "INVITE");
    CHECK(sip::tag(message->to) == "1918181833n");
    CHECK(sip::tag(message->from) == "98asjd8");
    CHECK(sip::address_uri(message->from) == "sip:jdrosen@example.com");
    CHECK(sip::address_uri(message->contact) == "sip:jdrosen@example.com");
    CHECK(message->content_length == 4U);
    CHECK(message->body == "body");
    const auto via = sip::parse_via(message->via);
    REQUIRE(via);
    CHECK(via->sent_by.address == Address::parse("192.0.2.2"));
    CHECK(via->branch == "390skdjuw");
}

TEST_CASE("a name that holds a tag, a comma or a bracket is not taken for one") {
    const auto message =
        read("BYE sip:a@h SIP/2.0\r\nCall-ID: x\r\nCSeq: 2 BYE\r\n"
             "From: \"Doe, John; tag=fake <sip:no@h>\" <sip:j@h;tag=uri>;x=\"a;tag=quoted\";tag=real\r\n"
             "To: <sip:b@h?Subject=a,b;tag=header>;tag=right\r\n\r\n");
    REQUIRE(message);
    CHECK(sip::tag(message->from) == "real");
    CHECK(sip::tag(message->to) == "right");
}

TEST_CASE("request URIs of other schemes are read") {
    for (const char* uri : {"tel:+1-201-555-0123;phone-context=example.com", "sips:bob@h", "urn:service:sos",
                            "sip:sip%3Auser%40example.com@company.com;other-param=summit", "nobodyKnowsThisScheme:x"}) {
        CAPTURE(uri);
        const auto message = read("INVITE " + std::string(uri) + " SIP/2.0\r\ni: x\r\nCSeq: 1 INVITE\r\n\r\n");
        REQUIRE(message);
        CHECK(message->uri == uri);
    }
}

TEST_CASE("the version is read in any case") {
    CHECK(read("OPTIONS sip:h sip/2.0\r\ni: x\r\nCSeq: 1 OPTIONS\r\n\r\n"));
    CHECK(read("sip/2.0 200 OK\r\ni: x\r\nCSeq: 1 OPTIONS\r\n\r\n"));
}

TEST_CASE("replies may have no reason, or one in another script") {
    const auto bare = read("SIP/2.0 100 \r\ni: x\r\nCSeq: 1 INVITE\r\n\r\n");
    REQUIRE(bare);
    CHECK(bare->reason.empty());
    const auto cyrillic = read("SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\ni: x\r\nCSeq: 1 INVITE\r\n\r\n");
    REQUIRE(cyrillic);
    CHECK(cyrillic->status == 200);
}

TEST_CASE("several Via lines, or several in one: the topmost counts") {
    const auto message = read("OPTIONS sip:h SIP/2.0\r\ni: x\r\nCSeq: 1 OPTIONS\r\n"
                              "v: SIP/2.0/TCP [fd00::9]:5070;branch=top, SIP/2.0/UDP h2;branch=second\r\n"
                              "Via: SIP/2.0/UDP h3;branch=third\r\n\r\n");
    REQUIRE(message);
    const auto via = sip::parse_via(message->via);
    REQUIRE(via);
    CHECK(via->branch == "top");
    CHECK(via->sent_by.port == 5070);
}

TEST_CASE("a header of several kilobytes is read to its end") {
    const std::string tag(4000, 't');
    const auto message = read("OPTIONS sip:h SIP/2.0\r\ni: x\r\nCSeq: 1 OPTIONS\r\nFrom: <sip:a@h>;tag=" + tag +
                              "\r\nX-Long: " + std::string(6000, 'x') + "\r\n\r\n");
    REQUIRE(message);
    CHECK(sip::tag(message->from) == tag);
}

TEST_CASE("a wrong Content-Length gives the body that there is") {
    const auto with = [](const std::string& length) {
        return read("MESSAGE sip:h SIP/2.0\r\ni: x\r\nCSeq: 1 MESSAGE\r\n" + length + "\r\nhello");
    };
    CHECK(with("l: 2\r\n")->body == "he");
    CHECK(with("l: 2\r\n")->complete);
    CHECK(with("l: 9999\r\n")->body == "hello");
    CHECK_FALSE(with("l: 9999\r\n")->complete);
    for (const char* unusable : {"", "l: -999\r\n", "l: five\r\n", "l: 99999999999999999999\r\n", "l:\r\n"}) {
        CAPTURE(unusable);
        CHECK(with(unusable)->body == "hello");
        CHECK(with(unusable)->complete);
    }
}

TEST_CASE("messages that cannot be used are refused by name") {
    const std::string rest = "Call-ID: x\r\nCSeq: 1 INVITE\r\n\r\n";
    CHECK(why_not("INVITE sip:h SIP/7.0\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("INVITE SIP/2.0\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("INVITE sip:h\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("SIP/2.0 4294967301 better not\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("SIP/2.0 99 too low\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("IN{VITE sip:h SIP/2.0\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("GET / HTTP/1.1\r\n" + rest) == "no SIP/2.0 start line");
    CHECK(why_not("INVITE sip:h SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n") == "SIP message without Call-ID");
    CHECK(why_not("INVITE sip:h SIP/2.0\r\nCall-ID:\r\nCSeq: 1 INVITE\r\n\r\n") == "SIP message without Call-ID");
    CHECK(why_not("INVITE sip:h SIP/2.0\r\nCall-ID: x\r\n\r\n") == "SIP message without CSeq");
    for (const char* cseq :
         {"36893488147419103232 INVITE", "-1 INVITE", "1", "INVITE 1", "1 INVITE again", "", "1 IN{V"}) {
        CAPTURE(cseq);
        CHECK(why_not("INVITE sip:h SIP/2.0\r\nCall-ID: x\r\nCSeq: " + std::string(cseq) + "\r\n\r\n") ==
              "malformed CSeq");
    }
    CHECK(why_not("OPTIONS sip:h SIP/2.0\r\n" + rest) == "the method of CSeq is not the request's");
}

TEST_CASE("nothing follows from zero bytes, control characters or bytes beyond ASCII") {
    for (const char c : {'\0', '\x01', '\x7f', '\xff'}) {
        const std::string text =
            "INVITE sip:h SIP/2.0\r\nCall-ID: a" + std::string(1, c) + "b\r\nCSeq: 1 INVITE\r\n\r\n";
        const auto message = read(text);
        REQUIRE(message);
        CHECK(message->call_id.size() == 3);
    }
}

TEST_CASE("SDP is found in a multipart body among other parts") {
    const std::string body = "preamble\r\n--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nv=0 is not here\r\n"
                             "--7a9cbec02ceef655\r\nContent-Disposition: session;handling=required\r\n"
                             "c: APPLICATION/SDP;charset=utf-8\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0\r\n"
                             "\r\n--7a9cbec02ceef655\r\nContent-Type: application/isup\r\n\r\n\x01\x02\r\n"
                             "--7a9cbec02ceef655--\r\n";
    for (const char* type :
         {"multipart/mixed;boundary=7a9cbec02ceef655", "Multipart/Mixed ; boundary=\"7a9cbec02ceef655\""}) {
        CAPTURE(type);
        const auto found = multipart::find_sdp(type, body);
        REQUIRE(found);
        const auto description = sdp::parse(*found);
        REQUIRE(description);
        REQUIRE(description->media.size() == 1);
        CHECK(description->media[0].port == 4000);
    }
}
