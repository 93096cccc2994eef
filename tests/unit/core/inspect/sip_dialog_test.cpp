// SPDX-License-Identifier: GPL-2.0
// SIP conversations: what each message makes the dispatcher ask of the kernel.
#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"

using namespace sara;
using namespace sara::test;
using inspect::DialogState;
using inspect::EndReason;

namespace {

struct Call : Conversation {
    inspect::SessionTracker own;
    Call() : Conversation{App::sip, kSipFlow, own} {}

    static std::string invite(unsigned cseq = 1) {
        return request("INVITE", cseq, {.sdp = audio("198.18.1.11", 4000)});
    }
    static std::string ok(unsigned cseq = 1, unsigned port = 6000) {
        return reply(200, "INVITE", cseq, {.to_tag = "s1", .sdp = audio("198.18.0.100", port)});
    }
    void establish() {
        client(invite());
        server(ok());
        client(request("ACK", 1, {.to_tag = "s1"}));
    }
};

const Lines kBoth = {"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001",
                     "udp 198.18.1.11:4000 > 198.18.0.100:6000", "udp 198.18.1.11:4001 > 198.18.0.100:6001"};

const Lines kHalves = {"udp 198.18.1.11:4000 > 198.18.0.100:*", "udp 198.18.1.11:4001 > 198.18.0.100:*"};

const Lines kOver = {"withdraw 1 udp 198.18.1.11:* > 198.18.0.100:6000",
                     "withdraw 1 udp 198.18.1.11:* > 198.18.0.100:6001",
                     "withdraw 1 udp 198.18.1.11:4000 > 198.18.0.100:6000",
                     "withdraw 1 udp 198.18.1.11:4001 > 198.18.0.100:6001", "linger 1 32s"};

}  // namespace

TEST_CASE("INVITE announces the client's half at once, while it rings") {
    Call call;
    CHECK(call.client(Call::invite()) == Lines{"announce 1 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s",
                                               "announce 1 udp 198.18.1.11:4001 > 198.18.0.100:* ttl 200s",
                                               "lifetime 1 200s", "label 1 call-1"});
    CHECK(call.only().state == DialogState::half);
}

TEST_CASE("the answer completes the announcement, and replaces the half ones") {
    Call call;
    call.client(Call::invite());
    CHECK(call.server(Call::ok()) == Lines{"announce 1 udp 198.18.1.11:* > 198.18.0.100:6000",
                                           "announce 1 udp 198.18.1.11:* > 198.18.0.100:6001",
                                           "announce 1 udp 198.18.1.11:4000 > 198.18.0.100:6000",
                                           "announce 1 udp 198.18.1.11:4001 > 198.18.0.100:6001",
                                           "withdraw 1 udp 198.18.1.11:4000 > 198.18.0.100:*",
                                           "withdraw 1 udp 198.18.1.11:4001 > 198.18.0.100:*", "lifetime 1 3632s"});
    CHECK(call.only().state == DialogState::complete);
}

TEST_CASE("retransmissions change nothing") {
    Call call;
    call.client(Call::invite());
    CHECK(call.client(Call::invite()).empty());
    call.server(Call::ok());
    CHECK(call.server(Call::ok()).empty());
    CHECK(call.client(Call::invite()).empty());
    CHECK(call.announced() == kBoth);
    call.client(request("BYE", 2, {.to_tag = "s1"}));
    CHECK(call.client(request("BYE", 2, {.to_tag = "s1"})).empty());
    CHECK(call.server(reply(200, "BYE", 2, {.to_tag = "s1"})).empty());
    CHECK(call.server(Call::ok()).empty());
    CHECK(call.client(Call::invite()).empty());
    CHECK(call.announced().empty());
}

TEST_CASE("BYE by the client withdraws and lets the session linger") {
    Call call;
    call.establish();
    CHECK(call.client(request("BYE", 2, {.to_tag = "s1"})) == kOver);
    CHECK(call.only().state == DialogState::ended);
    CHECK(call.only().end == EndReason::finished_by_client);
}

