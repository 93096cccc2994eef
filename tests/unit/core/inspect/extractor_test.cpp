// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/extractor.hpp"

#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"

using namespace sara;
using namespace sara::test;
using inspect::Act;
using inspect::Extractor;
using inspect::MessageFacts;
using inspect::SignallingPacket;

namespace {

const std::string kOptions = rtsp("OPTIONS", "*", 1);
const std::string kSetup = rtsp("SETUP", "rtsp://198.18.0.100/a", 2, "Transport: RTP/AVP;client_port=5000-5001\r\n");

SignallingPacket segment(std::string_view payload, std::uint32_t seq, std::uint8_t flags = 0,
                         Sender sender = Sender::client) {
    return {.app = App::rtsp,
            .sender = sender,
            .flow = kRtspFlow,
            .tcp_seq = seq,
            .tcp_flags = flags,
            .payload = as_bytes(payload)};
}

}  // namespace

TEST_CASE("a datagram is a message") {
    Extractor extractor;
    const std::string invite = request("INVITE", 1, {.sdp = audio("198.18.1.11", 4000)});
    const std::vector<MessageFacts> facts =
        extractor.handle({.app = App::sip, .flow = kSipFlow, .payload = as_bytes(invite)}, kStart);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].method == inspect::Method::invite);
    CHECK(facts[0].flow == kSipFlow);
    CHECK(facts[0].media.size() == 1);
}

TEST_CASE("keep-alives are no messages, garbage is counted") {
    Extractor extractor;
    CHECK(extractor.handle({.app = App::sip, .flow = kSipFlow, .payload = as_bytes("\r\n\r\n")}, kStart).empty());
    CHECK(extractor.handle({.app = App::sip, .flow = kSipFlow, .payload = {}}, kStart).empty());
    CHECK(extractor.counters().malformed == 0);
    CHECK(extractor.handle({.app = App::sip, .flow = kSipFlow, .payload = as_bytes("hello")}, kStart).empty());
    CHECK(extractor.counters().malformed == 1);
    CHECK(extractor.handle({.app = App::none, .flow = kSipFlow, .payload = as_bytes("hello")}, kStart).empty());
    CHECK(extractor.counters().unknown_app == 1);
}

TEST_CASE("a TCP stream gives the same facts however it is cut") {
    const std::string both = kOptions + kSetup;
    for (std::size_t cut = 1; cut < both.size(); ++cut) {
        Extractor extractor;
        std::vector<MessageFacts> facts = extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
        for (const auto& [text, seq] :
             {std::pair(both.substr(0, cut), 100U), std::pair(both.substr(cut), 100U + static_cast<unsigned>(cut))}) {
            const std::vector<MessageFacts> more = extractor.handle(segment(text, seq), kStart);
            facts.insert(facts.end(), more.begin(), more.end());
        }
        REQUIRE(facts.size() == 2);
        CHECK(facts[1].act == Act::propose);
        CHECK(facts[1].cseq == 2);
    }
}

TEST_CASE("segments out of order and repeated") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    CHECK(extractor.handle(segment(kSetup, 100 + static_cast<unsigned>(kOptions.size())), kStart).empty());
    CHECK(extractor.handle(segment(kOptions, 100), kStart).size() == 2);
    CHECK(extractor.handle(segment(kOptions, 100), kStart).empty());
}

TEST_CASE("a gap that never fills is given up in time, and counted") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    CHECK(extractor.handle(segment(kSetup, 500), kStart).empty());
    CHECK(extractor.next_deadline() == kStart + proto::limits::kGapPatience);
    const std::vector<MessageFacts> facts = extractor.expire(extractor.next_deadline());
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].act == Act::propose);
    CHECK(extractor.counters().stream_gaps == 1);
}

TEST_CASE("a stream joined in its middle is read from its next message on") {
    Extractor extractor;
    const std::vector<MessageFacts> facts = extractor.handle(segment("er: rubbish\r\n\r\n" + kSetup, 7000), kStart);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].act == Act::propose);
    CHECK(extractor.counters().discarded_bytes > 0);
}

TEST_CASE("the end of a connection is told once, after its last message") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    const auto size = static_cast<std::uint32_t>(kOptions.size());
    const std::uint8_t flags = GENERATE(inspect::kTcpFin, inspect::kTcpRst);
    std::vector<MessageFacts> facts = extractor.handle(segment(kOptions, 100), kStart);
    CHECK(facts.size() == 1);
    facts = extractor.handle(segment("", 100 + size, flags), kStart);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].act == Act::close);
    CHECK(facts[0].flow == kRtspFlow);
    CHECK(extractor.handle(segment("", 100 + size, flags), kStart).empty());
}

