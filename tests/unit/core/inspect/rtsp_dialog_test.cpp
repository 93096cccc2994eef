// SPDX-License-Identifier: GPL-2.0
// RTSP conversations: what each message makes the dispatcher ask of the kernel.
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

TEST_CASE("SETUP announces the client's half at once; the session has no name yet") {
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

TEST_CASE("a refused SETUP withdraws; the next one on the connection starts anew") {
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
