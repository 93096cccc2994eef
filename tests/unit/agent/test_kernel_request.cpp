// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/kernel_request.hpp"

using namespace sara;
using namespace sara::agent;
using namespace std::chrono_literals;

namespace {

const AnnouncementKey kKey{Transport::udp, Address::v4({198, 18, 1, 11}), 4000, Address::v4({198, 18, 0, 100}), 0};

}  // namespace

TEST_CASE("commands of the role become requests of the family") {
    const SessionId session{7};
    CHECK(to_request(inspect::Announce{session, kKey, Tag{9}, 1500us}) ==
          kern::announce_new({session, kKey, Tag{9}, kern::Milliseconds(2)}));
    CHECK(to_request(inspect::Announce{session, kKey, Tag{9}, std::nullopt}) ==
          kern::announce_new({session, kKey, Tag{9}, std::nullopt}));
    CHECK(to_request(inspect::Withdraw{session, kKey}) == kern::announce_del(kKey, session));
    kern::SessionChange change{.id = session, .label = {}, .lifetime = {}, .linger = {}};
    change.lifetime = 90s;
    CHECK(to_request(inspect::SetLifetime{session, 90s}) == kern::session_set(change));
    change.lifetime.reset();
    change.linger = 2s;
    CHECK(to_request(inspect::Linger{session, 2s}) == kern::session_set(change));
    const FlowKey flow{{Address::v4({198, 18, 1, 11}), 5060}, {Address::v4({198, 18, 0, 100}), 5060}, Transport::udp};
    CHECK(to_request(inspect::FindSession{flow}) == kern::flow_get(flow));
    CHECK(to_request(inspect::FindSession{{flow, "call-1"}}) == kern::flow_get({flow, "call-1"}));
    const Mac mac{2, 0, 0, 0, 0, 0x11};
    CHECK(to_request(inspect::SeenSession{{flow, "call-1"}, mac}) == kern::session_seen({flow, "call-1"}, mac));
}

TEST_CASE("times stay within what the kernel takes, 0 would mean something else") {
    kern::SessionChange change{.id = SessionId{7}, .label = {}, .lifetime = {}, .linger = {}};
    change.linger = 1ms;
    CHECK(to_request(inspect::Linger{SessionId{7}, 0ms}) == kern::session_set(change));
    change.linger = kern::Milliseconds(0xffffffffU);
    CHECK(to_request(inspect::Linger{SessionId{7}, 24h * 365}) == kern::session_set(change));
}

TEST_CASE("a long label is cut between characters") {
    kern::SessionChange change{.id = SessionId{7}, .label = {}, .lifetime = {}, .linger = {}};
    change.label = std::string(126, 'a');
    CHECK(to_request(inspect::SetLabel{SessionId{7}, std::string(126, 'a') + "\xc3\xa4\xc3\xa4"}) ==
          kern::session_set(change));
    change.label = std::string(SARA_LABEL_MAX, 'a');
    CHECK(to_request(inspect::SetLabel{SessionId{7}, std::string(300, 'a')}) == kern::session_set(change));
}
