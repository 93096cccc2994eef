// SPDX-License-Identifier: GPL-2.0
// RTSP conversations: what each message makes the dispatcher ask of the kernel.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "core/inspect/conversation.hpp"

using namespace sara;
using namespace sara::test;
using inspect::DialogState;
using inspect::EndReason;

namespace {

const std::string kVideo = "rtsp://198.18.0.100/test/stream=0";
const std::string kAudio = "rtsp://198.18.0.100/test/stream=1";
const std::string kAll = "rtsp://198.18.0.100/test/";

struct Stream : Conversation {
    inspect::SessionTracker own;
    Stream() : Conversation{App::rtsp, kRtspFlow, own} {}

    static std::string setup(unsigned cseq, const std::string& uri, unsigned port, const std::string& session = "") {
        return rtsp("SETUP", uri, cseq,
                    "Transport: RTP/AVP;unicast;client_port=" + std::to_string(port) + "-" + std::to_string(port + 1) +
                        "\r\n" + (session.empty() ? "" : "Session: " + session + "\r\n"));
    }
    static std::string set_up(unsigned cseq, unsigned port, unsigned server_port,
                              const std::string& session = "S1;timeout=60") {
        return rtsp_reply(200, cseq,
                          "Transport: RTP/AVP;unicast;client_port=" + std::to_string(port) + "-" +
                              std::to_string(port + 1) + ";server_port=" + std::to_string(server_port) + "-" +
                              std::to_string(server_port + 1) + "\r\nSession: " + session + "\r\n");
    }
};

const Lines kOne = {"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001",
                    "udp 198.18.1.11:5000 > 198.18.0.100:6000", "udp 198.18.1.11:5001 > 198.18.0.100:6001"};

}  // namespace

TEST_CASE("SETUP announces the client's half at once, the session has no name yet") {
    Stream stream;
    CHECK(stream.client(Stream::setup(3, kVideo, 5000)) ==
          Lines{"announce 1 udp 198.18.1.11:5000 > 198.18.0.100:* ttl 60s",
                "announce 1 udp 198.18.1.11:5001 > 198.18.0.100:* ttl 60s", "lifetime 1 60s"});
    CHECK(stream.only().state == DialogState::half);
}

TEST_CASE("the reply completes it, names it, and tells its lifetime") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    CHECK(stream.server(Stream::set_up(3, 5000, 6000)) ==
          Lines{"announce 1 udp 198.18.1.11:* > 198.18.0.100:6000", "announce 1 udp 198.18.1.11:* > 198.18.0.100:6001",
                "announce 1 udp 198.18.1.11:5000 > 198.18.0.100:6000",
                "announce 1 udp 198.18.1.11:5001 > 198.18.0.100:6001",
                "withdraw 1 udp 198.18.1.11:5000 > 198.18.0.100:*", "withdraw 1 udp 198.18.1.11:5001 > 198.18.0.100:*",
                "lifetime 1 75s", "label 1 S1 " + kVideo});
    CHECK(stream.only().id == "S1");
    CHECK(stream.only().state == DialogState::complete);
}

TEST_CASE("several SETUPs make one session of several streams") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    stream.client(Stream::setup(4, kAudio, 5002, "S1"));
    stream.server(Stream::set_up(4, 5002, 6002));
    CHECK(stream.announced().size() == 8);
    CHECK(stream.only().legs.size() == 2);

    SECTION("TEARDOWN of one stream leaves the other") {
        stream.client(rtsp("TEARDOWN", kAudio, 6, "Session: S1\r\n"));
        CHECK(stream.announced() == kOne);
        CHECK(stream.only().state == DialogState::complete);
    }
    SECTION("TEARDOWN of the whole ends it; the session lingers") {
        const Lines effects = stream.client(rtsp("TEARDOWN", kAll, 6, "Session: S1\r\n"));
        CHECK(effects.size() == 9);
        CHECK(effects.back() == "linger 1 2s");
        CHECK(stream.announced().empty());
        CHECK(stream.only().end == EndReason::finished_by_client);
    }
    SECTION("TEARDOWN of one after the other ends it, too") {
        stream.client(rtsp("TEARDOWN", kAudio, 6, "Session: S1\r\n"));
        CHECK(stream.client(rtsp("TEARDOWN", kVideo, 7, "Session: S1\r\n")).back() == "linger 1 2s");
        CHECK(stream.announced().empty());
    }
}

