// SPDX-License-Identifier: GPL-2.0
// What does not depend on the protocol: facts in any order, unknown sessions, restarts, time, limits.
#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

#include "core/inspect/conversation.hpp"

using namespace sara;
using namespace sara::test;
using inspect::DialogState;
using inspect::EndReason;

namespace {

const std::string kInvite = request("INVITE", 1, {.sdp = audio("198.18.1.11", 4000)});
const std::string kRinging = reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)});
const std::string kOk = reply(200, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)});
const std::string kAck = request("ACK", 1, {.to_tag = "s1"});
const std::string kBye = request("BYE", 2, {.to_tag = "s1"});
const std::string kByeOk = reply(200, "BYE", 2, {.to_tag = "s1"});

const std::string kSetup = rtsp("SETUP", "rtsp://198.18.0.100/a", 1, "Transport: RTP/AVP;client_port=5000-5001\r\n");
const std::string kSetUp =
    rtsp_reply(200, 1, "Transport: RTP/AVP;client_port=5000-5001;server_port=6000-6001\r\nSession: S1;timeout=60\r\n");
const std::string kTeardown = rtsp("TEARDOWN", "rtsp://198.18.0.100/a", 3, "Session: S1\r\n");

const Lines kExact = {"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001",
                      "udp 198.18.1.11:4000 > 198.18.0.100:6000", "udp 198.18.1.11:4001 > 198.18.0.100:6001"};

struct Heard {
    Sender sender;
    std::string message;
};

Lines withdrawals(const Lines& effects) {
    Lines some;
    std::copy_if(effects.begin(), effects.end(), std::back_inserter(some),
                 [](const std::string& line) { return line.starts_with("withdraw"); });
    return some;
}

}  // namespace

// --- order ------------------------------------------------------------------------------------------------------

TEST_CASE("the facts of both ends may come in any order: a call that stands") {
    const std::vector<Heard> all = {
        {Sender::client, kInvite}, {Sender::server, kRinging}, {Sender::server, kOk}, {Sender::client, kAck}};
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), 0U);
    do {
        inspect::SessionTracker tracker;
        Conversation call{App::sip, kSipFlow, tracker};
        for (const std::size_t each : order) {
            call.hear(all[each].sender, all[each].message);
        }
        CHECK(call.announced() == kExact);
        CHECK(call.only().state == DialogState::complete);
        (void)tracker.expire(call.now + 5s);
        CHECK(tracker.counters().replies_without_request == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("the facts of both ends may come in any order: a call that is over") {
    const std::vector<Heard> all = {{Sender::client, kInvite},
                                    {Sender::server, kOk},
                                    {Sender::client, kAck},
                                    {Sender::client, kBye},
                                    {Sender::server, kByeOk}};
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), 0U);
    do {
        inspect::SessionTracker tracker;
        Conversation call{App::sip, kSipFlow, tracker};
        for (const std::size_t each : order) {
            call.hear(all[each].sender, all[each].message);
        }
        CHECK(call.announced().empty());
        CHECK(tracker.live_dialogs(call.session) == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("the facts of both ends may come in any order: RTSP, whose dialog is named by the first reply") {
    const std::vector<Heard> all = {
        {Sender::client, kSetup},
        {Sender::server, kSetUp},
        {Sender::client,
         rtsp("SETUP", "rtsp://198.18.0.100/b", 2, "Session: S1\r\nTransport: RTP/AVP;client_port=5002-5003\r\n")},
        {Sender::server, rtsp_reply(200, 2,
                                    "Transport: RTP/AVP;client_port=5002-5003;server_port=6002-6003\r\n"
                                    "Session: S1;timeout=60\r\n")}};
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), 0U);
    do {
        inspect::SessionTracker tracker;
        Conversation stream{App::rtsp, kRtspFlow, tracker};
        for (const std::size_t each : order) {
            stream.hear(all[each].sender, all[each].message);
        }
        CHECK(tracker.dialogs().size() == 1);
        CHECK(stream.announced().size() == 8);
        CHECK(stream.only().legs.size() == 2);
        CHECK(stream.client(rtsp("TEARDOWN", "rtsp://198.18.0.100/b", 3, "Session: S1\r\n")).size() == 4);
        CHECK(stream.client(rtsp("TEARDOWN", "rtsp://198.18.0.100/a", 4, "Session: S1\r\n")).size() == 5);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a reply that overtook the end of its session opens nothing") {
    inspect::SessionTracker tracker;
    Conversation stream{App::rtsp, kRtspFlow, tracker};
    stream.client(kSetup);
    CHECK(withdrawals(stream.client(kTeardown)).size() == 2);
    CHECK(stream.server(kSetUp).empty());
    CHECK(stream.announced().empty());
}

TEST_CASE("a failure that overtakes its request keeps it from announcing anything") {
    inspect::SessionTracker tracker;
    SECTION("SIP") {
        Conversation call{App::sip, kSipFlow, tracker};
        call.server(reply(486, "INVITE", 1, {.to_tag = "s1"}));
        CHECK(call.client(kInvite).empty());
    }
    SECTION("RTSP") {
        Conversation stream{App::rtsp, kRtspFlow, tracker};
        stream.server(rtsp_reply(404, 1));
        CHECK(stream.client(kSetup).empty());
    }
    SECTION("RTSP, after another failure") {
        Conversation stream{App::rtsp, kRtspFlow, tracker};
        stream.server(rtsp_reply(401, 0));
        stream.server(rtsp_reply(404, 1));
        CHECK(stream.client(kSetup).empty());
    }
    SECTION("a change of a call that stands") {
        Conversation call{App::sip, kSipFlow, tracker};
        call.client(kInvite);
        call.server(kOk);
        call.server(reply(488, "INVITE", 2, {.to_tag = "s1"}));
        call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4100)}));
        CHECK(call.announced() == kExact);
    }
}

