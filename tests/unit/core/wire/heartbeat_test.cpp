// SPDX-License-Identifier: GPL-2.0
#include "core/wire/heartbeat.hpp"

#include <catch2/catch.hpp>

#include "core/wire/envelope.hpp"
#include "core/wire/sim.hpp"

using namespace sara;
using namespace sara::wire;
using namespace std::chrono_literals;

namespace {

const Heartbeat kBeat{.host = HostId{0x0a000102}, .sequence = 258, .flag = HeartbeatFlag::up, .timestamp = 0x6924f1b0};
const Buffer kBeatBytes = {0x0a, 0x00, 0x01, 0x02, 0x01, 0x02, 0x00, 0x69, 0x24, 0xf1, 0xb0};

LoadMessage message() {
    return {.host = HostId{0x0a000102},
            .sequence = 7,
            .period = 500ms,
            .parts = {{.component = 0, .millionths = 250'000, .raw = "1 of 4"}, {.component = 4, .millionths = 0}}};
}

const Buffer kLoadBytes = {1,    0,    1,    0xf4,                    // version, zero, 500 ms
                           0x0a, 0x00, 0x01, 0x02,                    // host
                           0,    0,    0,    7,                       // sequence
                           0,    0,    10,   0x00, 0x03, 0xd0, 0x90,  // cpu, 4 + 6 bytes, .25
                           '1',  ' ',  'o',  'f',  ' ',  '4',         //
                           4,    0,    4,    0,    0,    0,    0};    // backlog, 0

std::string refusal(Buffer bytes) {
    const Result<LoadMessage> decoded = decode_load(bytes);
    return decoded ? "taken" : decoded.error().text();
}

Buffer with(std::size_t at, std::uint8_t value) {
    Buffer bytes = kLoadBytes;
    bytes.at(at) = value;
    return bytes;
}

}  // namespace

TEST_CASE("a heartbeat is the paper's 11 bytes") {
    const auto bytes = encode(kBeat);
    CHECK(Buffer(bytes.begin(), bytes.end()) == kBeatBytes);
    const Result<Heartbeat> back = decode_heartbeat(kBeatBytes);
    REQUIRE(back.ok());
    CHECK(*back == kBeat);
    CHECK(text(kBeat.host) == "10.0.1.2");
}

TEST_CASE("each flag comes back, and what is no flag is refused") {
    for (const HeartbeatFlag flag :
         {HeartbeatFlag::up, HeartbeatFlag::application_down, HeartbeatFlag::planned_failure}) {
        Heartbeat beat = kBeat;
        beat.flag = flag;
        CHECK(*decode_heartbeat(encode(beat)) == beat);
    }
    Buffer bad = kBeatBytes;
    bad[6] = 3;
    CHECK(decode_heartbeat(bad).error().text() == "heartbeat: a flag is 0, 1 or 2, this is 3");
}

TEST_CASE("a heartbeat of any other size is refused") {
    Buffer longer = kBeatBytes;
    longer.push_back(0);
    CHECK(decode_heartbeat(longer).error().text() == "heartbeat: a heartbeat has 11 bytes, this has 12");
    CHECK_FALSE(decode_heartbeat(Bytes(kBeatBytes).first(10)).ok());
    CHECK_FALSE(decode_heartbeat({}).ok());
}

TEST_CASE("the bytes of a load message") {
    REQUIRE(encode(message()).ok());
    CHECK(*encode(message()) == kLoadBytes);
    const Result<LoadMessage> back = decode_load(kLoadBytes);
    REQUIRE(back.ok());
    CHECK(*back == message());
}

TEST_CASE("components and trailing parts of a newer node are skipped") {
    Buffer newer = kLoadBytes;
    newer.insert(newer.end(), {200, 0, 3, 9, 9, 9, kComponentCount, 0, 0});
    REQUIRE(decode_load(newer).ok());
    CHECK(*decode_load(newer) == message());
    CHECK(decode_load(Bytes(kLoadBytes).first(12))->parts.empty());
}

TEST_CASE("a load that is none is refused by name") {
    CHECK(refusal(with(15, 0x01)) == "load message: component 0 has a load of 17027216 millionths, more than 1");
    SECTION("exactly 1 is a load") {
        LoadMessage full = message();
        full.parts[0].millionths = kMillion;
        CHECK(decode_load(*encode(full))->parts[0].millionths == kMillion);
        full.parts[0].millionths = kMillion + 1;
        CHECK_FALSE(encode(full).ok());
    }
}

TEST_CASE("a malformed load message is refused by name") {
    CHECK(refusal({}) == "load message: a message of 0 bytes");
    CHECK(refusal(Buffer(kMaxLoadMessage + 1)) == "load message: a message of 1025 bytes");
    CHECK(refusal(with(0, 2)) == "load message: version 2 is not known");
    CHECK(refusal(with(25, 0)) == "load message: component 0 is there twice");
    CHECK(refusal(with(27, 5)) == "load message: its last part is cut short");
    CHECK(refusal(with(27, 3)) == "load message: component 4 has no load");
    Buffer no_period = with(2, 0);
    no_period[3] = 0;
    CHECK(refusal(no_period) == "load message: a period of 0");
    Buffer long_text = kLoadBytes;
    long_text[27] = 4 + 65;
    long_text.insert(long_text.end(), 65, 'x');
    CHECK(refusal(long_text) == "load message: component 4 has a text of 65 bytes");
}

TEST_CASE("what could not be decoded is not encoded") {
    const auto refused = [](auto change) {
        LoadMessage bad = message();
        change(bad);
        return !encode(bad).ok();
    };
    CHECK(refused([](LoadMessage& bad) { bad.period = 0ms; }));
    CHECK(refused([](LoadMessage& bad) { bad.period = 65536ms; }));
    CHECK(refused([](LoadMessage& bad) { bad.parts[1].component = 0; }));
    CHECK(refused([](LoadMessage& bad) { bad.parts[1].component = kComponentCount; }));
    CHECK(refused([](LoadMessage& bad) { bad.parts[1].raw = std::string(65, 'x'); }));
}

TEST_CASE("the longest message fits its bound, and a datagram that is not fragmented") {
    LoadMessage longest = message();
    longest.parts.clear();
    for (std::uint8_t each = 0; each < kComponentCount; ++each) {
        longest.parts.push_back({.component = each, .millionths = kMillion, .raw = std::string(kMaxRawText, 'x')});
    }
    REQUIRE(encode(longest).ok());
    CHECK(encode(longest)->size() < kMaxLoadMessage);
    CHECK(kMaxLoadMessage + kEnvelopeOverhead < 1400);
    CHECK(*decode_load(*encode(longest)) == longest);
}

TEST_CASE("heartbeat and load are told apart by their size") {
    CHECK(std::get<Heartbeat>(*decode_node_message(kBeatBytes)) == kBeat);
    CHECK(std::get<LoadMessage>(*decode_node_message(kLoadBytes)) == message());
    CHECK_FALSE(decode_node_message({}).ok());
    Buffer bad = kBeatBytes;
    bad[6] = 9;
    CHECK_FALSE(decode_node_message(bad).ok());
}

TEST_CASE("a heartbeat travels sealed, and a forged one does not arrive") {
    const SharedKey key = test::a_key();
    Buffer sealed = seal(key, test::seeded(2), kBeatBytes);
    CHECK(std::get<Buffer>(open(key, sealed)) == kBeatBytes);
    sealed.back() ^= 1U;
    CHECK(std::get<Refusal>(open(key, sealed)) == Refusal::forged);
}