TEST_CASE("any message keeps the session, when enough time has passed to say so") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    CHECK(stream.client(rtsp("PLAY", kAll, 4, "Session: S1\r\n")).empty());
    stream.now += 30s;
    CHECK(stream.client(rtsp("GET_PARAMETER", kAll, 5, "Session: S1\r\n")) == Lines{"lifetime 1 75s"});
    stream.now += 30s;
    CHECK(stream.client(rtsp("OPTIONS", "*", 6)) == Lines{"lifetime 1 75s"});
}

TEST_CASE("interleaved streams have no flow to announce") {
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"));
    CHECK(stream.server(rtsp_reply(200, 3, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: S1\r\n")) ==
          Lines{"lifetime 1 75s", "label 1 S1 " + kVideo});
    CHECK(stream.announced().empty());
    CHECK(stream.only().state == DialogState::complete);
    CHECK(stream.tracker.counters().interleaved == 1);
    CHECK(stream.client(rtsp("TEARDOWN", kAll, 6, "Session: S1\r\n")) == Lines{"linger 1 2s"});
}

TEST_CASE("of the alternatives in SETUP all UDP ones are expected, until the server chose") {
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3,
                       "Transport: RTP/AVP/TCP;unicast;interleaved=0-1,RTP/AVP;unicast;client_port=5000-5001\r\n"));
    CHECK(stream.announced() ==
          Lines{"udp 198.18.1.11:5000 > 198.18.0.100:*", "udp 198.18.1.11:5001 > 198.18.0.100:*"});
    stream.server(rtsp_reply(200, 3, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: S1\r\n"));
    CHECK(stream.announced().empty());
}

TEST_CASE("a reply that does not repeat the client's ports is joined with its request") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(rtsp_reply(200, 3, "Transport: RTP/AVP;unicast;server_port=6000-6001\r\nSession: S1\r\n"));
    CHECK(stream.announced() == kOne);
}

TEST_CASE("a reply without server ports keeps the half announcements, for as long as the session") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    const Lines effects =
        stream.server(rtsp_reply(200, 3, "Transport: RTP/AVP;unicast;client_port=5000-5001\r\nSession: S1\r\n"));
    CHECK(effects.at(0) == "announce 1 udp 198.18.1.11:5000 > 198.18.0.100:*");
    CHECK(stream.announced() ==
          Lines{"udp 198.18.1.11:5000 > 198.18.0.100:*", "udp 198.18.1.11:5001 > 198.18.0.100:*"});
}

TEST_CASE("odd ports, single ports and ports that do not follow each other are taken as they are") {
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3, "Transport: RTP/AVP;unicast;client_port=5001-5007\r\n"));
    stream.server(
        rtsp_reply(200, 3, "Transport: RTP/AVP;unicast;client_port=5001-5007;server_port=6003\r\nSession: S1\r\n"));
    CHECK(stream.announced() == Lines{"udp 198.18.1.11:* > 198.18.0.100:6003", "udp 198.18.1.11:* > 198.18.0.100:6004",
                                      "udp 198.18.1.11:5001 > 198.18.0.100:6003",
                                      "udp 198.18.1.11:5007 > 198.18.0.100:6004"});
}

TEST_CASE("source elsewhere, or multicast: not announced, counted") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    SECTION("source= is the node's own address") {
        stream.server(rtsp_reply(200, 3,
                                 "Transport: RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;"
                                 "source=198.18.0.11\r\nSession: S1\r\n"));
        CHECK(stream.tracker.counters().media_elsewhere == 1);
    }
    SECTION("multicast") {
        stream.server(rtsp_reply(200, 3,
                                 "Transport: RTP/AVP;multicast;destination=224.2.0.1;port=6000-6001\r\n"
                                 "Session: S1\r\n"));
        CHECK(stream.tracker.counters().multicast_refused == 1);
    }
    CHECK(stream.announced().empty());
}