TEST_CASE("an older offer that comes late does not replace a newer one") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    call.client(request("INVITE", 3, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4100)}));
    call.server(reply(200, "INVITE", 3, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6100)}));
    const Lines before = call.announced();
    call.server(kOk);
    call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4050)}));
    CHECK(call.announced() == before);
}

TEST_CASE("a reply without request is counted, and used as far as it goes") {
    inspect::SessionTracker tracker;
    SECTION("SIP: the client's port is not known; nor its address, after a while") {
        Conversation call{App::sip, kSipFlow, tracker};
        call.server(kOk);
        CHECK(call.announced() ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001"});
        CHECK(tracker.next_deadline() == kStart + 1s);
        CHECK(lines(tracker.expire(kStart + 1s)) ==
              Lines{"announce 1 udp *:* > 198.18.0.100:6000", "announce 1 udp *:* > 198.18.0.100:6001"});
        CHECK(tracker.counters().replies_without_request == 1);
        call.client(kInvite);
        CHECK(call.announced() == kExact);
    }
    SECTION("RTSP: the reply has both ends' ports") {
        Conversation stream{App::rtsp, kRtspFlow, tracker};
        stream.server(kSetUp);
        CHECK(stream.announced().size() == 4);
        CHECK(tracker.expire(kStart + 1s).empty());
        CHECK(tracker.counters().replies_without_request == 1);
    }
}

// --- whose session ----------------------------------------------------------------------------------------------

TEST_CASE("facts of a flow that nobody knows yet wait while its session is asked for") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker, SessionId::unknown};
    CHECK(call.client(kInvite) == Lines{"find udp 198.18.1.11:5060 > 198.18.0.100:5060 call-id call-1"});
    CHECK(call.server(kOk).empty());
    SECTION("found") {
        CHECK(tracker.bind(kSipFlow, SessionId{9}, kStart).size() == 11);
        CHECK(call.announced() == kExact);
        CHECK(call.only().session == SessionId{9});
        CHECK(call.client(kBye).back() == "linger 9 32s");
    }
    SECTION("not found") {
        CHECK(tracker.not_found(kSipFlow).empty());
        CHECK(tracker.counters().facts_without_session == 2);
        CHECK(tracker.bind(kSipFlow, SessionId{9}, kStart).empty());
    }
    SECTION("no answer in time") {
        CHECK(tracker.next_deadline() == kStart + 1s);
        CHECK(tracker.expire(kStart + 1s).empty());
        CHECK(tracker.counters().facts_without_session == 2);
        CHECK(tracker.next_deadline() == kNever);
    }
}