TEST_CASE("BYE by the server, seen at the gateway, ends it as well") {
    Call call;
    call.establish();
    CHECK(call.server(request("BYE", 1, {.from_tag = "s1", .to_tag = "from-c"})) == kOver);
    CHECK(call.only().end == EndReason::finished_by_server);
}

TEST_CASE("the reply to a BYE that nobody saw ends it, too") {
    Call call;
    call.establish();
    CHECK(call.server(reply(200, "BYE", 2, {.to_tag = "s1"})) == kOver);
    CHECK(call.only().end == EndReason::finished_by_client);
}

TEST_CASE("early media: 183 with SDP is announced before the call is accepted") {
    Call call;
    call.client(Call::invite());
    call.server(reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
    CHECK(call.announced() == kBoth);
    CHECK(call.server(reply(200, "INVITE", 1, {.to_tag = "s1"})) == Lines{"lifetime 1 3632s"});
    CHECK(call.announced() == kBoth);
}

TEST_CASE("180 without SDP keeps the half announcements") {
    Call call;
    call.client(Call::invite());
    CHECK(call.server(reply(100, "INVITE", 1)).empty());
    CHECK(call.server(reply(180, "INVITE", 1, {.to_tag = "s1"})).empty());
    CHECK(call.announced() == kHalves);
}

TEST_CASE("INVITE without offer: the server's 200 offers, the client's ACK answers") {
    Call call;
    CHECK(call.client(request("INVITE", 1)) == Lines{"lifetime 1 200s", "label 1 call-1"});
    call.server(Call::ok());
    CHECK(call.announced() == Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001"});
    call.client(request("ACK", 1, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4000)}));
    CHECK(call.announced() == kBoth);
    CHECK(call.only().state == DialogState::complete);
}

TEST_CASE("re-INVITE that moves the client's port: old and new until it is accepted, then the new alone") {
    Call call;
    call.establish();
    call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4100)}));
    CHECK_THAT(call.announced(), Catch::Matchers::Contains(kBoth));
    CHECK_THAT(call.announced(), Catch::Matchers::VectorContains(std::string("udp 198.18.1.11:4100 > 198.18.0.100:*")));
    call.server(Call::ok(2, 6100));
    CHECK(call.announced() == Lines{"udp 198.18.1.11:* > 198.18.0.100:6100", "udp 198.18.1.11:* > 198.18.0.100:6101",
                                    "udp 198.18.1.11:4100 > 198.18.0.100:6100",
                                    "udp 198.18.1.11:4101 > 198.18.0.100:6101"});
}

TEST_CASE("hold, whoever holds and however: the ports stay, and so does the session in its silence") {
    Call call;
    call.establish();
    const char* const hold = GENERATE("a=sendonly\r\n", "a=inactive\r\n", "a=recvonly\r\n");
    SECTION("the client, as RFC 3264 has it") {
        const std::string offer = audio("198.18.1.11", 4000) + hold;
        call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = offer}));
        CHECK_THAT(call.announced(), Catch::Matchers::Contains(kBoth));  // and the half: the server may move
        call.server(Call::ok(2));
    }
    SECTION("the client, as RFC 2543 had it") {
        call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("0.0.0.0", 4000)}));
        call.server(Call::ok(2));
    }
    SECTION("the server") {
        const std::string offer = audio("198.18.0.100", 6000) + hold;
        CHECK(call.server(request("INVITE", 7, {.from_tag = "s1", .to_tag = "from-c", .sdp = offer})).empty());
        const Sip answer{.from_tag = "s1", .to_tag = "from-c", .sdp = audio("198.18.1.11", 4000)};
        CHECK(call.client(reply(200, "INVITE", 7, answer)).empty());
    }
    CHECK(call.announced() == kBoth);
    CHECK(call.only().state == DialogState::complete);
    CHECK(call.tracker.next_deadline() >= call.now + 1h);
    // And back again.
    call.client(request("INVITE", 3, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4000)}));
    call.server(Call::ok(3));
    CHECK(call.announced() == kBoth);
}

