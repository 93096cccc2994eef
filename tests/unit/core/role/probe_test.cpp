// SPDX-License-Identifier: GPL-2.0
#include "core/role/probe.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/proto/sip.hpp"

using namespace sara;
using namespace sara::role;
using namespace std::chrono_literals;

namespace {

constexpr Time kStart{};
constexpr std::uint64_t kSeed = 0xfeed;
const Endpoint kTarget{Address::v4({198, 18, 0, 100}), 5060};
const Endpoint kLocal{Address::v4({198, 18, 0, 100}), 40000};

ProbeConfig config(ProbeKind kind) {
    return {.kind = kind, .target = kTarget, .period = 1s, .timeout = 400ms, .misses = 3};
}

/// A probe whose first attempt is under way.
Probe begun(ProbeKind kind) {
    Probe probe(config(kind), kSeed);
    REQUIRE(probe.expire(kStart));
    return probe;
}

/// What a server says to this request: its own headers, another start line.
std::string sip_answer(const std::string& request, const std::string& status) {
    return "SIP/2.0 " + status + request.substr(request.find("\r\n"));
}

std::string rtsp_answer(const std::string& status, int cseq = 1) {
    return "RTSP/1.0 " + status + "\r\nCSeq: " + std::to_string(cseq) + "\r\nPublic: OPTIONS, SETUP\r\n\r\n";
}

/// An attempt that gets no answer, begun at `at`.
void miss(Probe& probe, Time at) {
    REQUIRE(probe.expire(at));
    CHECK_FALSE(probe.expire(at + 400ms));
}

}  // namespace

TEST_CASE("an application is asked at once, then once per period, with a time to answer") {
    Probe probe(config(ProbeKind::sip), kSeed);
    CHECK(probe.next_deadline() <= kStart);
    CHECK(probe.expire(kStart));
    CHECK(probe.waiting());
    CHECK(probe.next_deadline() == kStart + 400ms);
    CHECK_FALSE(probe.expire(kStart + 400ms));
    CHECK_FALSE(probe.waiting());
    CHECK(probe.why() == "no answer within 400 ms");
    CHECK(probe.next_deadline() == kStart + 1s);
    CHECK(probe.expire(kStart + 1s));
    CHECK(probe.asked() == 2);
    CHECK(probe.missed() == 1);
}

TEST_CASE("a timeout as long as the period ends one attempt as the next begins") {
    ProbeConfig long_wait = config(ProbeKind::sip);
    long_wait.timeout = long_wait.period;
    Probe probe(long_wait, kSeed);
    CHECK(probe.expire(kStart));
    CHECK(probe.next_deadline() == kStart + 1s);
    CHECK(probe.expire(kStart + 1s));
    CHECK(probe.missed() == 1);
    CHECK(probe.waiting());
}

TEST_CASE("an application is down after so many misses in a row, and up with one answer") {
    Probe probe(config(ProbeKind::tcp), kSeed);
    CHECK(probe.answers());  // until it has had its chance
    miss(probe, kStart);
    miss(probe, kStart + 1s);
    CHECK(probe.answers());
    miss(probe, kStart + 2s);
    CHECK_FALSE(probe.answers());
    miss(probe, kStart + 3s);
    CHECK(probe.expire(kStart + 4s));
    CHECK(probe.connected(kLocal).empty());
    CHECK(probe.answers());
    miss(probe, kStart + 5s);
    CHECK(probe.answers());
    CHECK(probe.missed() == 5);
}

TEST_CASE("TCP: who accepts a connection serves") {
    Probe probe = begun(ProbeKind::tcp);
    CHECK(probe.transport() == Transport::tcp);
    CHECK(probe.connected(kLocal).empty());
    CHECK_FALSE(probe.waiting());

    Probe refused = begun(ProbeKind::tcp);
    refused.failed("Connection refused");
    CHECK_FALSE(refused.waiting());
    CHECK(refused.missed() == 1);
    CHECK(refused.why() == "Connection refused");
    refused.failed("again");
    CHECK(refused.missed() == 1);  // one attempt, one miss
}