TEST_CASE("a flow that nobody knows, but a node is seen to serve, is made a session there") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker, SessionId::unknown};
    const SignallingKey key(kSipFlow, "call-1");
    const auto server = [&](const std::string& message) {
        inspect::MessageFacts facts = call.facts(Sender::server, message);
        facts.node = Mac{2, 0, 0, 0, 0, 0x11};
        return lines(tracker.handle(facts, SessionId::unknown, kStart));
    };
    const std::string seen =
        "make a session of udp 198.18.1.11:5060 > 198.18.0.100:5060 call-id call-1 at 02:00:00:00:00:11";
    SECTION("by its answer, and what it announces is expected when the session is there") {
        CHECK(server(kOk).size() == 1);
        CHECK(lines(tracker.not_found(key)) == Lines{seen});
        CHECK(tracker.counters().facts_without_session == 0);
        CHECK(lines(tracker.adopt_session(SessionId{9}, kSipFlow, 0s, kStart)).front() ==
              "announce 9 udp 198.18.1.11:* > 198.18.0.100:6000");
        CHECK(call.client(kBye).back() == "linger 9 32s");
    }
    SECTION("by a call that it makes itself") {
        CHECK(server(request("INVITE", 1, {.from_tag = "s1", .to_tag = ""})).size() == 1);
        CHECK(lines(tracker.not_found(key)) == Lines{seen});
    }
    SECTION("which is refused") {
        CHECK(server(request("INVITE", 1, {.from_tag = "s1", .to_tag = ""})).size() == 1);
        CHECK(lines(tracker.not_found(key)) == Lines{seen});
        tracker.give_up(key);
        CHECK(tracker.counters().facts_without_session == 1);
        CHECK(tracker.adopt_session(SessionId{9}, kSipFlow, 0s, kStart).empty());
    }
    SECTION("but not by what ends or refuses it") {
        CHECK(server(reply(200, "BYE", 2, {.to_tag = "s1"})).size() == 1);
        (void)server(reply(486, "INVITE", 1, {.to_tag = "s1"}));
        (void)server(request("BYE", 7, {.from_tag = "s1", .to_tag = "1"}));
        CHECK(tracker.not_found(key).empty());
        CHECK(tracker.counters().facts_without_session == 3);
    }
    SECTION("nor by what a client says") {
        inspect::MessageFacts facts = call.facts(Sender::client, kInvite);
        facts.node = Mac{2, 0, 0, 0, 0, 0x11};
        CHECK(tracker.handle(facts, SessionId::unknown, kStart).size() == 1);
        CHECK(tracker.not_found(key).empty());
    }
}

