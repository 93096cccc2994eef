// SPDX-License-Identifier: GPL-2.0
#include "core/proto/sip_busy.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "core/proto/sip.hpp"
#include "keep.hpp"

using namespace sara;
using namespace sara::proto;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kSeed = 4711;
const Endpoint kClient{Address::v4({198, 18, 1, 11}), 40000};
const Endpoint kClient6{*Address::parse("fd00:1::11"), 40000};

/// What a test changes in an INVITE that is to be refused.
struct Request {
    std::string method = "INVITE";
    std::string vias = "Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa\r\n";
    std::string from = "<sip:a@198.18.1.11>;tag=1";
    std::string to = "<sip:b@198.18.0.100>";
    std::string call_id = "one@198.18.1.11";
    std::string cseq = "7";
    std::string body;

    [[nodiscard]] std::string text() const {
        return method + " sip:b@198.18.0.100 SIP/2.0\r\n" + vias + "Max-Forwards: 70\r\nFrom: " + from +
               "\r\nTo: " + to + "\r\nCall-ID: " + call_id + "\r\nCSeq: " + cseq + " " + method +
               "\r\nContact: <sip:a@198.18.1.11:5062>\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }
};

sip::BusyAnswer answer(const Request& request, const Endpoint& from = kClient, std::uint64_t seed = kSeed) {
    const auto answer = sip::answer_busy(request.text(), from, 5s, seed);
    if (!answer) {
        INFO(answer.error().text());
        REQUIRE(answer.ok());
    }
    return *answer;
}

std::string why_not(const std::string& request, const Endpoint& from = kClient) {
    const auto answer = sip::answer_busy(request, from, 5s, kSeed);
    REQUIRE_FALSE(answer.ok());
    return answer.error().text();
}

/// What the answer says, and that it can be read.
sip::Message read(const sip::BusyAnswer& answer) {
    const auto message = sip::parse(keep(answer.message));
    REQUIRE(message.ok());
    CHECK(message->complete);
    return *message;
}

std::string tag_of(const Request& request, std::uint64_t seed = kSeed) {
    return std::string(sip::tag(read(answer(request, kClient, seed)).to));
}

/// The first Via line of the answer to a request with these.
std::string via_of(std::string vias, const Endpoint& from = kClient) {
    Request request;
    request.vias = std::move(vias);
    return std::string(read(answer(request, from)).via);
}

Endpoint goes_to(std::string vias, const Endpoint& from = kClient) {
    Request request;
    request.vias = std::move(vias);
    return answer(request, from).to;
}

}  // namespace

TEST_CASE("who is busy says 503, and when to come back") {
    const sip::BusyAnswer busy = answer({});
    const std::string tag(sip::tag(read(busy).to));
    CHECK(tag.size() == 16);
    CHECK(busy.message == "SIP/2.0 503 Service Unavailable\r\n"
                          "Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa\r\n"
                          "From: <sip:a@198.18.1.11>;tag=1\r\n"
                          "To: <sip:b@198.18.0.100>;tag=" +
                              tag +
                              "\r\n"
                              "Call-ID: one@198.18.1.11\r\n"
                              "CSeq: 7 INVITE\r\n"
                              "Retry-After: 5\r\n"
                              "Content-Length: 0\r\n\r\n");
}

TEST_CASE("any request that begins something is answered") {
    for (const char* method : {"INVITE", "REGISTER", "OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH"}) {
        Request request;
        request.method = method;
        CHECK(read(answer(request)).cseq_method == method);
    }
    Request with_body;
    with_body.body = "v=0\r\n";
    CHECK(read(answer(with_body)).body.empty());
}

TEST_CASE("nothing is said to ACK, CANCEL, a response, and what belongs to a dialog") {
    Request request;
    request.method = "ACK";
    CHECK(why_not(request.text()) == "ACK and CANCEL are not answered");
    request.method = "CANCEL";
    CHECK(why_not(request.text()) == "ACK and CANCEL are not answered");
    request.method = "BYE";
    request.to += ";tag=2";
    CHECK(why_not(request.text()) == "the request belongs to a dialog");
    CHECK(why_not(answer({}).message) == "a response is not answered");
}

TEST_CASE("nothing is said to what is no whole request") {
    CHECK(why_not("hello") == "no SIP/2.0 start line");
    CHECK(why_not("") == "no SIP/2.0 start line");
    const std::string whole = Request{}.text();
    CHECK(why_not(whole.substr(0, whole.size() - 2)) == "the request is cut off");
    Request request;
    request.vias = "";
    CHECK(why_not(request.text()) == "no Via that could be read");
    request = {};
    request.to = "";
    CHECK(why_not(request.text()) == "no From or no To");
    request = {};
    request.from = "<sip:unclosed";
    CHECK(why_not(request.text()) == "no From or no To");
}

TEST_CASE("nothing is said where the answer could not be read as it is meant") {
    Request request;
    request.vias = "Via: SIP/2.0/UDP 19<8.18.1.11:5062\r\n";
    CHECK(why_not(request.text()) == "a Via that cannot be repeated");
    request.vias = "Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;x=\"open\r\n";
    CHECK(why_not(request.text()) == "a Via that cannot be repeated");
    request.vias = "Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa\r\n b\r\n";
    CHECK(why_not(request.text()) == "a Via that cannot be repeated");
    request = {};
    request.to = "<sip:b@198.18.0.100>;x=\"open";
    CHECK(why_not(request.text()) == "a To that cannot be repeated");
}

TEST_CASE("nothing is said to a sender who cannot be one") {
    const std::string request = Request{}.text();
    CHECK(why_not(request, {kClient.address, 0}) == "no answer can reach its sender");
    CHECK(why_not(request, {Address(), 5060}) == "no answer can reach its sender");
    CHECK(why_not(request, {Address::v4({224, 0, 1, 75}), 5060}) == "no answer can reach its sender");
}

