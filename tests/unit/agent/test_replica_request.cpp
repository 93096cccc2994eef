// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/replica_request.hpp"

using namespace sara;
using namespace sara::agent;
using namespace std::chrono_literals;

namespace {

const FlowKey kFlow{{Address::v4({198, 18, 1, 11}), 5060}, {Address::v4({198, 18, 0, 100}), 5060}, Transport::udp};
const AnnouncementKey kKey{Transport::udp, Address::v4({198, 18, 1, 11}), 4000, Address::v4({198, 18, 0, 100}), 0};
const SessionId kSession{7};

kern::SessionInfo a_session() {
    kern::SessionInfo info;
    info.id = kSession;
    info.service = "sip";
    info.node = "n1";
    info.flow = kFlow;
    info.call_id = "1@c";
    info.label = "call";
    info.lifetime = 90s;
    info.age = 5s;
    info.packets = 9;
    return info;
}

}  // namespace

TEST_CASE("a session that one kernel tells of another restores, with the name of its flow") {
    replica::SessionPut put = to_put(a_session());
    CHECK(put.packets == 0);  // those of its flows come with them
    put.packets = 2;
    kern::SessionPast past;
    past.service = "sip";
    past.node = "n1";
    past.label = "call";
    past.lifetime = 90s;
    past.age = 5s;
    past.packets = 2;
    past.flow.emplace();
    past.flow->flow = kFlow;
    past.flow->call_id = "1@c";
    CHECK(to_request(replica::RestoreSession{put}) == kern::session_restore(past));
}

TEST_CASE("a session without signalling, lifetime and end is kept until its other flows are here") {
    kern::SessionInfo info = a_session();
    info.flow = {};
    info.lifetime.reset();
    const replica::SessionPut put = to_put(info);
    CHECK_FALSE(put.signalling.has_value());
    kern::SessionPast past;
    past.service = "sip";
    past.node = "n1";
    past.label = "call";
    past.lifetime = 10s;
    past.age = 5s;
    CHECK(to_request(replica::RestoreSession{put}) == kern::session_restore(past));
}

TEST_CASE("a flow is restored as it was, and one that is standby here as what it was established as") {
    kern::FlowInfo info;
    info.session = SessionId{3};
    info.flow = kFlow;
    info.flow.transport = Transport::tcp;
    info.identity = kern::Identity::secondary;
    info.form = AnnouncementForm::half;
    info.status = kern::LifeStatus::standby;
    info.established = true;
    info.idle = 4s;
    info.tcp_end = 77;
    info.packets = 5;
    replica::FlowPut put = to_put(info);
    CHECK(put.session == SessionId{3});
    CHECK(put.status == replica::FlowStatus::established);
    put.session = kSession;
    kern::FlowPast past;
    past.flow = info.flow;
    past.identity = kern::Identity::secondary;
    past.form = AnnouncementForm::half;
    past.status = kern::LifeStatus::established;
    past.established = true;
    past.idle = 4s;
    past.packets = 5;
    past.tcp_end = 77;
    CHECK(to_request(replica::RestoreFlow{put}) == kern::flow_restore(kSession, past));
}

TEST_CASE("an announcement comes with what it brought") {
    kern::AnnouncementInfo info;
    info.session = kSession;
    info.key = kKey;
    info.tag = Tag{9};
    info.ttl = 2s;
    info.promotions = 3;
    CHECK(to_request(replica::RestoreAnnouncement{to_put(info)}) ==
          kern::announce_new({.session = kSession, .key = kKey, .tag = Tag{9}, .ttl = 2s, .promotions = 3}));
}

TEST_CASE("changes and ends") {
    kern::SessionChange change;
    change.id = kSession;
    change.label = "call";
    change.lifetime = 90s;
    CHECK(to_request(replica::ChangeSession{kSession, "call", 90s, std::nullopt}) == kern::session_set(change));
    change.lifetime = 0s;
    CHECK(to_request(replica::ChangeSession{kSession, "call", std::nullopt, std::nullopt}) ==
          kern::session_set(change));
    change = {};
    change.id = kSession;
    change.linger = 32s;
    CHECK(to_request(replica::ChangeSession{kSession, "", 90s, 32s}) == kern::session_set(change));
    change = {};
    change.id = kSession;
    change.own = true;
    CHECK(to_request(replica::TakeOver{kSession}) == kern::session_set(change));
    CHECK(to_request(replica::EndSession{kSession, true}) == kern::session_del(kSession));
    CHECK(to_request(replica::EndSession{kSession, false}) == kern::session_del_standby(kSession));
    CHECK(to_request(replica::DeleteFlow{kSession, kFlow}) == kern::flow_del(kFlow, kSession));
    CHECK(to_request(replica::Withdraw{kSession, kKey}) == kern::announce_del(kKey, kSession));
    kern::ConfigChange config;
    config.standby_time = 40s;
    CHECK(to_request(replica::KeepStandby{40s}) == kern::config_set(config));
    config.standby_time = kern::kStandbyTimeMax;
    CHECK(to_request(replica::KeepStandby{5h}) == kern::config_set(config));
}