TEST_CASE("RTSP 2.0 says it with dest_addr and src_addr") {
    Stream stream;
    stream.client("SETUP " + kVideo +
                  " RTSP/2.0\r\nCSeq: 3\r\nTransport: RTP/AVP/UDP;unicast;dest_addr=\":5000\"/\":5001\"\r\n\r\n");
    stream.server(
        "RTSP/2.0 200 OK\r\nCSeq: 3\r\nSession: S1\r\nTransport: RTP/AVP/UDP;unicast;"
        "dest_addr=\"198.18.1.11:5000\"/\"198.18.1.11:5001\";src_addr=\"198.18.0.100:6000\"/\"198.18.0.100:6001\""
        "\r\n\r\n");
    CHECK(stream.announced() == kOne);
}

TEST_CASE("a refused SETUP withdraws, the next one on the connection starts anew") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    CHECK(stream.server(rtsp_reply(461, 3)) == Lines{"withdraw 1 udp 198.18.1.11:5000 > 198.18.0.100:*",
                                                     "withdraw 1 udp 198.18.1.11:5001 > 198.18.0.100:*",
                                                     "linger 1 2s"});
    CHECK(stream.client(Stream::setup(4, kVideo, 5000)).at(2) == "lifetime 1 60s");
    stream.server(Stream::set_up(4, 5000, 6000));
    CHECK(stream.announced() == kOne);
}

TEST_CASE("a refused second SETUP leaves the first stream") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    stream.client(Stream::setup(4, kAudio, 5002, "S1"));
    stream.server(rtsp_reply(404, 4, "Session: S1\r\n"));
    CHECK(stream.announced() == kOne);
}

TEST_CASE("failures of other requests than SETUP change nothing") {
    Stream stream;
    CHECK(stream.client(rtsp("DESCRIBE", kAll, 2)).empty());
    CHECK(stream.server(rtsp_reply(401, 2)).empty());
    CHECK(stream.client(Stream::setup(4, kVideo, 5000)).size() == 3);
    stream.server(Stream::set_up(4, 5000, 6000));
    CHECK(stream.server(rtsp_reply(455, 5, "Session: S1\r\n")).empty());
    CHECK(stream.announced() == kOne);
    CHECK(stream.tracker.counters().replies_without_request == 0);
}

TEST_CASE("a closed connection ends its sessions") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    inspect::MessageFacts closed;
    closed.app = App::rtsp;
    closed.act = inspect::Act::close;
    closed.flow = kRtspFlow;
    const Lines effects = lines(stream.tracker.handle(closed, stream.session, stream.now));
    CHECK(effects.size() == 5);
    CHECK(effects.back() == "linger 1 2s");
    CHECK(stream.only().end == EndReason::connection_closed);
    CHECK(stream.tracker.handle(closed, stream.session, stream.now).empty());
}

TEST_CASE("two sessions on one connection") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.client(Stream::setup(4, kAudio, 5002));
    stream.server(Stream::set_up(3, 5000, 6000, "A"));
    stream.server(Stream::set_up(4, 5002, 6002, "B"));
    CHECK(stream.tracker.dialogs().size() == 2);
    CHECK(stream.announced().size() == 8);
    stream.client(rtsp("TEARDOWN", kAudio, 5, "Session: B\r\n"));
    CHECK(stream.announced() == kOne);
    CHECK(stream.client(rtsp("TEARDOWN", kVideo, 6, "Session: A\r\n")).back() == "linger 1 2s");
}

// --- Transport, as endpoints write it ---------------------------------------------------------------------------

TEST_CASE("client_port without a range: RTCP is at the next port") {
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3, "Transport: RTP/AVP;unicast;client_port=5000\r\n"));
    CHECK(stream.announced() ==
          Lines{"udp 198.18.1.11:5000 > 198.18.0.100:*", "udp 198.18.1.11:5001 > 198.18.0.100:*"});
    stream.server(
        rtsp_reply(200, 3, "Transport: RTP/AVP;unicast;client_port=5000;server_port=6000-6001\r\nSession: S1\r\n"));
    CHECK(stream.announced() == kOne);
}