TEST_CASE("a new connection on the same ports starts anew") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    (void)extractor.handle(segment("", 100, inspect::kTcpFin), kStart);
    (void)extractor.handle(segment("", 77777, inspect::kTcpSyn), kStart);
    CHECK(extractor.handle(segment(kSetup, 77778), kStart).size() == 1);
}

TEST_CASE("both directions of a connection are streams of their own") {
    Extractor extractor;
    CHECK(extractor.handle(segment(kOptions, 100), kStart).size() == 1);
    CHECK(extractor.handle(segment(rtsp_reply(200, 1), 900000, 0, Sender::server), kStart).size() == 1);
    CHECK(extractor.streams() == 2);
    extractor.forget(kRtspFlow);
    CHECK(extractor.streams() == 0);
    CHECK(extractor.next_deadline() == kNever);
}

TEST_CASE("idle streams are forgotten, closed ones soon") {
    Extractor extractor;
    (void)extractor.handle(segment(kOptions, 100), kStart);
    CHECK(extractor.next_deadline() == kStart + inspect::limits::kStreamIdle);
    (void)extractor.handle(segment("", 100, inspect::kTcpRst), kStart);
    CHECK(extractor.next_deadline() == kStart + inspect::limits::kClosedStreamIdle);
    CHECK(extractor.expire(extractor.next_deadline()).empty());
    CHECK(extractor.streams() == 0);
}

TEST_CASE("the number of streams is bounded: the longest silent one makes room") {
    Extractor extractor(2);
    for (Port port = 1; port <= 3; ++port) {
        SignallingPacket packet = segment(kOptions, 100);
        packet.flow.src.port = port;
        CHECK(extractor.handle(packet, kStart).size() == 1);
    }
    CHECK(extractor.streams() == 2);
    CHECK(extractor.counters().streams_evicted == 1);
}

TEST_CASE("at the end of a capture what waits behind a gap is read") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    (void)extractor.handle(segment(kSetup, 500), kStart);
    CHECK(extractor.flush(kStart).size() == 1);
}

TEST_CASE("RTSP in an HTTP tunnel is counted, and says nothing") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    CHECK(extractor.handle(segment("GET /live HTTP/1.0\r\nx-sessioncookie: 1\r\n\r\n" + kSetup, 100), kStart).empty());
    CHECK(extractor.counters().http_streams == 1);
    CHECK(extractor.counters().malformed == 0);
    CHECK(extractor.counters().discarded_bytes == 0);
}

TEST_CASE("an encrypted connection is counted, each direction, and says nothing") {
    Extractor extractor;
    (void)extractor.handle(segment("", 99, inspect::kTcpSyn), kStart);
    CHECK(extractor.handle(segment("\x16\x03\x03 a hello\r\n" + kSetup, 100), kStart).empty());
    CHECK(extractor.counters().tls_streams == 1);
    CHECK(extractor.counters().malformed == 0);
    CHECK(extractor.counters().discarded_bytes == 0);
}

TEST_CASE("messages without a CSeq are numbered by their place in the stream") {
    Extractor extractor;
    inspect::SignallingPacket packet = segment("USER anonymous\r\nPASV\r\n", 0xfffffff8U);
    packet.app = App::ftp;
    const std::vector<inspect::MessageFacts> facts = extractor.handle(packet, kStart);
    REQUIRE(facts.size() == 2);
    CHECK(facts[0].cseq == 8);
    CHECK(facts[1].cseq == 14);
}

TEST_CASE("a message has the address of the frame that it came in, over TCP of the one that made it whole") {
    const Mac n1{2, 0, 0, 0, 0, 0x11};
    const Mac n2{2, 0, 0, 0, 0, 0x12};
    Extractor extractor;
    const std::string ok = reply(200, "INVITE", 1, {.to_tag = "s1"});
    const std::vector<MessageFacts> datagram = extractor.handle(
        {.app = App::sip, .sender = Sender::server, .flow = kSipFlow, .payload = as_bytes(ok), .node = n1}, kStart);
    REQUIRE(datagram.size() == 1);
    CHECK(datagram[0].node == n1);

    const std::string_view setup = kSetup;
    SignallingPacket first = segment(setup.substr(0, 10), 100, inspect::kTcpSyn, Sender::server);
    first.node = n1;
    CHECK(extractor.handle(first, kStart).empty());
    SignallingPacket rest = segment(setup.substr(10), 111, 0, Sender::server);
    rest.node = n2;
    const std::vector<MessageFacts> stream = extractor.handle(rest, kStart);
    REQUIRE(stream.size() == 1);
    CHECK(stream[0].node == n2);
}