TEST_CASE("facts of several calls on an unknown flow wait for their own session each") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker, SessionId::unknown};
    const std::string other = request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 4010)});
    CHECK(call.client(kInvite).back().ends_with("call-id call-1"));
    CHECK(call.client(other).back().ends_with("call-id call-2"));
    SECTION("each is a session") {
        CHECK(lines(tracker.bind({kSipFlow, "call-2"}, SessionId{8}, kStart)).front().starts_with("announce 8 "));
        CHECK(lines(tracker.bind({kSipFlow, "call-1"}, SessionId{7}, kStart)).front().starts_with("announce 7 "));
        CHECK(tracker.sessions() == 2);
        CHECK(tracker.session_of({kSipFlow, "call-1"}) == SessionId{7});
        CHECK(call.client(kBye).back() == "linger 7 32s");
        tracker.session_ended(SessionId{7});
        CHECK(tracker.session_of({kSipFlow, "call-1"}) == SessionId::unknown);
        CHECK(tracker.session_of({kSipFlow, "call-2"}) == SessionId{8});
    }
    SECTION("one of them is not known") {
        CHECK(tracker.not_found({kSipFlow, "call-1"}).empty());
        CHECK(tracker.counters().facts_without_session == 1);
        CHECK_FALSE(tracker.bind({kSipFlow, "call-2"}, SessionId{8}, kStart).empty());
    }
    SECTION("both are of the one session that has the flow") {
        CHECK(lines(tracker.bind(kSipFlow, SessionId{9}, kStart)).size() == 6);
        CHECK(tracker.sessions() == 1);
    }
}

TEST_CASE("a call may come by several flows") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker, SessionId::unknown};
    (void)tracker.handle(call.facts(Sender::client, kInvite), SessionId{7}, kStart, "call-1");
    Conversation moved{App::sip, flow("198.18.1.11", 5099, "198.18.0.100", 5060, Transport::udp), tracker,
                       SessionId::unknown};
    CHECK(moved.server(kOk) == Lines{"find udp 198.18.1.11:5099 > 198.18.0.100:5060 call-id call-1"});
    CHECK_FALSE(tracker.bind({moved.flow, "call-1"}, SessionId{7}, kStart).empty());
    CHECK(call.announced() == kExact);
}

TEST_CASE("a session that the kernel ended is forgotten without a word to it") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    tracker.session_ended(call.session);
    CHECK(tracker.dialogs().empty());
    CHECK(tracker.sessions() == 0);
    CHECK(tracker.session_of(kSipFlow) == SessionId::unknown);
    CHECK(tracker.next_deadline() == kNever);
}

TEST_CASE("a new session on an old flow is another one, and late news of the old are ignored") {
    inspect::SessionTracker tracker;
    Conversation old{App::sip, kSipFlow, tracker, SessionId{1}};
    old.client(kInvite);
    Conversation young{App::sip, kSipFlow, tracker, SessionId{2}};
    CHECK(young.client(kInvite).front() == "announce 2 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s");
    CHECK(tracker.sessions() == 1);
    CHECK(old.server(kOk).empty());
    CHECK(tracker.session_of(kSipFlow) == SessionId{2});
}

TEST_CASE("what the kernel refused is not asked for again by this dialog, nor withdrawn") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    const AnnouncementKey key{Transport::udp, Address::parse("198.18.1.11"), 4000,
                              Address::parse("198.18.0.100").value(), 6000};
    tracker.announcement_refused(call.session, key);
    CHECK(tracker.counters().conflicts == 1);
    CHECK(call.server(kOk).empty());
    CHECK(call.announced().size() == 3);
    CHECK(withdrawals(call.client(kBye)).size() == 3);
}