TEST_CASE("the same streams however a Transport is spelled") {
    const char* const spelling = GENERATE(
        "RTP/AVP/UDP;unicast;client_port=5000-5001",  //
        "rtp/avp;UNICAST;Client_Port=5000-5001", " RTP/AVP ; unicast ; client_port = 5000 - 5001 ",
        "RTP/SAVP;unicast;client_port=5000-5001", "RTP/SAVPF/UDP;unicast;client_port=5000-5001;ssrc= d6d6627",
        "RTP/AVP;unicast;x-vendor=\"a;b,c\";ttl;client_port=5000-5001;mode=\"PLAY\"", "RTP/AVP;client_port=5000-5001;;",
        "RTP/AVP;unicast;\r\n client_port=5000-5001", "RTP/AVP;unicast;destination=198.18.1.11;client_port=5000-5001");
    CAPTURE(spelling);
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3, "Transport: " + std::string(spelling) + "\r\n"));
    CHECK(stream.announced() ==
          Lines{"udp 198.18.1.11:5000 > 198.18.0.100:*", "udp 198.18.1.11:5001 > 198.18.0.100:*"});
    stream.server(rtsp_reply(200, 3,
                             "Transport: " + std::string(spelling) +
                                 ";source=198.18.0.100;server_port=6000-6001\r\nSession: S1\r\n"));
    CHECK(stream.announced() == kOne);
}

TEST_CASE("what is not RTP has no RTCP beside it") {
    const char* const profile = GENERATE("RAW/RAW/UDP", "MP2T/H2221/UDP");
    CAPTURE(profile);
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3, "Transport: " + std::string(profile) + ";unicast;client_port=5000\r\n"));
    stream.server(rtsp_reply(200, 3,
                             "Transport: " + std::string(profile) +
                                 ";unicast;client_port=5000;server_port=6000\r\nSession: S1\r\n"));
    CHECK(stream.announced() ==
          Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:5000 > 198.18.0.100:6000"});
}

TEST_CASE("media may go to another host than the one that asks") {
    Stream stream;
    SECTION("an address is announced beside the asking one") {
        stream.client(
            rtsp("SETUP", kVideo, 3, "Transport: RTP/AVP;unicast;destination=198.18.1.12;client_port=5000-5001\r\n"));
        CHECK(stream.announced() ==
              Lines{"udp 198.18.1.12:5000 > 198.18.0.100:*", "udp 198.18.1.12:5001 > 198.18.0.100:*"});
        stream.server(rtsp_reply(200, 3,
                                 "Transport: RTP/AVP;unicast;destination=198.18.1.12;client_port=5000-5001;"
                                 "server_port=6000-6001\r\nSession: S1\r\n"));
        CHECK(stream.announced() ==
              Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:* > 198.18.0.100:6001",
                    "udp 198.18.1.12:* > 198.18.0.100:6000", "udp 198.18.1.12:* > 198.18.0.100:6001",
                    "udp 198.18.1.12:5000 > 198.18.0.100:6000", "udp 198.18.1.12:5001 > 198.18.0.100:6001"});
    }
    SECTION("a name is never resolved: any source is expected at the server's ports") {
        stream.client(rtsp("SETUP", kVideo, 3,
                           "Transport: RTP/AVP;unicast;destination=player.example.com;client_port=5000-5001\r\n"));
        stream.server(rtsp_reply(200, 3, "Transport: RTP/AVP;unicast;server_port=6000-6001\r\nSession: S1\r\n"));
        const Lines all = stream.announced();
        CHECK(std::count(all.begin(), all.end(), "udp *:* > 198.18.0.100:6000") == 1);
    }
}

TEST_CASE("multicast that the client asks for is refused by name and counted, its other choice is not") {
    Stream stream;
    stream.client(rtsp("SETUP", kVideo, 3,
                       "Transport: RTP/AVP;multicast;port=6000-6001,RTP/AVP;unicast;client_port=5000-5001\r\n"));
    CHECK(stream.tracker.counters().multicast_refused == 1);
    CHECK(stream.announced() ==
          Lines{"udp 198.18.1.11:5000 > 198.18.0.100:*", "udp 198.18.1.11:5001 > 198.18.0.100:*"});
    CHECK(stream.only().legs.at(0).client_media.at(0).state == inspect::MediaState::multicast);
}