TEST_CASE("a stream that a re-INVITE rejects is withdrawn, one that it adds is announced") {
    Call call;
    call.establish();
    const auto both = [](const std::string& address, unsigned audio_port, unsigned video_port) {
        return sdp(address, "m=audio " + std::to_string(audio_port) + " RTP/AVP 0\r\nm=video " +
                                std::to_string(video_port) + " RTP/AVP 31\r\n");
    };
    call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = both("198.18.1.11", 4000, 4002)}));
    call.server(reply(200, "INVITE", 2, {.to_tag = "s1", .sdp = both("198.18.0.100", 6000, 6002)}));
    CHECK(call.announced().size() == 8);
    call.client(request("INVITE", 3, {.to_tag = "s1", .sdp = both("198.18.1.11", 0, 4002)}));
    call.server(reply(200, "INVITE", 3, {.to_tag = "s1", .sdp = both("198.18.0.100", 0, 6002)}));
    CHECK(call.announced() == Lines{"udp 198.18.1.11:* > 198.18.0.100:6002", "udp 198.18.1.11:* > 198.18.0.100:6003",
                                    "udp 198.18.1.11:4002 > 198.18.0.100:6002",
                                    "udp 198.18.1.11:4003 > 198.18.0.100:6003"});
}

TEST_CASE("a refused re-INVITE leaves the call as it was") {
    Call call;
    call.establish();
    call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4100)}));
    call.server(reply(488, "INVITE", 2, {.to_tag = "s1"}));
    CHECK(call.announced() == kBoth);
    CHECK(call.only().state == DialogState::complete);
}

TEST_CASE("481 to a re-INVITE ends the call: the server does not know it any more") {
    Call call;
    call.establish();
    call.client(request("INVITE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4100)}));
    call.server(reply(481, "INVITE", 2, {.to_tag = "s1"}));
    CHECK(call.announced().empty());
    CHECK(call.only().end == EndReason::refused);
    CHECK(call.only().end_status == 481);
}

TEST_CASE("UPDATE while it rings moves the ports, refused, it moves nothing and the call goes on") {
    Call call;
    call.client(Call::invite());
    call.server(reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
    call.client(request("PRACK", 2, {.to_tag = "s1"}));
    call.server(reply(200, "PRACK", 2, {.to_tag = "s1"}));
    call.client(request("UPDATE", 3, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4200)}));
    SECTION("accepted") {
        call.server(reply(200, "UPDATE", 3, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6200)}));
        call.server(reply(200, "INVITE", 1, {.to_tag = "s1"}));
        CHECK(call.announced() ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6200", "udp 198.18.1.11:* > 198.18.0.100:6201",
                    "udp 198.18.1.11:4200 > 198.18.0.100:6200", "udp 198.18.1.11:4201 > 198.18.0.100:6201"});
    }
    SECTION("refused") {
        call.server(reply(491, "UPDATE", 3, {.to_tag = "s1"}));
        CHECK(call.announced() == kBoth);
        call.server(reply(200, "INVITE", 1, {.to_tag = "s1"}));
        CHECK(call.announced() == kBoth);
    }
    CHECK(call.only().state == DialogState::complete);
}

TEST_CASE("the server's re-INVITE moves its own port") {
    Call call;
    call.establish();
    call.server(request("INVITE", 7, {.from_tag = "s1", .to_tag = "from-c", .sdp = audio("198.18.0.100", 6300)}));
    call.client(reply(200, "INVITE", 7, {.from_tag = "s1", .to_tag = "from-c", .sdp = audio("198.18.1.11", 4000)}));
    CHECK(call.announced() == Lines{"udp 198.18.1.11:* > 198.18.0.100:6300", "udp 198.18.1.11:* > 198.18.0.100:6301",
                                    "udp 198.18.1.11:4000 > 198.18.0.100:6300",
                                    "udp 198.18.1.11:4001 > 198.18.0.100:6301"});
}