TEST_CASE("SIP: an OPTIONS that the server itself answers, at the port that it came from") {
    Probe probe = begun(ProbeKind::sip);
    CHECK(probe.transport() == Transport::udp);
    const std::string request = probe.connected(kLocal);
    const auto message = proto::sip::parse(request);
    REQUIRE(message.ok());
    CHECK(message->method == "OPTIONS");
    CHECK(message->uri == "sip:198.18.0.100:5060");
    CHECK(message->cseq == 1);
    CHECK(message->via == "SIP/2.0/UDP 198.18.0.100:40000;rport;branch=z9hG4bK000000000000feed-1");
    CHECK(proto::sip::header(*message, "Max-Forwards") == "0");
    CHECK(proto::sip::tag(message->from) == "000000000000feed-1");
    CHECK(proto::sip::tag(message->to).empty());
    CHECK(message->complete);
    probe.received(as_bytes(sip_answer(request, "200 OK")));
    CHECK_FALSE(probe.waiting());
    CHECK(probe.missed() == 0);
}

TEST_CASE("SIP: whoever answers serves, unless he says that he cannot") {
    for (const char* status : {"200 OK", "302 Moved", "404 Not Found", "483 Too Many Hops", "486 Busy Here",
                               "501 Not Implemented", "603 Decline"}) {
        Probe probe = begun(ProbeKind::sip);
        probe.received(as_bytes(sip_answer(probe.connected(kLocal), status)));
        CAPTURE(status);
        CHECK_FALSE(probe.waiting());
        CHECK(probe.missed() == 0);
    }
    for (const char* status :
         {"500 Server Internal Error", "502 Bad Gateway", "503 Service Unavailable", "504 Server Time-out"}) {
        Probe probe = begun(ProbeKind::sip);
        probe.received(as_bytes(sip_answer(probe.connected(kLocal), status)));
        CHECK_FALSE(probe.waiting());
        CHECK(probe.missed() == 1);
        CHECK(probe.why() == "it answered " + std::string(status, 3));
    }
}

TEST_CASE("SIP: what is not the answer is waited on") {
    Probe probe = begun(ProbeKind::sip);
    const std::string request = probe.connected(kLocal);
    probe.received(as_bytes("hello"));
    probe.received(as_bytes(request));  // an echo is no answer
    probe.received(as_bytes(sip_answer(request, "100 Trying")));
    std::string stranger = sip_answer(request, "200 OK");
    stranger.replace(stranger.find("Call-ID: 0"), 10, "Call-ID: 1");
    probe.received(as_bytes(stranger));
    CHECK(probe.waiting());

    CHECK_FALSE(probe.expire(kStart + 400ms));
    CHECK(probe.expire(kStart + 1s));
    static_cast<void>(probe.connected(kLocal));
    probe.received(as_bytes(sip_answer(request, "200 OK")));  // of the attempt before
    CHECK(probe.waiting());
}

TEST_CASE("RTSP: an answer may come in pieces") {
    Probe probe = begun(ProbeKind::rtsp);
    CHECK(probe.transport() == Transport::tcp);
    CHECK(probe.connected(kLocal) == "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: sara-agent\r\n\r\n");
    const std::string answer = rtsp_answer("200 OK");
    for (const char c : answer) {
        CHECK(probe.waiting());
        probe.received(as_bytes(std::string_view(&c, 1)));
    }
    CHECK_FALSE(probe.waiting());
    CHECK(probe.missed() == 0);
}

TEST_CASE("RTSP: whoever answers serves, unless he says that he cannot, or does not speak RTSP") {
    const auto missed = [](const std::string& answer) {
        Probe probe = begun(ProbeKind::rtsp);
        static_cast<void>(probe.connected(kLocal));
        probe.received(as_bytes(answer));
        CHECK_FALSE(probe.waiting());
        return probe.missed() == 1 ? probe.why() : "";
    };
    CHECK(missed(rtsp_answer("200 OK")).empty());
    CHECK(missed(rtsp_answer("401 Unauthorized")).empty());
    CHECK(missed(rtsp_answer("551 Option not supported")).empty());
    CHECK(missed(rtsp_answer("503 Service Unavailable")) == "it answered 503");
    CHECK(missed(rtsp_answer("200 OK", 2)) == "its answer is none of RTSP");
    CHECK(missed("HTTP/1.1 400 Bad Request\r\n\r\n") == "its answer is none of RTSP");
    CHECK(missed(std::string(20000, 'a')) == "its answer has no end");
}

TEST_CASE("what comes after the end of an attempt does not count") {
    Probe probe = begun(ProbeKind::rtsp);
    static_cast<void>(probe.connected(kLocal));
    CHECK_FALSE(probe.expire(kStart + 400ms));
    probe.received(as_bytes(rtsp_answer("200 OK")));
    CHECK(probe.missed() == 1);
}