TEST_CASE("two users behind one NAT whose nodes chose the same port: each keeps what names its own port") {
    inspect::SessionTracker tracker;
    Conversation first{App::sip, flow("198.18.1.11", 5060, "198.18.0.100", 5060, Transport::udp), tracker};
    Conversation second{App::sip, flow("198.18.1.11", 5061, "198.18.0.100", 5060, Transport::udp), tracker,
                        SessionId{2}};
    first.client(kInvite);
    first.server(kOk);
    const Sip offer{.call = "call-2", .sdp = audio("198.18.1.11", 4500)};
    second.client(request("INVITE", 1, offer));
    const Sip answer{.call = "call-2", .to_tag = "s2", .sdp = audio("198.18.0.100", 6000)};
    const Lines asked = second.server(reply(200, "INVITE", 1, answer));
    CHECK_THAT(asked, Catch::Matchers::VectorContains(std::string("announce 2 udp 198.18.1.11:* > 198.18.0.100:6000")));
    CHECK_THAT(asked,
               Catch::Matchers::VectorContains(std::string("announce 2 udp 198.18.1.11:4500 > 198.18.0.100:6000")));
    // The kernel lets the older session have the wildcards.
    for (const Port port : {Port{6000}, Port{6001}}) {
        tracker.announcement_refused(SessionId{2}, {Transport::udp, Address::parse("198.18.1.11"), 0,
                                                    Address::parse("198.18.0.100").value(), port});
    }
    CHECK(tracker.counters().conflicts == 2);
    CHECK(second.server(reply(200, "INVITE", 1, answer)).empty());
    SECTION("the end of the newer withdraws its own alone") {
        CHECK(second.client(request("BYE", 2, {.call = "call-2", .to_tag = "s2"})) ==
              Lines{"withdraw 2 udp 198.18.1.11:4500 > 198.18.0.100:6000",
                    "withdraw 2 udp 198.18.1.11:4501 > 198.18.0.100:6001", "linger 2 32s"});
    }
    SECTION("the end of the older leaves the newer's") {
        CHECK(withdrawals(first.client(kBye)).size() == 4);
        CHECK(second.announced() ==
              Lines{"udp 198.18.1.11:4500 > 198.18.0.100:6000", "udp 198.18.1.11:4501 > 198.18.0.100:6001"});
    }
}

TEST_CASE("a port that is used again at once is the new call's: the old one has withdrawn it") {
    inspect::SessionTracker tracker;
    Conversation old_call{App::sip, kSipFlow, tracker};
    old_call.client(kInvite);
    old_call.server(kOk);
    CHECK(withdrawals(old_call.client(kBye)).size() == 4);
    Conversation new_call{App::sip, flow("198.18.1.11", 5062, "198.18.0.100", 5060, Transport::udp), tracker,
                          SessionId{2}};
    new_call.client(request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 4000)}));
    new_call.server(reply(200, "INVITE", 1, {.call = "call-2", .to_tag = "s2", .sdp = audio("198.18.0.100", 6000)}));
    CHECK(new_call.announced() == kExact);
    // What of the old call is still under way changes nothing.
    CHECK(old_call.server(kByeOk).empty());
    CHECK(old_call.client(kBye).empty());
    CHECK(old_call.server(kOk).empty());
    CHECK(new_call.announced() == kExact);
    tracker.session_ended(SessionId{1});
    CHECK(new_call.announced() == kExact);
}

// --- restart ----------------------------------------------------------------------------------------------------

namespace {

/// Plays the conversation to one tracker, and gives what it announced to another, as a dump of the kernel would.
void restart(const Conversation& before, inspect::SessionTracker& after, Time now) {
    CHECK(after.adopt_session(before.session, before.flow, 75s, now).empty());
    for (const inspect::DialogView& dialog : before.tracker.dialogs()) {
        for (const AnnouncementKey& key : dialog.announced) {
            after.adopt_announcement(before.session, key, dialog.tag);
        }
    }
}

}  // namespace

