// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/holdings.hpp"
#include "agent/replica_request.hpp"

using namespace sara;
using namespace sara::agent;

namespace {

kern::SessionInfo a_session(std::uint64_t id, std::uint64_t packets, bool standby = false) {
    kern::SessionInfo info;
    info.id = SessionId{id};
    info.node = "n1";
    info.packets = packets;
    info.bytes = 100 * packets;
    info.standby = standby;
    return info;
}

kern::FlowInfo a_flow(std::uint64_t session, std::uint64_t packets) {
    kern::FlowInfo info;
    info.session = SessionId{session};
    info.packets = packets;
    info.bytes = 100 * packets;
    return info;
}

kern::AnnouncementInfo an_announcement(std::uint64_t session) {
    kern::AnnouncementInfo info;
    info.session = SessionId{session};
    return info;
}

std::vector<replica::Object> all(Holdings& holdings) {
    std::vector<replica::Object> out;
    while (std::optional<replica::Object> object = holdings.next()) {
        out.push_back(std::move(*object));
    }
    return out;
}

}  // namespace

TEST_CASE("sessions are told first, with the packets of their flows that are gone") {
    Holdings holdings;
    holdings.add(a_session(1, 10));
    holdings.add(a_session(2, 3));
    holdings.add(a_flow(1, 2));
    holdings.add(a_flow(1, 4));
    holdings.add(a_flow(2, 5));  // it was read later
    holdings.add(an_announcement(2));
    const std::vector<replica::Object> told = all(holdings);
    REQUIRE(told.size() == 6);
    CHECK(std::get<replica::SessionPut>(told[0]).packets == 4);
    CHECK(std::get<replica::SessionPut>(told[0]).bytes == 400);
    CHECK(std::get<replica::SessionPut>(told[1]).packets == 0);
    CHECK(told[2] == replica::Object(to_put(a_flow(1, 2))));
    CHECK(std::holds_alternative<replica::AnnouncementPut>(told[5]));
    CHECK_FALSE(holdings.next());
}

TEST_CASE("what comes of a session that began later is left out") {
    Holdings holdings;
    holdings.add(a_session(1, 1));
    holdings.add(a_flow(2, 1));
    holdings.add(an_announcement(2));
    CHECK(all(holdings).size() == 1);
}

TEST_CASE("another dispatcher's sessions are left out of a dispatcher's own") {
    Holdings own(Holdings::Whose::own);
    Holdings everything;
    for (Holdings* holdings : {&own, &everything}) {
        holdings->add(a_session(1, 1, true));
        holdings->add(a_session(2, 1));
        holdings->add(a_flow(1, 1));
        holdings->add(a_flow(2, 1));
        holdings->add(an_announcement(1));
    }
    REQUIRE(own.sessions().size() == 1);
    CHECK(own.sessions()[0].id == SessionId{2});
    CHECK(all(own).size() == 2);
    CHECK(all(everything).size() == 5);
}

TEST_CASE("what is read again counts once") {
    Holdings holdings;
    holdings.add(a_session(1, 1));
    holdings.drop_sessions();
    holdings.add(a_session(1, 10));
    holdings.add(a_flow(1, 4));
    holdings.drop_flows();
    holdings.add(a_flow(1, 5));
    holdings.add(an_announcement(1));
    holdings.drop_announcements();
    const std::vector<replica::Object> told = all(holdings);
    REQUIRE(told.size() == 2);
    CHECK(std::get<replica::SessionPut>(told[0]).packets == 5);
}
