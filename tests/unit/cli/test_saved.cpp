// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <string>

#include "cli/saved.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

const Address kVip = Address::v4({198, 18, 0, 100});
const Address kClient = Address::v4({198, 18, 1, 11});
const UnixTime kNow{1764237600s};  // 2025-11-27T10:00:00Z

FlowKey flow_key(Port sport, Port dport) {
    return {{kClient, sport}, {kVip, dport}, Transport::udp};
}

kern::FlowInfo flow(std::uint64_t session, FlowKey key, kern::Identity identity = kern::Identity::signalling) {
    kern::FlowInfo info;
    info.session = SessionId{session};
    info.flow = key;
    info.identity = identity;
    info.status = kern::LifeStatus::established;
    info.packets = 10;
    info.bytes = 100;
    return info;
}

kern::SessionInfo session(std::uint64_t id, FlowKey key) {
    kern::SessionInfo info;
    info.id = SessionId{id};
    info.service = "sip";
    info.node = "n1";
    info.flow = key;
    info.packets = 25;
    info.bytes = 250;
    return info;
}

/// One of everything that a file can have.
SavedSessions whole() {
    SavedSessions saved{kNow, {}};
    SavedSession one;
    one.id = SessionId{7};
    one.past = {.service = "sip",
                .node = "n1",
                .label = "call \"1\"",
                .lifetime = 60s,
                .linger = {},
                .age = 5s,
                .packets = 5,
                .bytes = 50,
                .source = kClient,
                .flow = kern::FlowPast{.flow = flow_key(4000, 5060),
                                       .call_id = "a@b",
                                       .form = {},
                                       .status = kern::LifeStatus::established,
                                       .established = true,
                                       .idle = 20ms,
                                       .packets = 10,
                                       .bytes = 100,
                                       .tcp_end = 4294967295U}};
    one.flows = {kern::FlowPast{.flow = flow_key(4002, 6000),
                                .identity = kern::Identity::secondary,
                                .form = AnnouncementForm::half,
                                .status = kern::LifeStatus::standby}};
    one.announcements = {{SessionId{7}, {Transport::udp, kClient, 4002, kVip, 0}, Tag{0xffffffffffffffff}, {}, 1},
                         {SessionId{7}, {Transport::udp, std::nullopt, 0, kVip, 6002}, Tag::none, 3s, 0}};
    SavedSession held;
    held.id = SessionId{8};
    held.past = {.service = "rtsp", .node = "n2", .linger = 0ms};
    saved.sessions = {one, held};
    return saved;
}

std::string error_of(const std::string& text) {
    const Result<SavedSessions, Errors> saved = parse_saved(text);
    return saved ? "no error" : saved.error().front().text();
}