TEST_CASE("forks: each early leg is announced, the accepted one stays alone") {
    Call call;
    call.client(Call::invite());
    call.server(reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
    call.server(reply(183, "INVITE", 1, {.to_tag = "s2", .sdp = audio("198.18.0.100", 7000)}));
    CHECK(call.announced().size() == 8);
    call.server(reply(200, "INVITE", 1, {.to_tag = "s1"}));
    CHECK(call.announced() == kBoth);
    CHECK(call.server(reply(183, "INVITE", 1, {.to_tag = "s2", .sdp = audio("198.18.0.100", 7000)})).empty());
    CHECK(call.only().legs.size() == 2);
}

TEST_CASE("a second fork that is accepted, too, lives until its own BYE") {
    Call call;
    call.client(Call::invite());
    call.server(Call::ok());
    call.server(reply(200, "INVITE", 1, {.to_tag = "s2", .sdp = audio("198.18.0.100", 7000)}));
    CHECK(call.announced().size() == 8);
    call.client(request("BYE", 2, {.to_tag = "s2"}));
    CHECK(call.announced() == kBoth);
    CHECK(call.only().state == DialogState::complete);
    CHECK(call.client(request("BYE", 2, {.to_tag = "s2"})).empty());
    CHECK(call.client(request("BYE", 3, {.to_tag = "s1"})) == kOver);
}

TEST_CASE("CANCEL does nothing by itself, the 487 that follows ends the call") {
    Call call;
    call.client(Call::invite());
    CHECK(call.client(request("CANCEL", 1)).empty());
    CHECK(call.server(reply(200, "CANCEL", 1, {.to_tag = "s1"})).empty());
    CHECK(call.server(reply(487, "INVITE", 1, {.to_tag = "s1"})) ==
          Lines{"withdraw 1 udp 198.18.1.11:4000 > 198.18.0.100:*", "withdraw 1 udp 198.18.1.11:4001 > 198.18.0.100:*",
                "linger 1 32s"});
    CHECK(call.only().end == EndReason::cancelled);
}

TEST_CASE("final failures end the call") {
    const unsigned status = GENERATE(302U, 404U, 408U, 486U, 503U, 603U);
    Call call;
    call.client(Call::invite());
    call.server(reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
    const Lines effects = call.server(reply(status, "INVITE", 1, {.to_tag = "s9"}));
    CHECK(effects == kOver);
    CHECK(call.only().end == EndReason::refused);
    CHECK(call.only().end_status == status);
}

TEST_CASE("INVITE again after 401 under the same Call-ID revives the session") {
    Call call;
    call.client(Call::invite(1));
    call.server(reply(401, "INVITE", 1, {.to_tag = "s0"}));
    call.client(request("ACK", 1, {.to_tag = "s0"}));
    CHECK(call.announced().empty());
    CHECK(call.client(Call::invite(2)) == Lines{"announce 1 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s",
                                                "announce 1 udp 198.18.1.11:4001 > 198.18.0.100:* ttl 200s",
                                                "lifetime 1 200s"});
    call.server(Call::ok(2));
    CHECK(call.announced() == kBoth);
    CHECK(call.client(request("BYE", 3, {.to_tag = "s1"})) == kOver);
}

TEST_CASE("INVITE again, heard before the 401 that caused it") {
    Call call;
    call.client(Call::invite(1));
    call.client(Call::invite(2));
    call.server(reply(401, "INVITE", 1, {.to_tag = "s0"}));
    CHECK(call.announced() == Lines{"udp 198.18.1.11:4000 > 198.18.0.100:*", "udp 198.18.1.11:4001 > 198.18.0.100:*"});
    call.server(Call::ok(2));
    CHECK(call.announced() == kBoth);
}

TEST_CASE("an UPDATE that is not answered yet does not outlive the failure of its INVITE") {
    Call call;
    call.client(Call::invite());
    call.server(reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
    call.client(request("UPDATE", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4002)}));
    call.server(reply(486, "INVITE", 1, {.to_tag = "s1"}));
    CHECK(call.only().end == EndReason::refused);
    CHECK(call.announced().empty());
}

TEST_CASE("requests without a call announce nothing and set no lifetime") {
    Call call;
    for (const char* method : {"REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "NOTIFY", "PUBLISH"}) {
        CHECK(call.client(request(method, 1, {.call = method, .sdp = audio("198.18.1.11", 4000)})).empty());
        CHECK(call.server(reply(200, method, 1, {.call = method, .sdp = audio("198.18.0.100", 6000)})).empty());
        CHECK(call.server(reply(404, method, 1, {.call = method})).empty());
    }
    CHECK(call.tracker.dialogs().empty());
}

TEST_CASE("Session-Expires is the lifetime, and a refresh tells it anew") {
    Call call;
    call.client(Call::invite());
    const std::string ok = reply(
        200, "INVITE", 1,
        {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000), .headers = "Session-Expires: 1800;refresher=uac\r\n"});
    CHECK(call.server(ok).back() == "lifetime 1 1832s");
    call.now += 900s;
    CHECK(call.client(request("UPDATE", 2, {.to_tag = "s1", .headers = "Session-Expires: 1800\r\n"})) ==
          Lines{"lifetime 1 1832s"});
}

TEST_CASE("of several calls on one flow only the last one's end ends the session") {
    Call call;
    call.establish();
    CHECK(call.client(request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 5000)})) ==
          Lines{"announce 1 udp 198.18.1.11:5000 > 198.18.0.100:* ttl 200s",
                "announce 1 udp 198.18.1.11:5001 > 198.18.0.100:* ttl 200s"});
    call.server(reply(200, "INVITE", 1, {.call = "call-2", .to_tag = "t1", .sdp = audio("198.18.0.100", 8000)}));
    const Lines first = call.client(request("BYE", 2, {.to_tag = "s1"}));
    CHECK(first == Lines(kOver.begin(), kOver.end() - 1));
    CHECK(call.client(request("BYE", 2, {.call = "call-2", .to_tag = "t1"})).back() == "linger 1 32s");
}