TEST_CASE("RTSP 2.0 between IPv6 hosts") {
    Stream stream;
    stream.flow = flow("fd00:1::11", 40000, "fd00::100", 554, Transport::tcp);
    stream.client("SETUP rtsp://[fd00::100]/v RTSP/2.0\r\nCSeq: 3\r\nTransport: RTP/AVP/UDP;unicast;"
                  "dest_addr=\"[fd00:1::11]:5000\"/\"[fd00:1::11]:5001\"\r\n\r\n");
    CHECK(stream.announced() ==
          Lines{"udp [fd00:1::11]:5000 > [fd00::100]:*", "udp [fd00:1::11]:5001 > [fd00::100]:*"});
    stream.server("RTSP/2.0 200 OK\r\nCSeq: 3\r\nSession: S1\r\nTransport: RTP/AVP/UDP;unicast;"
                  "dest_addr=\"[fd00:1::11]:5000\"/\"[fd00:1::11]:5001\";"
                  "src_addr=\"[fd00::100]:6000\"/\"[fd00::100]:6001\"\r\n\r\n");
    CHECK(stream.announced() == Lines{"udp [fd00:1::11]:* > [fd00::100]:6000", "udp [fd00:1::11]:* > [fd00::100]:6001",
                                      "udp [fd00:1::11]:5000 > [fd00::100]:6000",
                                      "udp [fd00:1::11]:5001 > [fd00::100]:6001"});
}

TEST_CASE("RTSP 2.0 with one address: RTCP is at the next port, or shares it where both ends say so") {
    const auto both = [](const std::string& mux) {
        Stream stream;
        stream.client("SETUP " + kVideo + " RTSP/2.0\r\nCSeq: 3\r\nTransport: RTP/AVP/UDP;unicast;dest_addr=\":5000\"" +
                      mux + "\r\n\r\n");
        stream.server("RTSP/2.0 200 OK\r\nCSeq: 3\r\nSession: S1\r\nTransport: RTP/AVP/UDP;unicast;"
                      "dest_addr=\":5000\";src_addr=\"198.18.0.100:6000\"" +
                      mux + "\r\n\r\n");
        return stream.announced();
    };
    CHECK(both("") == kOne);
    CHECK(both(";RTCP-mux") ==
          Lines{"udp 198.18.1.11:* > 198.18.0.100:6000", "udp 198.18.1.11:5000 > 198.18.0.100:6000"});
}

// --- sessions ---------------------------------------------------------------------------------------------------

TEST_CASE("a session's timeout lasts beyond its last message, however it is spelled") {
    const auto lifetime = [](const std::string& session) {
        Stream stream;
        stream.client(Stream::setup(3, kVideo, 5000));
        const Lines effects = stream.server(Stream::set_up(3, 5000, 6000, session));
        CHECK(stream.only().id == "S1");
        const auto told = std::find_if(effects.begin(), effects.end(),
                                       [](const std::string& line) { return line.starts_with("lifetime"); });
        return told == effects.end() ? std::string("not told: it lasts longer already") : *told;
    };
    CHECK(lifetime("S1;timeout=120") == "lifetime 1 135s");
    CHECK(lifetime("  S1 ; Timeout = 120 ") == "lifetime 1 135s");
    CHECK(lifetime("S1;timeout=120.5") == "lifetime 1 135s");
    CHECK(lifetime("S1") == "lifetime 1 75s");
    CHECK(lifetime("S1;timeout=soon") == "lifetime 1 75s");
    CHECK(lifetime("S1;timeout=1") == "not told: it lasts longer already");
}

TEST_CASE("two SETUPs and a PLAY, sent before the first reply came") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.client(Stream::setup(4, kAudio, 5002));
    stream.client(rtsp("PLAY", kAll, 5));
    CHECK(stream.announced().size() == 4);
    stream.server(Stream::set_up(3, 5000, 6000));
    stream.server(Stream::set_up(4, 5002, 6002));
    stream.server(rtsp_reply(200, 5, "Session: S1\r\n"));
    CHECK(stream.only().id == "S1");
    CHECK(stream.only().legs.size() == 2);
    CHECK(stream.announced().size() == 8);
    CHECK(stream.client(rtsp("TEARDOWN", kAll, 6, "Session: S1\r\n")).back() == "linger 1 2s");
}

TEST_CASE("a SETUP that must be authenticated is sent again") {
    Stream stream;
    const std::string wants_digest = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n";
    stream.client(Stream::setup(3, kVideo, 5000));
    SECTION("after its 401") {
        stream.server(rtsp_reply(401, 3, wants_digest));
        CHECK(stream.announced().empty());
        stream.client(Stream::setup(4, kVideo, 5000));
    }
    SECTION("the 401 is heard after what it caused") {
        stream.client(Stream::setup(4, kVideo, 5000));
        stream.server(rtsp_reply(401, 3, wants_digest));
        CHECK(stream.announced() ==
              Lines{"udp 198.18.1.11:5000 > 198.18.0.100:*", "udp 198.18.1.11:5001 > 198.18.0.100:*"});
    }
    stream.server(Stream::set_up(4, 5000, 6000));
    CHECK(stream.announced() == kOne);
    CHECK(stream.only().state == DialogState::complete);
}