/// The whole file with one thing changed.
std::string but(const std::string& from, const std::string& to) {
    std::string text = saved_text(whole());
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("three dumps are joined by session, whatever their order") {
    std::vector<kern::SessionInfo> sessions = {session(2, flow_key(4000, 5060)), session(1, flow_key(4001, 5060))};
    std::vector<kern::FlowInfo> flows = {flow(2, flow_key(4100, 6000), kern::Identity::secondary),
                                         flow(2, flow_key(3999, 5060)), flow(2, flow_key(4000, 5060)),
                                         flow(1, flow_key(4001, 5060)), flow(9, flow_key(4009, 5060))};
    kern::AnnouncementInfo announcement;
    announcement.session = SessionId{2};
    announcement.key = {Transport::udp, kClient, 4100, kVip, 6000};
    announcement.tag = Tag{5};
    announcement.promotions = 1;
    const SavedSessions saved = joined(sessions, flows, {announcement}, kNow);
    REQUIRE(saved.sessions.size() == 2);
    CHECK(saved.sessions[0].id == SessionId{1});
    const SavedSession& second = saved.sessions[1];
    REQUIRE(second.past.flow);
    CHECK(second.past.flow->flow == flow_key(4000, 5060));  // the one that it is named by
    REQUIRE(second.flows.size() == 2);
    CHECK(second.flows[0].flow == flow_key(3999, 5060));
    CHECK(second.flows[1].identity == kern::Identity::secondary);
    REQUIRE(second.announcements.size() == 1);
    CHECK(second.announcements[0].promotions == 1);
    // What its flows tell is theirs.
    CHECK(saved.sessions[0].past.packets == 15);
    CHECK(second.past.packets == 0);

    std::reverse(sessions.begin(), sessions.end());
    std::reverse(flows.begin(), flows.end());
    flows.push_back(flows.front());
    CHECK(joined(sessions, flows, {announcement, announcement}, kNow) == saved);
}

TEST_CASE("a session without flows is saved if something keeps it") {
    kern::SessionInfo over = session(1, {});
    kern::SessionInfo held = session(2, {});
    held.lifetime = 5s;
    const SavedSessions saved = joined({over, held}, {}, {}, kNow);
    REQUIRE(saved.sessions.size() == 1);
    CHECK(saved.sessions[0].id == SessionId{2});
    CHECK_FALSE(saved.sessions[0].past.flow);
}

TEST_CASE("what was written is read back") {
    const Result<SavedSessions, Errors> read = parse_saved(saved_text(whole()));
    REQUIRE(read);
    CHECK(*read == whole());
    const Result<SavedSessions, Errors> none = parse_saved(saved_text({kNow, {}}));
    REQUIRE(none);
    CHECK(none->sessions.empty());
}

TEST_CASE("each error names its place") {
    CHECK(error_of("{") == "it is not JSON, or not all of it is there");
    CHECK(error_of("[]").find("an object") != std::string::npos);
    CHECK(error_of(but("\"version\": 1", "\"version\": 2")) == "version: is not 1: another release wrote the file");
    CHECK(error_of(but("sara-sessions", "nodes")).starts_with("format: is not \"sara-sessions\""));
    CHECK(error_of(but("T10:00:00Z", "T10:00:00")).starts_with("saved: "));
    CHECK(error_of(but("\"node\":\"n1\"", "\"node\":\"\"")).starts_with("sessions[0].node: "));
    CHECK(error_of(but("\"sport\":4000", "\"sport\":0")).starts_with("sessions[0].flows[0].sport: "));
    CHECK(error_of(but("\"src\":\"198.18.1.11\",\"sport\":4000", "\"src\":\"::1\",\"sport\":4000")) ==
          "sessions[0].flows[0].src: is of another family than dst");
    CHECK(error_of(but("\"identity\":\"secondary\"", "\"identity\":\"announced\""))
              .starts_with("sessions[0].flows[1].identity: "));
    CHECK(error_of(but("\"status\":\"standby\"", "\"status\":\"gone\"")).starts_with("sessions[0].flows[1].status: "));
    CHECK(error_of(but("\"tag\":\"0x", "\"tag\":\"")).starts_with("sessions[0].announcements[0].tag: "));
    CHECK(error_of(but("\"dport\":6002", "\"sport\":6002")).starts_with("sessions[0].announcements[1].dst: "));
    CHECK(error_of(but("\"lifetime\":60000", "\"lifetime\":60000,\"linger\":1")).starts_with("sessions[0].linger: "));
    CHECK(error_of(but("\"id\":8", "\"id\":7")) == "sessions[1].id: is that of a session before it");
    CHECK(error_of(but(",\"linger\":0", "")).starts_with("sessions[1].flows: is empty"));
    CHECK(error_of(but("\"age\":5000", "\"age\":5000,\"colour\":1")).starts_with("sessions[0].colour: "));
}

TEST_CASE("no prefix of a file is taken for the whole") {
    const std::string text = saved_text(whole());
    for (std::size_t size = 0; size + 2 < text.size(); size += 7) {
        CHECK_FALSE(parse_saved(std::string_view(text).substr(0, size)));
    }
}

TEST_CASE("the time since it was saved is added to what has lasted") {
    SavedSessions saved = whole();
    CHECK(age(saved, kNow + 10s) == 10s);
    const SavedSession& one = saved.sessions[0];
    CHECK(one.past.age == 15s);
    CHECK(one.past.flow->idle == 10020ms);
    CHECK(one.flows[0].idle == 10s);
    // And taken from what was left; what is over goes at once, not never.
    CHECK(one.past.lifetime == 50s);
    CHECK(one.announcements[1].ttl == 1ms);
    CHECK(saved.sessions[1].past.linger == 0ms);
}

TEST_CASE("a time that cannot be changes nothing") {
    for (const std::chrono::seconds gap : {-1s, kLongestGap + 1s}) {
        SavedSessions saved = whole();
        CHECK_FALSE(age(saved, kNow + gap));
        CHECK(saved == whole());
    }
}