TEST_CASE("a key that two calls of a session want stays until the last does not") {
    Call call;
    call.establish();
    call.client(request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 4000)}));
    call.server(reply(200, "INVITE", 1, {.call = "call-2", .to_tag = "t1", .sdp = audio("198.18.0.100", 6000)}));
    CHECK(call.client(request("BYE", 2, {.to_tag = "s1"})).empty());
    CHECK(call.client(request("BYE", 2, {.call = "call-2", .to_tag = "t1"})) == kOver);
}

TEST_CASE("a new call during linger revives the session") {
    Call call;
    call.establish();
    call.client(request("BYE", 2, {.to_tag = "s1"}));
    const Lines effects = call.client(request("INVITE", 1, {.call = "call-2", .sdp = audio("198.18.1.11", 5000)}));
    CHECK(effects.at(2) == "lifetime 1 200s");
    CHECK(effects.at(3) == "label 1 call-2");
}

TEST_CASE("media: several streams, rejected ones, T.38, MSRP, port counts, a=rtcp, mux, IPv6") {
    Call call;
    const auto negotiate = [&](const std::string& offer, const std::string& answer) {
        call.client(request("INVITE", 1, {.sdp = offer}));
        call.server(reply(200, "INVITE", 1, {.to_tag = "s1", .sdp = answer}));
        return call.announced();
    };
    SECTION("the rejected stream is not announced; the others keep their places") {
        CHECK(negotiate(sdp("198.18.1.11", "m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 31\r\n"),
                        sdp("198.18.0.100", "m=audio 0 RTP/AVP 0\r\nm=video 6002 RTP/AVP 31\r\n")) ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6002", "udp 198.18.1.11:* > 198.18.0.100:6003",
                    "udp 198.18.1.11:4002 > 198.18.0.100:6002", "udp 198.18.1.11:4003 > 198.18.0.100:6003"});
    }
    SECTION("T.38 has no RTCP") {
        CHECK(negotiate(sdp("198.18.1.11", "m=image 4000 udptl t38\r\n"),
                        sdp("198.18.0.100", "m=image 6000 udptl t38\r\n")) ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:4000 > 198.18.0.100:6000"});
    }
    SECTION("MSRP is TCP, and either end may connect") {
        CHECK(
            negotiate(sdp("198.18.1.11", "m=message 2855 TCP/MSRP *\r\na=path:msrp://198.18.1.11:2855/a;tcp\r\n"),
                      sdp("198.18.0.100", "m=message 2856 TCP/MSRP *\r\na=path:msrp://198.18.0.100:2856/b;tcp\r\n")) ==
            Lines{"tcp 198.18.1.11:* > 198.18.0.100:2856", "tcp 198.18.1.11:2855 > 198.18.0.100:*",
                  "tcp 198.18.1.11:2855 > 198.18.0.100:2856"});
    }
    SECTION("a=rtcp names another port") {
        CHECK(negotiate(sdp("198.18.1.11", "m=audio 4000 RTP/AVP 0\r\na=rtcp:4444\r\n"),
                        sdp("198.18.0.100", "m=audio 6000 RTP/AVP 0\r\na=rtcp:6666\r\n")) ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6666",
                    "udp 198.18.1.11:4000 > 198.18.0.100:6000", "udp 198.18.1.11:4444 > 198.18.0.100:6666"});
    }
    SECTION("a=rtcp names another address, too (RFC 3605)") {
        const std::string elsewhere = "m=audio 4000 RTP/AVP 0\r\na=rtcp:4444 IN IP4 198.18.1.12\r\n";
        SECTION("the client's: its RTCP comes from there") {
            call.client(request("INVITE", 1, {.sdp = sdp("198.18.1.11", elsewhere)}));
            CHECK(call.announced() ==
                  Lines{"udp 198.18.1.11:4000 > 198.18.0.100:*", "udp 198.18.1.12:4444 > 198.18.0.100:*"});
            call.server(reply(200, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
            CHECK(call.announced() ==
                  Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001",
                        "udp 198.18.1.11:4000 > 198.18.0.100:6000", "udp 198.18.1.12:* > 198.18.0.100:6001",
                        "udp 198.18.1.12:4444 > 198.18.0.100:6001"});
        }
        SECTION("the server's, at the VIP") {
            CHECK(negotiate(audio("198.18.1.11", 4000),
                            sdp("198.18.0.100", "m=audio 6000 RTP/AVP 0\r\na=rtcp:6666 IN IP4 198.18.0.100\r\n")) ==
                  Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6666",
                        "udp 198.18.1.11:4000 > 198.18.0.100:6000", "udp 198.18.1.11:4001 > 198.18.0.100:6666"});
        }
        SECTION("the server's, elsewhere: its RTCP does not come through us") {
            CHECK(negotiate(audio("198.18.1.11", 4000),
                            sdp("198.18.0.100", "m=audio 6000 RTP/AVP 0\r\na=rtcp:6666 IN IP4 198.18.0.11\r\n")) ==
                  Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:4000 > 198.18.0.100:6000"});
        }
        SECTION("of the other family: no packet of it can reach the VIP") {
            CHECK(negotiate(sdp("198.18.1.11", "m=audio 4000 RTP/AVP 0\r\na=rtcp:4444 IN IP6 fd00:1::11\r\n"),
                            audio("198.18.0.100", 6000)) == Lines{"udp 198.18.1.11:* > 198.18.0.100:6000",
                                                                  "udp 198.18.1.11:* > 198.18.0.100:6001",
                                                                  "udp 198.18.1.11:4000 > 198.18.0.100:6000"});
        }
    }
    SECTION("RTCP shares the port only when both say so") {
        const std::string offer = sdp("198.18.1.11", "m=audio 4000 RTP/AVP 0\r\na=rtcp-mux\r\n");
        SECTION("both") {
            CHECK(negotiate(offer, sdp("198.18.0.100", "m=audio 6000 RTP/AVP 0\r\na=rtcp-mux\r\n")) ==
                  Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:4000 > 198.18.0.100:6000"});
        }
        SECTION("one") {
            CHECK(negotiate(offer, audio("198.18.0.100", 6000)) == kBoth);
        }
    }
    SECTION("port/count: pairs in a row") {
        CHECK(negotiate(sdp("198.18.1.11", "m=video 4000/2 RTP/AVP 31\r\n"),
                        sdp("198.18.0.100", "m=video 6000/2 RTP/AVP 31\r\n"))
                  .size() == 8);
        CHECK_THAT(call.announced(),
                   Catch::Matchers::VectorContains(std::string("udp 198.18.1.11:4003 > 198.18.0.100:6003")));
    }
    SECTION("the client's media come from another host than its signalling: both are expected") {
        CHECK(negotiate(audio("198.18.1.12", 4000), audio("198.18.0.100", 6000)) ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001",
                    "udp 198.18.1.12:* > 198.18.0.100:6000", "udp 198.18.1.12:* > 198.18.0.100:6001",
                    "udp 198.18.1.12:4000 > 198.18.0.100:6000", "udp 198.18.1.12:4001 > 198.18.0.100:6001"});
    }
    SECTION("the client's address is a name: it cannot be known, so any source") {
        CHECK_THAT(negotiate(sdp("client.example", "m=audio 4000 RTP/AVP 0\r\n"), audio("198.18.0.100", 6000)),
                   Catch::Matchers::VectorContains(std::string("udp *:* > 198.18.0.100:6000")));
    }
    SECTION("on hold (c=0.0.0.0) the client is where it was") {
        CHECK(negotiate(audio("0.0.0.0", 4000), audio("198.18.0.100", 6000)) == kBoth);
    }
    SECTION("a server's media elsewhere do not come through us") {
        CHECK(negotiate(audio("198.18.1.11", 4000), audio("198.18.0.11", 6000)).empty());
        CHECK(call.tracker.counters().media_elsewhere == 1);
    }
    SECTION("a server's media on the signalling port would steer new calls") {
        CHECK(negotiate(audio("198.18.1.11", 4000), sdp("198.18.0.100", "m=image 5060 udptl t38\r\n")).empty());
        CHECK(call.tracker.counters().media_unusable == 1);
    }
    SECTION("multicast is refused by name") {
        CHECK(negotiate(audio("224.2.17.12", 4000), audio("198.18.0.100", 6000)).empty());
        CHECK(call.tracker.counters().multicast_refused == 1);
    }
    SECTION("a client of the other address family cannot reach the VIP") {
        CHECK(negotiate(audio("fd00:1::11", 4000), audio("198.18.0.100", 6000)).empty());
        CHECK(call.tracker.counters().media_unusable == 1);
    }
}