TEST_CASE("a repetition gets the same tag, another transaction another one") {
    const std::string first = tag_of({});
    CHECK(tag_of({}) == first);
    Request other;
    other.call_id = "two@198.18.1.11";
    CHECK(tag_of(other) != first);
    other = {};
    other.cseq = "8";
    CHECK(tag_of(other) != first);
    other = {};
    other.vias = "Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKb\r\n";
    CHECK(tag_of(other) != first);
    other = {};
    other.from = "<sip:a@198.18.1.11>;tag=2";
    CHECK(tag_of(other) != first);
    CHECK(tag_of({}, kSeed + 1) != first);
    CHECK(tag_of({}, 0) != first);
}

TEST_CASE("a tag goes behind a To with and without angle brackets") {
    Request request;
    request.to = "sip:b@198.18.0.100";
    CHECK(sip::tag(read(answer(request)).to).size() == 16);
    request.to = "\"B; tag=no\" <sip:b@198.18.0.100;tag=x>;p=1";
    const sip::Message busy = read(answer(request));
    CHECK(sip::tag(busy.to).size() == 16);
    CHECK(busy.to.starts_with(request.to));
}

TEST_CASE("RFC 3261 section 18.2.1: a Via that names another host than the source says where it came from") {
    CHECK(via_of("Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa\r\n") ==
          "SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa");
    CHECK(via_of("Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa\r\n") ==
          "SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;received=198.18.1.11");
    CHECK(via_of("v:SIP / 2.0 / UDP pc.example.com ; branch=z9hG4bKa\r\n") ==
          "SIP / 2.0 / UDP pc.example.com;branch=z9hG4bKa;received=198.18.1.11");
    CHECK(via_of("Via: SIP/2.0/UDP [fd00:1::11]:5062;branch=z9hG4bKa\r\n", kClient6) ==
          "SIP/2.0/UDP [fd00:1::11]:5062;branch=z9hG4bKa");
    CHECK(via_of("Via: SIP/2.0/UDP [fd00:1::12]:5062;branch=z9hG4bKa\r\n", kClient6) ==
          "SIP/2.0/UDP [fd00:1::12]:5062;branch=z9hG4bKa;received=fd00:1::11");
}

TEST_CASE("what a client claims of received and rport is not believed") {
    CHECK(via_of("Via: SIP/2.0/UDP 198.18.1.11:5062;received=10.0.0.1;branch=z9hG4bKa\r\n") ==
          "SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa");
    CHECK(via_of("Via: SIP/2.0/UDP 10.0.0.1;received=10.0.0.2;rport=1;branch=z9hG4bKa\r\n") ==
          "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa;received=198.18.1.11;rport=40000");
}

TEST_CASE("RFC 3581: who asks for rport is told his port and address, and answered there") {
    const std::string via = "Via: SIP/2.0/UDP 198.18.1.11:5062;rport;branch=z9hG4bKa\r\n";
    CHECK(via_of(via) == "SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa;received=198.18.1.11;rport=40000");
    CHECK(goes_to(via) == kClient);
}

TEST_CASE("RFC 3261 section 18.2.2: the answer goes to the source's address and the port of the Via") {
    CHECK(goes_to("Via: SIP/2.0/UDP 198.18.1.11:5062;branch=z9hG4bKa\r\n") == Endpoint{kClient.address, 5062});
    CHECK(goes_to("Via: SIP/2.0/UDP 10.0.0.1:5063;branch=z9hG4bKa\r\n") == Endpoint{kClient.address, 5063});
    CHECK(goes_to("Via: SIP/2.0/UDP pc.example.com;branch=z9hG4bKa\r\n") == Endpoint{kClient.address, 5060});
    CHECK(goes_to("Via: SIP/2.0/UDP [fd00:1::12];branch=z9hG4bKa\r\n", kClient6) == Endpoint{kClient6.address, 5060});
    // Nobody is sent to a third party.
    CHECK(goes_to("Via: SIP/2.0/UDP 198.18.1.11:5062;maddr=10.0.0.9;branch=z9hG4bKa\r\n") ==
          Endpoint{kClient.address, 5062});
}

TEST_CASE("all Vias come back in their order, and only the top one is touched") {
    Request request;
    request.vias = "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1, SIP/2.0/UDP 10.0.0.2;rport;branch=z9hG4bK2\r\n"
                   "Subject: between\r\n"
                   "v: SIP/2.0/TCP 10.0.0.3;branch=z9hG4bK3\r\n";
    CHECK(answer(request).message.starts_with(
        "SIP/2.0 503 Service Unavailable\r\n"
        "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.18.1.11, SIP/2.0/UDP "
        "10.0.0.2;rport;branch=z9hG4bK2\r\n"
        "Via: SIP/2.0/TCP 10.0.0.3;branch=z9hG4bK3\r\n"
        "From: "));
}

TEST_CASE("folded lines come back on one") {
    Request request;
    request.from = "\"A\"\r\n <sip:a@198.18.1.11>\r\n\t;tag=1";
    CHECK(read(answer(request)).from == "\"A\" <sip:a@198.18.1.11>\t;tag=1");
}

TEST_CASE("no answer is longer than an Ethernet frame carries") {
    Request request;
    request.from = "\"" + std::string(sip::kMaxBusyAnswer, 'a') + "\" <sip:a@198.18.1.11>;tag=1";
    CHECK(why_not(request.text()) == "the answer would be longer than 1452 bytes");
    // What is not copied does not count.
    request = {};
    request.body = std::string(4000, 'a');
    CHECK(answer(request).message.size() < 400);
}
