// SPDX-License-Identifier: GPL-2.0
#include "core/role/dispatcher.hpp"

#include <catch2/catch.hpp>

#include <cerrno>

#include "core/inspect/conversation.hpp"
#include "core/inspect/facts_codec.hpp"

using namespace sara;
using namespace sara::test;
using role::Dispatcher;
using role::DispatcherOutput;

namespace {

const SessionId kSession{7};
const std::string kInvite = request("INVITE", 1, {.sdp = audio("198.18.1.11", 4000)});
const std::string kOk = reply(200, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)});
const std::string kBye = request("BYE", 2, {.to_tag = "s1"});

role::InspectedPacket from_client(const std::string& message) {
    return {.session = kSession, .packet = {.app = App::sip, .flow = kSipFlow, .payload = as_bytes(message)}};
}

Buffer from_gateway(std::string_view message) {
    return inspect::encode(inspect::protocol_for(App::sip)->read(as_bytes(message), {Sender::server, kSipFlow}).value())
        .value();
}

Lines lines(const DispatcherOutput& output) {
    return test::lines(output.commands);
}

}  // namespace

TEST_CASE("the client's message and the gateway's become announcements of the session") {
    Dispatcher dispatcher;
    CHECK(lines(dispatcher.handle(from_client(kInvite), kStart)) ==
          Lines{"announce 7 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s",
                "announce 7 udp 198.18.1.11:4001 > 198.18.0.100:* ttl 200s", "lifetime 7 200s", "label 7 call-1"});
    const Buffer ok = from_gateway(kOk);
    CHECK(lines(dispatcher.handle(role::PeerMessage{ok}, kStart)).size() == 7);
    CHECK(lines(dispatcher.handle(from_client(kBye), kStart)).back() == "linger 7 32s");
    CHECK(dispatcher.counters().tracker.dialogs == 1);
    CHECK(dispatcher.counters().peer_messages == 1);
}

TEST_CASE("a gateway's message about a flow that is not known: the kernel is asked, then it is used") {
    Dispatcher dispatcher;
    const Buffer ok = from_gateway(kOk);
    CHECK(lines(dispatcher.handle(role::PeerMessage{ok}, kStart)) ==
          Lines{"find udp 198.18.1.11:5060 > 198.18.0.100:5060 call-id call-1"});
    SECTION("the kernel knows") {
        CHECK(lines(dispatcher.handle(role::FlowAnswer{kSipFlow, kSession}, kStart)).front() ==
              "announce 7 udp 198.18.1.11:* > 198.18.0.100:6000");
    }
    SECTION("the kernel knows the call, which is a session of its own") {
        CHECK(lines(dispatcher.handle(role::FlowAnswer{{kSipFlow, "call-1"}, kSession, true}, kStart)).front() ==
              "announce 7 udp 198.18.1.11:* > 198.18.0.100:6000");
    }
    SECTION("the kernel tells of another call on this flow: that is not it") {
        const role::SessionFound other{.session = kSession, .signalling = {kSipFlow, "call-2"}};
        CHECK(dispatcher.handle(other, kStart).commands.empty());
    }
    SECTION("the kernel tells of the session by itself") {
        CHECK(
            lines(dispatcher.handle(role::SessionFound{.session = kSession, .signalling = kSipFlow}, kStart)).front() ==
            "announce 7 udp 198.18.1.11:* > 198.18.0.100:6000");
    }
    SECTION("the kernel does not know") {
        CHECK(dispatcher.handle(role::FlowAnswer{kSipFlow, std::nullopt}, kStart).commands.empty());
        CHECK(dispatcher.counters().tracker.facts_without_session == 1);
    }
    SECTION("the kernel does not know, but it came from a node") {
        inspect::MessageFacts facts = inspect::decode(ok).value();
        facts.node = Mac{2, 0, 0, 0, 0, 0x11};
        const Buffer from_node = inspect::encode(facts).value();
        CHECK(dispatcher.handle(role::PeerMessage{from_node}, kStart).commands.empty());
        const DispatcherOutput made = dispatcher.handle(role::FlowAnswer{{kSipFlow, "call-1"}, std::nullopt}, kStart);
        REQUIRE(made.commands.size() == 1);
        CHECK(std::holds_alternative<inspect::SeenSession>(made.commands[0]));
        // Both messages wait for the session.
        CHECK(dispatcher.counters().tracker.facts_without_session == 0);
        SECTION("it is made") {
            const role::SessionFound found{.session = kSession, .signalling = kSipFlow, .dumped = true};
            CHECK(lines(dispatcher.handle(found, kStart)).front() ==
                  "announce 7 udp 198.18.1.11:* > 198.18.0.100:6000");
        }
        SECTION("it is at another node") {
            const DispatcherOutput refused =
                dispatcher.handle(role::Refusal{made.commands[0], EEXIST, "it has session 3 on node n2"}, kStart);
            CHECK(refused.commands.empty());
            REQUIRE(refused.log.size() == 1);
            CHECK(refused.log[0].text.ends_with("it has session 3 on node n2"));
            CHECK(dispatcher.counters().refused_conflict == 1);
            CHECK(dispatcher.counters().tracker.facts_without_session == 2);
        }
        SECTION("there is no such node") {
            CHECK(dispatcher.handle(role::Refusal{made.commands[0], ENOENT, "no node"}, kStart).log.empty());
            CHECK(dispatcher.counters().tracker.facts_without_session == 2);
        }
    }
    SECTION("nobody answers") {
        CHECK(dispatcher.next_deadline() == kStart + 1s);
        CHECK(dispatcher.expire(kStart + 1s).commands.empty());
        CHECK(dispatcher.counters().tracker.facts_without_session == 1);
    }
}