TEST_CASE("the server calls: its INVITE is no re-INVITE, although it has a tag") {
    Call call;
    const auto invite = [](unsigned cseq) {
        return request("INVITE", cseq, {.from_tag = "s1", .sdp = audio("198.18.0.100", 6000)});
    };
    call.server(invite(1));
    CHECK(call.only().state == DialogState::half);
    SECTION("refused: nothing stays") {
        CHECK(call.client(reply(486, "INVITE", 1, {.from_tag = "s1", .to_tag = "c1"})).back() == "linger 1 32s");
        CHECK(call.only().end == EndReason::refused);
        CHECK(call.announced().empty());
        CHECK(call.only().legs.at(0).server_media.at(0).port == 6000);
    }
    SECTION("refused with a challenge, and called again with the same tag") {
        call.client(reply(407, "INVITE", 1, {.from_tag = "s1", .to_tag = "c1"}));
        CHECK(call.announced().empty());
        call.server(invite(2));
        CHECK(call.only().state == DialogState::half);
        call.client(reply(200, "INVITE", 2, {.from_tag = "s1", .to_tag = "c2", .sdp = audio("198.18.1.11", 4000)}));
        CHECK(call.only().state == DialogState::complete);
        CHECK(call.announced() == kBoth);
    }
    SECTION("cancelled") {
        call.client(reply(487, "INVITE", 1, {.from_tag = "s1", .to_tag = "c1"}));
        CHECK(call.only().end == EndReason::cancelled);
        CHECK(call.announced().empty());
    }
    SECTION("accepted, then a refused re-INVITE changes nothing") {
        const Sip in_dialog{.from_tag = "s1", .to_tag = "c1", .sdp = audio("198.18.0.100", 6100)};
        call.client(reply(200, "INVITE", 1, {.from_tag = "s1", .to_tag = "c1", .sdp = audio("198.18.1.11", 4000)}));
        call.server(request("INVITE", 2, in_dialog));
        call.client(reply(488, "INVITE", 2, {.from_tag = "s1", .to_tag = "c1"}));
        CHECK(call.announced() == kBoth);
        CHECK(call.only().state == DialogState::complete);
    }
}

