// SPDX-License-Identifier: GPL-2.0
#include "core/role/gateway.hpp"

#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"
#include "core/inspect/facts_codec.hpp"

using namespace sara;
using namespace sara::test;
using role::Gateway;
using role::GatewayOutput;

namespace {

inspect::SignallingPacket packet(const std::string& message) {
    return {.app = App::sip, .sender = Sender::server, .flow = kSipFlow, .payload = as_bytes(message)};
}

}  // namespace

TEST_CASE("a reply goes to the dispatchers as facts") {
    Gateway gateway;
    const std::string ok = reply(200, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)});
    const GatewayOutput out = gateway.handle(packet(ok), 0, kStart);
    REQUIRE(out.messages.size() == 1);
    const Result<inspect::MessageFacts> facts = inspect::decode(out.messages[0]);
    REQUIRE(facts.ok());
    CHECK(facts->sender == Sender::server);
    CHECK(facts->flow == kSipFlow);
    CHECK(facts->dialog == "call-1");
    CHECK(facts->act == inspect::Act::accept);
    CHECK(facts->media.at(0).port == 6000);
    CHECK(out.announces);
    CHECK(gateway.counters().sent == 1);
}

TEST_CASE("of what is told, only what names media announces something") {
    Gateway gateway;
    const GatewayOutput hung_up = gateway.handle(packet(reply(200, "BYE", 2)), 0, kStart);
    const GatewayOutput declined =
        gateway.handle(packet(reply(200, "INVITE", 3, {.to_tag = "s1", .sdp = audio("198.18.0.100", 0)})), 0, kStart);
    REQUIRE(hung_up.messages.size() == 1);
    REQUIRE(declined.messages.size() == 1);
    CHECK_FALSE(hung_up.announces);
    CHECK_FALSE(declined.announces);
}

TEST_CASE("what changes nothing is not worth a datagram") {
    Gateway gateway;
    CHECK(gateway.handle(packet(reply(200, "OPTIONS", 1)), 0, kStart).messages.empty());
    CHECK(gateway.counters().not_sent == 1);
    CHECK(gateway.handle(packet("garbage"), 0, kStart).messages.empty());
    CHECK(gateway.counters().extractor.malformed == 1);
}

TEST_CASE("the end of a server's connection is told") {
    Gateway gateway;
    (void)gateway.handle({.app = App::rtsp,
                          .sender = Sender::server,
                          .flow = kRtspFlow,
                          .tcp_seq = 1,
                          .tcp_flags = inspect::kTcpSyn,
                          .payload = {}},
                         0, kStart);
    const GatewayOutput out = gateway.handle({.app = App::rtsp,
                                              .sender = Sender::server,
                                              .flow = kRtspFlow,
                                              .tcp_seq = 2,
                                              .tcp_flags = inspect::kTcpRst,
                                              .payload = {}},
                                             0, kStart);
    REQUIRE(out.messages.size() == 1);
    CHECK(inspect::decode(out.messages[0])->act == inspect::Act::close);
}

TEST_CASE("copies that the kernel lost are counted, and logged not more than once a second") {
    Gateway gateway;
    const std::string options = reply(200, "OPTIONS", 1);
    CHECK(gateway.handle(packet(options), 0, kStart).log.empty());
    CHECK(gateway.handle(packet(options), 5, kStart).log.size() == 1);
    CHECK(gateway.handle(packet(options), 7, kStart + 1ms).log.empty());
    CHECK(gateway.handle(packet(options), 7, kStart + 2s).log.empty());
    const GatewayOutput out = gateway.handle(packet(options), 8, kStart + 2s);
    REQUIRE(out.log.size() == 1);
    CHECK(out.log[0].text.find("and 1 like this before") != std::string::npos);
    CHECK(gateway.counters().lost_copies == 8);
}

TEST_CASE("a gap in a server's stream is given up in time") {
    Gateway gateway;
    const std::string set_up =
        rtsp_reply(200, 1, "Session: S\r\nTransport: RTP/AVP;client_port=5000-5001;server_port=6000-6001\r\n");
    inspect::SignallingPacket segment{.app = App::rtsp,
                                      .sender = Sender::server,
                                      .flow = kRtspFlow,
                                      .tcp_seq = 1,
                                      .tcp_flags = inspect::kTcpSyn,
                                      .payload = {}};
    (void)gateway.handle(segment, 0, kStart);
    segment.tcp_seq = 500;
    segment.tcp_flags = 0;
    segment.payload = as_bytes(set_up);
    CHECK(gateway.handle(segment, 0, kStart).messages.empty());
    CHECK(gateway.expire(gateway.next_deadline()).messages.size() == 1);
}
