// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/role/node.hpp"

using namespace sara;
using namespace sara::role;
using namespace std::chrono_literals;
using policy::Component;

namespace {

constexpr std::uint32_t kCalendar = 0x6924F1B0;
constexpr Time kStart{};

const NodeConfig kConfig{.host = wire::HostId{0x0a000102}, .period = 500ms};

node::LoadReport a_report() {
    node::LoadReport report;
    report.loads.set(Component::cpu, policy::Load::clamped(.25));
    report.raw[0] = "25 % busy";
    report.loads.set(Component::backlog, policy::Load::clamped(1));
    return report;
}

wire::Heartbeat heartbeat_of(const NodeOutput& output) {
    const auto heartbeat = wire::decode_heartbeat(output.heartbeat);
    REQUIRE(heartbeat);
    return *heartbeat;
}

}  // namespace

TEST_CASE("a heartbeat is the paper's eleven bytes") {
    Node node(kConfig, 258);
    const NodeOutput output = node.beat({}, kStart, kCalendar);
    CHECK(output.heartbeat ==
          std::array<std::uint8_t, 11>{0x0a, 0x00, 0x01, 0x02, 0x01, 0x02, 0x00, 0x69, 0x24, 0xf1, 0xb0});
    CHECK(output.load.empty());
}

TEST_CASE("each message has the next number, across the wrap") {
    Node node(kConfig, 0xffff);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).sequence == 0xffff);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).sequence == 0);
}

TEST_CASE("a load message says what was measured, and leaves out what was not") {
    Node node(kConfig, 7);
    const auto message = wire::decode_load(node.beat(a_report(), kStart, kCalendar).load);
    REQUIRE(message);
    CHECK(message->host == kConfig.host);
    CHECK(message->period == 500ms);
    CHECK(message->sequence == 7);
    CHECK(message->parts == std::vector<wire::LoadPart>{{0, 250'000, "25 % busy"}, {4, 1'000'000, ""}});
}

TEST_CASE("a text for people is cut to what the message may hold") {
    Node node(kConfig, 7);
    node::LoadReport report = a_report();
    report.raw[0].assign(1000, 'x');
    const auto message = wire::decode_load(node.beat(report, kStart, kCalendar).load);
    REQUIRE(message);
    CHECK(message->parts[0].raw.size() == wire::kMaxRawText);
}

TEST_CASE("an application that does not answer is told by the flag, until it answers again") {
    Node node(kConfig, 1);
    node.probed(false);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).flag == wire::HeartbeatFlag::application_down);
    node.probed(true);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).flag == wire::HeartbeatFlag::up);
}

TEST_CASE(
    "a machine that is not prepared for its virtual addresses is told like that, however well the application is") {
    Node node(kConfig, 1);
    node.probed(true);
    node.prepared(false);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).flag == wire::HeartbeatFlag::application_down);
    node.probed(false);
    node.prepared(true);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).flag == wire::HeartbeatFlag::application_down);
    node.probed(true);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).flag == wire::HeartbeatFlag::up);
}

TEST_CASE("a planned failure names its time, over what the application does, and can be taken back") {
    Node node(kConfig, 1);
    node.probed(false);
    node.plan(kStart + 90s);
    const wire::Heartbeat before = heartbeat_of(node.beat({}, kStart + 30s, kCalendar));
    CHECK(before.flag == wire::HeartbeatFlag::planned_failure);
    CHECK(before.timestamp == kCalendar + 60);
    CHECK(heartbeat_of(node.beat({}, kStart + 100s, kCalendar)).timestamp == kCalendar);
    node.plan(std::nullopt);
    CHECK(heartbeat_of(node.beat({}, kStart, kCalendar)).flag == wire::HeartbeatFlag::application_down);
}

TEST_CASE("a failure beyond the calendar's end is at its end") {
    Node node(kConfig, 1);
    node.plan(kStart + 1h);
    CHECK(heartbeat_of(node.beat({}, kStart, 0xfffffff0)).timestamp == 0xffffffff);
}

TEST_CASE("beats keep their rhythm, and do not catch up after a pause") {
    Node node(kConfig, 1);
    static_cast<void>(node.beat({}, kStart, kCalendar));
    CHECK(node.next_deadline() == kStart + 500ms);
    static_cast<void>(node.beat({}, kStart + 530ms, kCalendar));
    CHECK(node.next_deadline() == kStart + 1000ms);
    static_cast<void>(node.beat({}, kStart + 10s, kCalendar));
    CHECK(node.next_deadline() == kStart + 10500ms);
}

TEST_CASE("a node begins with a heartbeat, and tells its load when that was measured for a while") {
    Node node(kConfig, 258);
    const auto first = wire::decode_heartbeat(node.news(kStart, kCalendar));
    REQUIRE(first);
    CHECK(first->sequence == 258);
    CHECK(node.next_deadline() == kStart + 500ms);
    CHECK(wire::decode_load(node.beat(a_report(), kStart + 500ms, kCalendar).load)->sequence == 258);
    SECTION("however long its period is") {
        Node seldom({.host = kConfig.host, .period = 5s}, 1);
        static_cast<void>(seldom.news(kStart, kCalendar));
        CHECK(seldom.next_deadline() == kStart + 500ms);
        static_cast<void>(seldom.beat({}, kStart + 500ms, kCalendar));
        CHECK(seldom.next_deadline() == kStart + 5500ms);
    }
    SECTION("or short") {
        Node often({.host = kConfig.host, .period = 20ms}, 1);
        static_cast<void>(often.news(kStart, kCalendar));
        CHECK(often.next_deadline() == kStart + 20ms);
    }
}

TEST_CASE("news do not wait for their turn, and do not take the next one's") {
    Node node(kConfig, 1);
    static_cast<void>(node.beat({}, kStart, kCalendar));
    node.probed(false);
    const auto news = wire::decode_heartbeat(node.news(kStart + 100ms, kCalendar));
    REQUIRE(news);
    CHECK(news->flag == wire::HeartbeatFlag::application_down);
    CHECK(news->sequence == 2);
    CHECK(node.next_deadline() == kStart + 500ms);
}