TEST_CASE("where sessions are told by Call-ID, the calls of a flow are sessions of their own") {
    Dispatcher dispatcher;
    const std::string second = request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 4010)});
    role::InspectedPacket packet = from_client(kInvite);
    packet.call_id = "call-1";
    CHECK(lines(dispatcher.handle(packet, kStart)).front() ==
          "announce 7 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s");
    packet = from_client(second);
    packet.session = SessionId{8};
    packet.call_id = "call-2";
    CHECK(lines(dispatcher.handle(packet, kStart)).front() ==
          "announce 8 udp 198.18.1.11:4010 > 198.18.0.100:* ttl 200s");
    const Buffer ok = from_gateway(kOk);
    CHECK(lines(dispatcher.handle(role::PeerMessage{ok}, kStart)).front().starts_with("announce 7 "));
    packet = from_client(kBye);
    packet.call_id = "call-1";
    CHECK(lines(dispatcher.handle(packet, kStart)).back() == "linger 7 32s");
    CHECK(dispatcher.dialogs().at(1).session == SessionId{8});
    CHECK_FALSE(dispatcher.dialogs().at(1).announced.empty());
}

TEST_CASE("a gateway's message that cannot be read is counted, and logged not more than once a second") {
    Dispatcher dispatcher;
    const Buffer garbage = {1, 2, 3};
    CHECK(dispatcher.handle(role::PeerMessage{garbage}, kStart).log.size() == 1);
    CHECK(dispatcher.handle(role::PeerMessage{garbage}, kStart).log.empty());
    CHECK(dispatcher.counters().peer_malformed == 2);
}

TEST_CASE("after a restart what is dumped is adopted, and its end still ends it") {
    Dispatcher first;
    const Buffer ok = from_gateway(kOk);
    (void)first.handle(from_client(kInvite), kStart);
    (void)first.handle(role::PeerMessage{ok}, kStart);

    Dispatcher second;
    CHECK(second
              .handle(
                  role::SessionFound{.session = kSession, .signalling = kSipFlow, .dumped = true, .lifetime_left = 1h},
                  kStart)
              .commands.empty());
    for (const inspect::DialogView& dialog : first.dialogs()) {
        for (const AnnouncementKey& key : dialog.announced) {
            CHECK(second.handle(role::AnnouncementFound{kSession, key, dialog.tag}, kStart).commands.empty());
        }
    }
    CHECK(lines(second.handle(from_client(kBye), kStart)).size() == 5);
}

TEST_CASE("announcements made by hand are left alone") {
    Dispatcher dispatcher;
    (void)dispatcher.handle(role::SessionFound{.session = kSession, .signalling = kSipFlow, .dumped = true}, kStart);
    const AnnouncementKey key{Transport::udp, std::nullopt, 0, kSipFlow.dst.address, 9000};
    (void)dispatcher.handle(role::AnnouncementFound{kSession, key, Tag::none}, kStart);
    CHECK(lines(dispatcher.handle(from_client(kBye), kStart)) == Lines{"linger 7 32s"});
}