TEST_CASE("IPv6 calls") {
    inspect::SessionTracker tracker;
    Conversation call{App::sip, flow("fd00:1::11", 5060, "fd00::100", 5060, Transport::udp), tracker};
    call.client(request("INVITE", 1, {.sdp = audio("fd00:1::11", 4000)}));
    call.server(reply(200, "INVITE", 1, {.to_tag = "s1", .sdp = audio("fd00::100", 6000)}));
    CHECK(call.announced() == Lines{"udp [fd00:1::11]:* > [fd00::100]:6000", "udp [fd00:1::11]:* > [fd00::100]:6001",
                                    "udp [fd00:1::11]:4000 > [fd00::100]:6000",
                                    "udp [fd00:1::11]:4001 > [fd00::100]:6001"});
}

TEST_CASE("who offers is told: INVITE, its 200 when it had no offer, the later of two offers") {
    SECTION("the INVITE offers") {
        Call call;
        call.establish();
        CHECK(call.only().legs.at(0).offered_by == Sender::client);
        SECTION("the server's re-INVITE offers anew; its answer does not") {
            call.server(
                request("INVITE", 7, {.from_tag = "s1", .to_tag = "from-c", .sdp = audio("198.18.0.100", 6100)}));
            CHECK(call.only().legs.at(0).offered_by == Sender::server);
            call.client(
                reply(200, "INVITE", 7, {.from_tag = "s1", .to_tag = "from-c", .sdp = audio("198.18.1.11", 4000)}));
            CHECK(call.only().legs.at(0).offered_by == Sender::server);
        }
    }
    SECTION("without an offer the 200 offers, the ACK answers") {
        Call call;
        call.client(request("INVITE", 1));
        call.server(Call::ok());
        call.client(request("ACK", 1, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4000)}));
        CHECK(call.only().legs.at(0).offered_by == Sender::server);
    }
    SECTION("without an offer a reliable 183 offers, the PRACK answers") {
        Call call;
        call.client(request("INVITE", 1));
        call.server(reply(183, "INVITE", 1, {.to_tag = "s1", .sdp = audio("198.18.0.100", 6000)}));
        call.client(request("PRACK", 2, {.to_tag = "s1", .sdp = audio("198.18.1.11", 4000)}));
        CHECK(call.only().legs.at(0).offered_by == Sender::server);
        CHECK(call.only().state == DialogState::complete);
    }
}

TEST_CASE("what a refused INVITE had offered stays known") {
    Call call;
    call.client(Call::invite());
    call.server(reply(486, "INVITE", 1, {.to_tag = "s1"}));
    CHECK(call.only().end == EndReason::refused);
    REQUIRE(call.only().legs.size() == 1);
    REQUIRE(call.only().legs[0].client_media.size() == 1);
    CHECK(call.only().legs[0].client_media[0].port == 4000);
    CHECK(call.announced().empty());
}