TEST_CASE("a restarted agent ends the sessions it adopted") {
    inspect::SessionTracker first;
    inspect::SessionTracker second;
    SECTION("SIP") {
        Conversation before{App::sip, kSipFlow, first};
        before.client(kInvite);
        before.server(kOk);
        restart(before, second, kStart);
        CHECK(second.live_dialogs(before.session) == 1);
        Conversation after{App::sip, kSipFlow, second};
        const Lines effects = after.client(kBye);
        CHECK(withdrawals(effects).size() == 4);
        CHECK(effects.back() == "linger 1 32s");
    }
    SECTION("RTSP") {
        Conversation before{App::rtsp, kRtspFlow, first};
        before.client(kSetup);
        before.server(kSetUp);
        restart(before, second, kStart);
        Conversation after{App::rtsp, kRtspFlow, second};
        const Lines effects = after.client(kTeardown);
        CHECK(withdrawals(effects).size() == 4);
        CHECK(effects.back() == "linger 1 2s");
    }
    SECTION("RTSP, by its connection") {
        Conversation before{App::rtsp, kRtspFlow, first};
        before.client(kSetup);
        before.server(kSetUp);
        restart(before, second, kStart);
        inspect::MessageFacts closed;
        closed.app = App::rtsp;
        closed.act = inspect::Act::close;
        closed.flow = kRtspFlow;
        const Lines effects = lines(second.handle(closed, before.session, kStart));
        CHECK(withdrawals(effects).size() == 4);
        CHECK(effects.back() == "linger 1 2s");
    }
    SECTION("without anything announced (interleaved)") {
        CHECK(second.adopt_session(SessionId{1}, kRtspFlow, 75s, kStart).empty());
        Conversation after{App::rtsp, kRtspFlow, second};
        CHECK(after.client(kTeardown) == Lines{"linger 1 2s"});
        CHECK(after.client(kTeardown).empty());
        CHECK(second.counters().ends_without_dialog == 2);
    }
}

TEST_CASE("what is told twice is adopted once") {
    inspect::SessionTracker first;
    inspect::SessionTracker second;
    Conversation before{App::sip, kSipFlow, first};
    before.client(kInvite);
    before.server(kOk);
    restart(before, second, kStart);
    restart(before, second, kStart);
    CHECK(second.live_dialogs(before.session) == 1);
    Conversation after{App::sip, kSipFlow, second};
    CHECK(withdrawals(after.client(kBye)).size() == 4);
}

TEST_CASE("what a dialog has announced itself is not adopted") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    restart(call, tracker, kStart);
    CHECK(tracker.live_dialogs(call.session) == 1);
    CHECK(withdrawals(call.client(kBye)).size() == 4);
}

TEST_CASE("a restarted agent does not announce again what stands, and keeps what it does not understand") {
    inspect::SessionTracker first;
    inspect::SessionTracker second;
    Conversation before{App::sip, kSipFlow, first};
    before.client(kInvite);
    before.server(kOk);
    restart(before, second, kStart);
    Conversation after{App::sip, kSipFlow, second};
    CHECK(withdrawals(after.server(kOk)).empty());
    CHECK(second.counters().announced == 0);
    CHECK(after.announced() == kExact);

    after.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4100)}));
    CHECK_THAT(after.announced(), Catch::Matchers::Contains(kExact));
    SECTION("a refused change leaves it alone") {
        after.server(reply(488, "INVITE", 2, {.to_tag = "s1"}));
        CHECK(after.announced() == kExact);
    }
    SECTION("an accepted change replaces it") {
        after.server(reply(200, "INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6100)}));
        CHECK(after.announced().size() == 4);
        CHECK_THAT(after.announced(),
                   Catch::Matchers::VectorContains(std::string("udp 198.18.1.11:4100 > 198.18.0.100:6100")));
    }
}

TEST_CASE("a restart between SETUP and its reply") {
    inspect::SessionTracker first;
    inspect::SessionTracker second;
    Conversation before{App::rtsp, kRtspFlow, first};
    before.client(kSetup);
    restart(before, second, kStart);
    Conversation after{App::rtsp, kRtspFlow, second};
    CHECK(withdrawals(after.server(kSetUp)).size() == 2);
    CHECK(after.announced().size() == 4);
    CHECK(after.client(kTeardown).back() == "linger 1 2s");
}

TEST_CASE("with several adopted dialogs only the last one's end ends the session") {
    inspect::SessionTracker first;
    inspect::SessionTracker second;
    Conversation before{App::sip, kSipFlow, first};
    before.client(kInvite);
    before.server(kOk);
    before.client(request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 5000)}));
    before.server(reply(200, "INVITE", 1, {.call = "call-2", .to_tag = "t1", .sdp = audio("198.18.0.100", 8000)}));
    restart(before, second, kStart);
    Conversation after{App::sip, kSipFlow, second};
    CHECK(after.client(kBye) == withdrawals(before.client(kBye)));
    CHECK(after.client(request("BYE", 2, {.call = "call-2", .to_tag = "t1"})).back() == "linger 1 32s");
}