TEST_CASE("the kernel's refusals") {
    Dispatcher dispatcher;
    const DispatcherOutput invite = dispatcher.handle(from_client(kInvite), kStart);
    const role::KernelCommand announce = invite.commands.front();
    SECTION("another node has it: counted, logged with the kernel's sentence, not asked again") {
        const DispatcherOutput out =
            dispatcher.handle(role::Refusal{announce, EEXIST, "session 3 on node n2 announced it"}, kStart);
        CHECK(out.commands.empty());
        REQUIRE(out.log.size() == 1);
        CHECK(out.log[0].text == "the kernel refused to announce 7 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s: "
                                 "session 3 on node n2 announced it");
        CHECK(dispatcher.counters().refused_conflict == 1);
        CHECK(dispatcher.dialogs().at(0).announced.size() == 1);
    }
    SECTION("a bound") {
        CHECK(dispatcher.handle(role::Refusal{announce, ENOSPC, "full"}, kStart).log.size() == 1);
        CHECK(dispatcher.counters().refused_limit == 1);
    }
    SECTION("the session has just ended: forgotten, without noise") {
        CHECK(dispatcher.handle(role::Refusal{announce, ENOENT, ""}, kStart).log.empty());
        CHECK(dispatcher.counters().refused_gone == 1);
        CHECK(dispatcher.dialogs().empty());
    }
    SECTION("what was to be withdrawn had expired: the session lives") {
        const role::KernelCommand withdraw = inspect::Withdraw{kSession, std::get<inspect::Announce>(announce).key};
        CHECK(dispatcher.handle(role::Refusal{withdraw, ENOENT, ""}, kStart).log.empty());
        CHECK(dispatcher.dialogs().size() == 1);
    }
    SECTION("anything else is logged, at most ten a second") {
        std::size_t logged = 0;
        for (unsigned each = 0; each < 100; ++each) {
            logged += dispatcher.handle(role::Refusal{announce, EPERM, ""}, kStart).log.size();
        }
        CHECK(logged == inspect::limits::kLogLinesPerSecond);
        CHECK(dispatcher.counters().refused_other == 100);
    }
}

TEST_CASE("a session that the kernel ended is forgotten, with its streams") {
    Dispatcher dispatcher;
    (void)dispatcher.handle(from_client(kInvite), kStart);
    CHECK(dispatcher.handle(role::SessionEnded{kSession, kSipFlow}, kStart).commands.empty());
    CHECK(dispatcher.dialogs().empty());
    CHECK(dispatcher.next_deadline() == kNever);
}

TEST_CASE("copies that the kernel lost are counted and logged") {
    Dispatcher dispatcher;
    role::InspectedPacket packet = from_client(kInvite);
    packet.lost = 4;
    CHECK(dispatcher.handle(packet, kStart).log.size() == 1);
    CHECK(dispatcher.handle(packet, kStart).log.empty());
    CHECK(dispatcher.counters().lost_copies == 4);
}

TEST_CASE("a client's gap is given up in time, and what follows is used") {
    Dispatcher dispatcher;
    const std::string setup = rtsp("SETUP", "rtsp://198.18.0.100/a", 2, "Transport: RTP/AVP;client_port=5000-5001\r\n");
    role::InspectedPacket packet{
        .session = kSession,
        .packet = {.app = App::rtsp, .flow = kRtspFlow, .tcp_seq = 1, .tcp_flags = inspect::kTcpSyn, .payload = {}}};
    (void)dispatcher.handle(packet, kStart);
    packet.packet = {.app = App::rtsp, .flow = kRtspFlow, .tcp_seq = 500, .payload = as_bytes(setup)};
    CHECK(dispatcher.handle(packet, kStart).commands.empty());
    (void)dispatcher.handle(role::SessionFound{.session = kSession, .signalling = kRtspFlow}, kStart);
    CHECK(lines(dispatcher.expire(dispatcher.next_deadline())).front() ==
          "announce 7 udp 198.18.1.11:5000 > 198.18.0.100:* ttl 60s");
}