TEST_CASE("a SETUP whose interleaving is refused is followed by one over UDP, whatever is heard first") {
    // Each end's messages can be heard before the other's, and the server's in any order (ffmpeg and mpv at VLC).
    struct Message {
        Sender sender;
        std::string text;
    };
    const std::array<Message, 4> messages = {{
        {Sender::client, rtsp("SETUP", kVideo, 3, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")},
        {Sender::client, Stream::setup(4, kVideo, 5000)},
        {Sender::server, rtsp_reply(461, 3)},
        {Sender::server, Stream::set_up(4, 5000, 6000)},
    }};
    std::array<std::size_t, 4> order = {0, 1, 2, 3};
    do {
        if (std::find(order.begin(), order.end(), 0U) > std::find(order.begin(), order.end(), 1U)) {
            continue;  // both are the client's, of one connection
        }
        CAPTURE(order[0], order[1], order[2], order[3]);
        Stream stream;
        std::string ending;
        bool expected = false;
        for (const std::size_t number : order) {
            expected = expected || number == 1 || number == 3;
            for (const std::string& effect : stream.hear(messages.at(number).sender, messages.at(number).text)) {
                ending = effect.starts_with("lifetime") || effect.starts_with("linger") ? effect : ending;
            }
            CHECK(stream.announced().empty() != expected);
        }
        CHECK(stream.announced() == kOne);
        CHECK(ending == "lifetime 1 75s");
        std::vector<inspect::DialogView> live = stream.tracker.dialogs();
        std::erase_if(live, [](const auto& dialog) { return dialog.state == DialogState::ended; });
        REQUIRE(live.size() == 1);
        CHECK(live.front().id == "S1");
        CHECK(live.front().state == DialogState::complete);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a client that sends media (RECORD) is expected at the server's ports") {
    Stream stream;
    const std::string body = "v=0\r\ns=-\r\nm=video 0 RTP/AVP 96\r\n";
    stream.client("ANNOUNCE " + kAll + " RTSP/1.0\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
    stream.server(rtsp_reply(200, 2));
    CHECK(stream.announced().empty());
    stream.client(rtsp("SETUP", kVideo, 3, "Transport: RTP/AVP/UDP;unicast;client_port=5000-5001;mode=record\r\n"));
    stream.server(rtsp_reply(200, 3,
                             "Transport: RTP/AVP/UDP;unicast;client_port=5000-5001;server_port=6000-6001;mode=record"
                             "\r\nSession: S1\r\n"));
    stream.client(rtsp("RECORD", kAll, 4, "Session: S1\r\n"));
    stream.server(rtsp_reply(200, 4, "Session: S1\r\n"));
    CHECK(stream.announced() == kOne);
    CHECK(stream.client(rtsp("TEARDOWN", kAll, 5, "Session: S1\r\n")).back() == "linger 1 2s");
}

TEST_CASE("what the server asks changes no media, and its CSeq is its own") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    SECTION("ANNOUNCE: another description") {
        CHECK(stream.server(rtsp("ANNOUNCE", kAll, 3, "Session: S1\r\n")).empty());
        CHECK(stream.client(rtsp_reply(200, 3, "Session: S1\r\n")).empty());
    }
    SECTION("REDIRECT: the client will leave by itself") {
        CHECK(stream.server(rtsp("REDIRECT", kAll, 1, "Location: rtsp://198.18.0.101/\r\nSession: S1\r\n")).empty());
        CHECK(stream.client(rtsp_reply(200, 1)).empty());
    }
    SECTION("GET_PARAMETER: are you there") {
        CHECK(stream.server(rtsp("GET_PARAMETER", kAll, 4, "Session: S1\r\n")).empty());
        CHECK(stream.client(rtsp_reply(451, 4, "Session: S1\r\n")).empty());
    }
    CHECK(stream.announced() == kOne);
    SECTION("TEARDOWN (RTSP 2.0) ends it") {
        CHECK(stream.server(rtsp("TEARDOWN", kAll, 5, "Session: S1\r\n")).back() == "linger 1 2s");
        CHECK(stream.only().end == EndReason::finished_by_server);
    }
}

TEST_CASE("a SETUP again for a stream moves its ports") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    stream.client(Stream::setup(4, kVideo, 5010, "S1"));
    stream.server(Stream::set_up(4, 5010, 6010));
    CHECK(stream.announced() == Lines{"udp 198.18.1.11:* > 198.18.0.100:6010", "udp 198.18.1.11:* > 198.18.0.100:6011",
                                      "udp 198.18.1.11:5010 > 198.18.0.100:6010",
                                      "udp 198.18.1.11:5011 > 198.18.0.100:6011"});
}

// --- replies that do not say what they answer -------------------------------------------------------------------

TEST_CASE("CSeq may be spelled in any case") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server("RTSP/1.0 200 OK\r\ncseq:3\r\nTransport: RTP/AVP;server_port=6000-6001\r\nSession: S1\r\n\r\n");
    CHECK(stream.announced() == kOne);
}

TEST_CASE("a reply without CSeq answers the first SETUP that has no answer") {
    Stream stream;
    const std::string video = "Transport: RTP/AVP;unicast;server_port=6000-6001\r\nSession: S1\r\n";
    const std::string audio_ports = "Transport: RTP/AVP;unicast;server_port=6002-6003\r\nSession: S1\r\n";
    SECTION("one after the other") {
        stream.client(Stream::setup(3, kVideo, 5000));
        stream.server(rtsp_reply_unnumbered(200, video));
        CHECK(stream.announced() == kOne);
        stream.client(Stream::setup(4, kAudio, 5002, "S1"));
        stream.server(rtsp_reply_unnumbered(200, audio_ports));
    }
    SECTION("both asked first") {
        stream.client(Stream::setup(3, kVideo, 5000));
        stream.client(Stream::setup(4, kAudio, 5002));
        stream.server(rtsp_reply_unnumbered(200, video));
        stream.server(rtsp_reply_unnumbered(200, audio_ports));
    }
    const Lines all = stream.announced();
    CHECK(all.size() == 8);
    CHECK(std::count(all.begin(), all.end(), "udp 198.18.1.11:5000 > 198.18.0.100:6000") == 1);
    CHECK(std::count(all.begin(), all.end(), "udp 198.18.1.11:5002 > 198.18.0.100:6002") == 1);
    CHECK(stream.only().legs.size() == 2);
    stream.now += 30s;
    CHECK(stream.server(rtsp_reply_unnumbered(200)) == Lines{"lifetime 1 75s"});
}

TEST_CASE("a reply without CSeq answers the first SETUP of its connection, in whatever session that is") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(Stream::set_up(3, 5000, 6000));
    stream.client(Stream::setup(4, kAudio, 5002, "S1"));
    stream.client(Stream::setup(5, kVideo, 5004));
    stream.server(rtsp_reply_unnumbered(404));
    Lines all = stream.announced();
    CHECK(all.size() == kOne.size() + 2);
    CHECK(std::count(all.begin(), all.end(), "udp 198.18.1.11:5004 > 198.18.0.100:*") == 1);
    stream.server(rtsp_reply_unnumbered(200, "Transport: RTP/AVP;server_port=6004-6005\r\nSession: S2\r\n"));
    CHECK(stream.announced().size() == kOne.size() * 2);
}

TEST_CASE("a failure without CSeq refuses the first SETUP that has no answer") {
    Stream stream;
    stream.client(Stream::setup(3, kVideo, 5000));
    stream.server(rtsp_reply_unnumbered(461));
    CHECK(stream.announced().empty());
    CHECK(stream.only().end == EndReason::refused);
}

TEST_CASE("a reply without CSeq that nothing asked for is counted, and changes nothing") {
    Stream stream;
    CHECK(stream.server(rtsp_reply_unnumbered(200, "Transport: RTP/AVP;server_port=6000-6001\r\nSession: S1\r\n"))
              .empty());
    CHECK(stream.tracker.counters().replies_without_request == 1);
    CHECK(stream.client("SETUP " + kVideo + " RTSP/1.0\r\nTransport: RTP/AVP;client_port=5000-5001\r\n\r\n").empty());
}
