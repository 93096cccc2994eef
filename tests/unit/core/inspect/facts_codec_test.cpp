// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/facts_codec.hpp"

#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"
#include "core/inspect/limits.hpp"

using namespace sara;
using namespace sara::test;
using inspect::decode;
using inspect::encode;
using inspect::MessageFacts;

namespace {

MessageFacts full() {
    MessageFacts facts;
    facts.app = App::sip;
    facts.sender = Sender::server;
    facts.act = inspect::Act::accept;
    facts.method = inspect::Method::invite;
    facts.flow = flow("fd00:1::11", 5060, "fd00::100", 5061, Transport::tcp);
    facts.dialog = "call-1";
    facts.leg = "s1";
    facts.target = "sip:bob";
    facts.cseq = 0x01020304;
    facts.status = 200;
    facts.opens = true;
    facts.node = Mac{2, 0, 0, 0, 0, 0x11};
    facts.lifetime = 1800s;
    inspect::MediaEndpoint media;
    media.stream = 2;
    media.kind = inspect::MediaKind::video;
    media.state = inspect::MediaState::interleaved;
    media.transport = Transport::tcp;
    media.address = Address::parse("fd00::100");
    media.named = true;
    media.control_address = Address::parse("198.18.1.12");
    media.mux = true;
    media.port = 6000;
    media.control_port = 6001;
    media.pairs = 3;
    facts.media = {media, {}};
    facts.peer_media = {{}};
    return facts;
}

}  // namespace

TEST_CASE("facts come back as they were") {
    const Result<Buffer> bytes = encode(full());
    REQUIRE(bytes.ok());
    const Result<MessageFacts> back = decode(*bytes);
    REQUIRE(back.ok());
    CHECK(*back == full());
}

TEST_CASE("the bytes of the smallest facts") {
    MessageFacts facts;
    facts.app = App::rtsp;
    facts.flow = flow("198.18.1.11", 40000, "198.18.0.100", 554, Transport::tcp);
    facts.dialog = "S1";
    facts.cseq = 3;
    facts.sender = Sender::server;
    facts.act = inspect::Act::refuse;
    facts.status = 404;
    const Buffer golden = {1,   2,   1,    4,              // version, rtsp, server, refuse
                           0,   4,   6,    0,              // method, IPv4, TCP
                           0,   0,   0,    3,              // CSeq
                           1,   148, 0x9c, 0x40, 2,   42,  // 404, 40000, 554
                           198, 18,  1,    11,   198, 18, 0, 100, 1, 0, 2, 'S', '1'};
    const Result<Buffer> bytes = encode(facts);
    REQUIRE(bytes.ok());
    CHECK(*bytes == golden);
    const Result<MessageFacts> back = decode(golden);
    REQUIRE(back.ok());
    CHECK(*back == facts);
}

TEST_CASE("that a reply has no number is a bit that older peers skip") {
    MessageFacts facts = full();
    facts.opens = false;
    facts.numbered = false;
    Buffer bytes = encode(facts).value();
    REQUIRE(decode(bytes).ok());
    CHECK(*decode(bytes) == facts);
    CHECK(bytes.at(7) == 1);
    bytes.at(7) = 0xfe;
    CHECK(decode(bytes)->numbered);
}

TEST_CASE("cut anywhere, facts are refused or lose whole parts") {
    const Buffer bytes = encode(full()).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Result<MessageFacts> back = decode(Bytes(bytes).first(size));
        if (back.ok()) {
            CHECK(back->flow == full().flow);
            CHECK_FALSE(*back == full());
        }
    }
}

TEST_CASE("what a newer peer adds is skipped") {
    Buffer bytes = encode(full()).value();
    const Buffer unknown = {200, 0, 3, 1, 2, 3};
    bytes.insert(bytes.end(), unknown.begin(), unknown.end());
    REQUIRE(decode(bytes).ok());
    CHECK(*decode(bytes) == full());
}

TEST_CASE("what is not understood is refused") {
    const Buffer bytes = encode(full()).value();
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Buffer changed = bytes;
        changed.at(at) = value;
        return decode(changed).ok();
    };
    CHECK(with(0, 1));
    CHECK_FALSE(with(0, 2));   // version
    CHECK_FALSE(with(1, 0));   // application none
    CHECK_FALSE(with(1, 9));   // application
    CHECK_FALSE(with(2, 2));   // sender
    CHECK_FALSE(with(3, 99));  // act
    CHECK(with(4, 200));       // a method is only for people
    CHECK_FALSE(with(5, 5));   // family
    CHECK_FALSE(with(5, 0));
    CHECK_FALSE(with(6, 132));  // transport
}

TEST_CASE("bounds hold for what is decoded") {
    const auto refused = [](const auto& change) {
        MessageFacts facts = full();
        change(facts);
        const Result<Buffer> bytes = encode(facts);
        return !bytes.ok() || !decode(*bytes).ok();
    };
    CHECK(refused([](MessageFacts& facts) { facts.dialog.assign(inspect::limits::kMaxDialogId + 1, 'x'); }));
    CHECK(refused([](MessageFacts& facts) { facts.leg.assign(inspect::limits::kMaxLegId + 1, 'x'); }));
    CHECK(refused([](MessageFacts& facts) { facts.target.assign(inspect::limits::kMaxTarget + 1, 'x'); }));
    CHECK(refused([](MessageFacts& facts) { facts.media.resize(inspect::limits::kMaxMedia + 1); }));
    CHECK(refused([](MessageFacts& facts) { facts.peer_media.resize(inspect::limits::kMaxMedia + 1); }));
    CHECK(refused([](MessageFacts& facts) { facts.media.at(0).pairs = 0; }));
    CHECK(refused([](MessageFacts& facts) { facts.media.at(0).pairs = inspect::limits::kMaxPairs + 1; }));
    CHECK(refused([](MessageFacts& facts) { facts.lifetime = -1s; }));
    CHECK(refused([](MessageFacts& facts) { facts.lifetime = 24h * 365; }));
    CHECK(decode(Buffer(inspect::limits::kMaxFactsBytes + 1)).error().what.find("bytes") != std::string::npos);
}

TEST_CASE("the largest facts that a protocol makes fit") {
    MessageFacts facts = full();
    facts.dialog.assign(inspect::limits::kMaxDialogId, 'x');
    facts.leg.assign(inspect::limits::kMaxLegId, 'x');
    facts.target.assign(inspect::limits::kMaxTarget, 'x');
    facts.media.assign(inspect::limits::kMaxMedia, facts.media.front());
    facts.peer_media = facts.media;
    REQUIRE(encode(facts).ok());
    CHECK(decode(encode(facts).value()).value() == facts);
}

TEST_CASE("an id beyond its bound becomes its hash: still one id, the same on both ends") {
    const std::string id(inspect::limits::kMaxDialogId + 1, 'x');
    const std::string bounded = inspect::bounded_id(id, inspect::limits::kMaxDialogId);
    CHECK(bounded.size() == 17);
    CHECK(bounded == inspect::bounded_id(id, inspect::limits::kMaxDialogId));
    CHECK(bounded != inspect::bounded_id(id + "x", inspect::limits::kMaxDialogId));
    CHECK(inspect::bounded_id("short", 5) == "short");
}