// --- time -------------------------------------------------------------------------------------------------------

TEST_CASE("an INVITE that is never answered is given up, without ending its session") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    CHECK(tracker.next_deadline() == kStart + 200s);
    CHECK(lines(tracker.expire(kStart + 200s)) == Lines{"withdraw 1 udp 198.18.1.11:4000 > 198.18.0.100:*",
                                                        "withdraw 1 udp 198.18.1.11:4001 > 198.18.0.100:*"});
    CHECK(call.only().end == EndReason::expired);
}

TEST_CASE("a call without BYE is given up after its lifetime") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    CHECK(tracker.expire(kStart + 1h).empty());
    CHECK(withdrawals(lines(tracker.expire(kStart + 1h + 32s))).size() == 4);
}

TEST_CASE("an RTSP session is the kernel's to end while its media may go on") {
    inspect::SessionTracker tracker;
    Conversation stream{App::rtsp, kRtspFlow, tracker};
    stream.client(kSetup);
    stream.server(kSetUp);
    CHECK(tracker.expire(kStart + 75s).empty());
    CHECK(stream.announced().size() == 4);
}

TEST_CASE("an ended dialog is remembered for its retransmissions, then forgotten") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    call.client(kBye);
    CHECK(tracker.dialogs().size() == 1);
    CHECK(tracker.expire(tracker.next_deadline()).empty());
    CHECK(tracker.dialogs().empty());
    CHECK(tracker.next_deadline() == kNever);
}

TEST_CASE("timers can be configured") {
    inspect::SessionTracker tracker(
        {.timers = {{App::sip, {.setup = 20s, .dialog = 10min, .margin = 1s, .linger = 5s}}}});
    Conversation call{App::sip, kSipFlow, tracker};
    CHECK(call.client(kInvite).at(2) == "lifetime 1 20s");
    CHECK(call.server(kOk).back() == "lifetime 1 601s");
    CHECK(call.client(kBye).back() == "linger 1 5s");
}

TEST_CASE("for captures, ended dialogs stay with all that they announced") {
    inspect::SessionTracker tracker({.keep_ended = true});
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    call.server(kOk);
    call.client(kBye);
    (void)tracker.expire(kStart + 24h);
    CHECK(call.only().announced.empty());
    CHECK(call.only().ever_announced.size() == 6);
    CHECK(call.only().legs.at(0).client_media.at(0).port == 4000);
    CHECK(call.only().legs.at(0).server_media.at(0).port == 6000);
    tracker.session_ended(call.session);
    CHECK(tracker.dialogs().size() == 1);
    CHECK(tracker.expire(kStart + 48h).empty());
}

TEST_CASE("for captures, what was agreed is shown even when the end overtook it") {
    inspect::SessionTracker tracker({.keep_ended = true});
    Conversation stream{App::rtsp, kRtspFlow, tracker};
    stream.client(kSetup);
    stream.client(kTeardown);
    CHECK(stream.server(kSetUp).empty());
    CHECK(stream.only().state == DialogState::ended);
    CHECK(stream.only().announced.empty());
    CHECK(stream.only().ever_announced.size() == 6);
    CHECK(stream.only().legs.at(0).server_media.at(0).port == 6000);
}

// --- limits -----------------------------------------------------------------------------------------------------

TEST_CASE("beyond the number of dialogs ended ones make room, then those never accepted, and no accepted one") {
    inspect::SessionTracker tracker({.max_dialogs = 2});
    Conversation call{App::sip, kSipFlow, tracker};
    const auto invite = [&](const std::string& id) {
        return call.client(request("INVITE", 1, {.call = id, .sdp = audio("198.18.1.11", 4000)}));
    };
    const auto accept = [&](const std::string& id) {
        return call.server(reply(200, "INVITE", 1, {.call = id, .to_tag = "s", .sdp = audio("198.18.0.100", 6000)}));
    };
    invite("a");
    accept("a");
    invite("b");
    invite("c");
    CHECK(tracker.counters().limit_hits == 1);
    CHECK(tracker.dialogs().back().id == "c");
    CHECK(tracker.dialogs().front().id == "a");
    accept("c");
    CHECK(invite("d").empty());
    CHECK(tracker.counters().limit_hits == 2);
    CHECK(tracker.dialogs().size() == 2);
    call.client(request("BYE", 2, {.call = "a", .to_tag = "s"}));
    invite("e");
    CHECK(tracker.dialogs().back().id == "e");
}

TEST_CASE("beyond the number of sessions idle ones make room") {
    inspect::SessionTracker tracker({.max_sessions = 2});
    for (unsigned each = 1; each <= 3; ++each) {
        Conversation call{App::sip,
                          flow("198.18.1.11", static_cast<Port>(5000 + each), "198.18.0.100", 5060, Transport::udp),
                          tracker, SessionId{each}};
        call.client(kInvite);
        if (each < 3) {
            call.server(kOk);
            call.client(each == 1 ? kBye : kAck);
        }
    }
    CHECK(tracker.sessions() == 2);
    CHECK(tracker.counters().limit_hits == 1);
    CHECK(tracker.live_dialogs(SessionId{2}) == 1);
    CHECK(tracker.live_dialogs(SessionId{3}) == 1);
}

TEST_CASE("a dialog's forks, transactions and announcements are bounded") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, kSipFlow, tracker};
    call.client(kInvite);
    for (unsigned fork = 0; fork < 100; ++fork) {
        call.server(reply(183, "INVITE", 1,
                          {.to_tag = "s" + std::to_string(fork), .sdp = audio("198.18.0.100", 10000 + 2 * fork)}));
    }
    CHECK(call.only().legs.size() == inspect::limits::kMaxLegs);
    CHECK(call.announced().size() == inspect::limits::kMaxAnnouncements);
    for (unsigned cseq = 2; cseq < 200; ++cseq) {
        call.client(request("UPDATE", cseq, {.to_tag = "s1", .sdp = audio("198.18.1.11", 20000 + 2 * cseq)}));
    }
    CHECK(call.announced().size() <= inspect::limits::kMaxAnnouncements);
    CHECK(tracker.counters().limit_hits > 0);
}

TEST_CASE("facts that wait for their session are bounded") {
    inspect::SessionTracker tracker;
    for (unsigned each = 0; each < 3000; ++each) {
        Conversation call{App::sip,
                          flow("198.18.1.11", static_cast<Port>(1024 + each), "198.18.0.100", 5060, Transport::udp),
                          tracker, SessionId::unknown};
        call.client(kInvite);
    }
    CHECK(tracker.counters().facts_without_session == 3000 - inspect::limits::kMaxWaiting);
}

TEST_CASE("the flows of a session are bounded: the oldest is forgotten") {
    inspect::SessionTracker tracker;
    const auto nth = [](unsigned each) {
        return flow("198.18.1.11", static_cast<Port>(1024 + each), "198.18.0.100", 5060, Transport::udp);
    };
    for (unsigned each = 0; each < 257; ++each) {
        CHECK(tracker.bind(nth(each), SessionId{9}, kStart).empty());
    }
    CHECK(tracker.session_of(nth(0)) == SessionId::unknown);
    CHECK(tracker.session_of(nth(1)) == SessionId{9});
    CHECK(tracker.session_of(nth(256)) == SessionId{9});
    CHECK(tracker.sessions() == 1);
}
