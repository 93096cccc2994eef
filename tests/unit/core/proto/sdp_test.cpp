// SPDX-License-Identifier: GPL-2.0
#include "core/proto/sdp.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "keep.hpp"

using namespace sara;
using namespace sara::proto;
using sdp::Carrier;
using sdp::Direction;

namespace {

sdp::Description parsed(const std::string& text) {
    const auto description = sdp::parse(keep(text));
    REQUIRE(description);
    return *description;
}

const std::string kTop = "v=0\r\no=- 1 1 IN IP4 198.18.1.11\r\ns=-\r\n";

}  // namespace

TEST_CASE("an audio call's description is read") {
    const auto call =
        parsed(kTop + "c=IN IP4 198.18.1.11\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\n");
    REQUIRE(call.media.size() == 1);
    const sdp::Media& audio = call.media[0];
    CHECK(audio.kind == "audio");
    CHECK(audio.port == 6000);
    CHECK(audio.port_count == 1);
    CHECK(audio.proto == "RTP/AVP");
    CHECK(audio.carrier == Carrier::rtp);
    CHECK(audio.transport == Transport::udp);
    CHECK(audio.formats == "8 0");
    CHECK(audio.connection.address == Address::parse("198.18.1.11"));
    CHECK(audio.rtcp_port == 6001);
    CHECK_FALSE(audio.rtcp_mux);
    CHECK(audio.direction == Direction::sendrecv);
}

TEST_CASE("lines may end in LF, and the last one in nothing") {
    const auto call = parsed("v=0\nc=IN IP6 fd00:1::11\nm=video 4000 RTP/AVPF 96");
    REQUIRE(call.media.size() == 1);
    CHECK(call.media[0].port == 4000);
    CHECK(call.media[0].formats == "96");
    CHECK(call.media[0].connection.address == Address::parse("fd00:1::11"));
}

TEST_CASE("a medium's own c= line wins over the session's, whatever the order") {
    const auto call =
        parsed(kTop + "c=IN IP4 198.18.1.11\r\n"
                      "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 198.18.1.12\r\n"
                      "m=video 6002 RTP/AVP 96\r\n"
                      "m=video 6004 RTP/AVP 96\r\na=sendonly\r\nc=IN IP6 fd00:1::12\r\nc=IN IP4 198.18.1.13\r\n");
    REQUIRE(call.media.size() == 3);
    CHECK(call.media[0].connection.address == Address::parse("198.18.1.12"));
    CHECK(call.media[1].connection.address == Address::parse("198.18.1.11"));
    CHECK(call.media[2].connection.address == Address::parse("fd00:1::12"));
}

TEST_CASE("without any c= line there is no address") {
    const auto call = parsed("v=0\r\nm=audio 6000 RTP/AVP 0\r\n");
    CHECK(call.media[0].connection.text.empty());
    CHECK_FALSE(call.media[0].connection.address);
}

TEST_CASE("a name in a c= line stays a name, multicast keeps its address") {
    const auto call = parsed("v=0\r\nc=IN IP4 media.example.com\r\nm=audio 1 RTP/AVP 0\r\n"
                             "m=video 2 RTP/AVP 0\r\nc=IN IP4 233.252.0.1/127/3\r\n");
    CHECK(call.media[0].connection.text == "media.example.com");
    CHECK_FALSE(call.media[0].connection.address);
    CHECK(call.media[1].connection.address->is_multicast());
}

TEST_CASE("a malformed c= line is passed over and counted") {
    const auto call = parsed("v=0\r\nc=IN IP4 198.18.1.11\r\nm=audio 1 RTP/AVP 0\r\nc=IN\r\nc=ATM NSAP x\r\nc=\r\n");
    CHECK(call.media[0].connection.address == Address::parse("198.18.1.11"));
    CHECK(call.lines_malformed == 3);
}

TEST_CASE("port 0 rejects a medium, which keeps its place") {
    const auto call = parsed(kTop + "m=audio 0 RTP/AVP 0\r\na=rtcp:7000\r\nm=video 6000 RTP/AVP 96\r\n");
    REQUIRE(call.media.size() == 2);
    CHECK(call.media[0].port == 0);
    CHECK(call.media[0].rtcp_port == 0);
    CHECK_FALSE(call.media[0].malformed);
    CHECK(call.media[1].port == 6000);
}

TEST_CASE("port/count gives several pairs, bounded") {
    CHECK(parsed("v=0\nm=video 49170/2 RTP/AVP 31").media[0].port_count == 2);
    CHECK(parsed("v=0\nm=video 49170/0 RTP/AVP 31").media[0].port_count == 1);
    CHECK(parsed("v=0\nm=video 49170/60000 RTP/AVP 31").media[0].port_count == limits::kMaxPortCount);
    CHECK(parsed("v=0\nm=video 49170/x RTP/AVP 31").media[0].port_count == 1);
    CHECK(parsed("v=0\nm=video 49170/x RTP/AVP 31").lines_malformed == 1);
}

TEST_CASE("a malformed m= line keeps its place as a medium without port") {
    for (const char* bad :
         {"m=", "m=audio", "m=audio x RTP/AVP 0", "m=audio 65536 RTP/AVP 0", "m=audio -1 RTP/AVP 0", "m=audio 6000"}) {
        CAPTURE(bad);
        const auto call = parsed(kTop + bad + "\r\nm=video 6002 RTP/AVP 96\r\n");
        REQUIRE(call.media.size() == 2);
        CHECK(call.media[0].malformed);
        CHECK(call.media[0].port == 0);
        CHECK(call.media[1].port == 6002);
        CHECK(call.lines_malformed == 1);
    }
}

TEST_CASE("a=rtcp names another RTCP port and address") {
    const auto call = parsed(kTop + "m=audio 6000 RTP/AVP 0\r\na=rtcp:7001\r\n"
                                    "m=audio 6002 RTP/AVP 0\r\na=rtcp:7003 IN IP6 fd00:1::12\r\n"
                                    "m=audio 6004 RTP/AVP 0\r\na=rtcp:x\r\n"
                                    "m=audio 65535 RTP/AVP 0\r\n");
    CHECK(call.media[0].rtcp_port == 7001);
    CHECK_FALSE(call.media[0].rtcp_address);
    CHECK(call.media[1].rtcp_port == 7003);
    CHECK(call.media[1].rtcp_address == Address::parse("fd00:1::12"));
    CHECK(call.media[2].rtcp_port == 6005);
    CHECK(call.lines_malformed == 1);
    CHECK(call.media[3].rtcp_port == 0);
}

TEST_CASE("rtcp-mux is told apart from a=rtcp and leaves the RTCP port said") {
    const auto call =
        parsed(kTop + "m=audio 6000 RTP/AVP 0\r\na=rtcp-mux\r\nm=audio 6002 RTP/AVP 0\r\na=rtcp-mux-only\r\n");
    CHECK(call.media[0].rtcp_mux);
    CHECK(call.media[0].rtcp_port == 6001);
    CHECK_FALSE(call.media[1].rtcp_mux);
}

TEST_CASE("directions: the medium's own, else the session's") {
    const auto call = parsed(kTop + "a=recvonly\r\nm=audio 1 RTP/AVP 0\r\nm=audio 2 RTP/AVP 0\r\na=sendonly\r\n"
                                    "m=audio 3 RTP/AVP 0\r\na=inactive\r\nm=audio 4 RTP/AVP 0\r\na=sendrecv\r\n");
    CHECK(call.direction == Direction::recvonly);
    CHECK(call.media[0].direction == Direction::recvonly);
    CHECK(call.media[1].direction == Direction::sendonly);
    CHECK(call.media[2].direction == Direction::inactive);
    CHECK(call.media[3].direction == Direction::sendrecv);
}

TEST_CASE("fax over UDPTL has one flow and no RTCP") {
    const auto call = parsed(kTop + "c=IN IP4 198.18.1.11\r\nm=image 4000 udptl t38\r\na=T38FaxVersion:0\r\n");
    CHECK(call.media[0].kind == "image");
    CHECK(call.media[0].carrier == Carrier::udptl);
    CHECK(call.media[0].transport == Transport::udp);
    CHECK(call.media[0].rtcp_port == 0);
}

TEST_CASE("MSRP runs over TCP to where a=path says") {
    const auto call =
        parsed(kTop + "c=IN IP4 198.18.1.11\r\nm=message 7394 TCP/MSRP *\r\na=setup:passive\r\n"
                      "a=accept-types:text/plain\r\na=path:msrp://198.18.1.12:7654/s1;tcp msrp://x:1/y;tcp\r\n"
                      "m=message 7395 TCP/TLS/MSRP *\r\na=path:msrps://alice.example.com/s2;tcp\r\n");
    REQUIRE(call.media.size() == 2);
    CHECK(call.media[0].carrier == Carrier::msrp);
    CHECK(call.media[0].transport == Transport::tcp);
    CHECK(call.media[0].rtcp_port == 0);
    CHECK(call.media[0].setup == sdp::Setup::passive);
    CHECK(call.media[0].path == "msrp://198.18.1.12:7654/s1;tcp");
    CHECK(call.media[0].path_address == Address::parse("198.18.1.12"));
    CHECK(call.media[0].path_port == 7654);
    CHECK(call.media[1].carrier == Carrier::msrp);
    CHECK_FALSE(call.media[1].path_address);
    CHECK(call.media[1].path_port == 0);
}

TEST_CASE("the carrier and the transport follow the proto of the m= line") {
    const auto medium = [](const std::string& proto) { return parsed("v=0\nm=audio 6000 " + proto + " 0").media[0]; };
    for (const char* proto : {"RTP/AVP", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "rtp/avp"}) {
        CAPTURE(proto);
        CHECK(medium(proto).carrier == Carrier::rtp);
        CHECK(medium(proto).transport == Transport::udp);
    }
    CHECK(medium("TCP/RTP/AVP").carrier == Carrier::rtp);
    CHECK(medium("TCP/RTP/AVP").transport == Transport::tcp);
    CHECK(medium("UDP/TLS/UDPTL").carrier == Carrier::udptl);
    CHECK(medium("UDP/DTLS/SCTP").carrier == Carrier::other);
    CHECK(medium("TCP/BFCP").transport == Transport::tcp);
    CHECK(medium("udp").carrier == Carrier::other);
}

TEST_CASE("a=control is kept for RTSP") {
    const auto stream = parsed("v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=control:trackID=1\r\n");
    CHECK(stream.control == "*");
    CHECK(stream.media[0].control == "trackID=1");
}

TEST_CASE("media beyond the bound are counted, and their lines change nothing") {
    std::string text = "v=0\r\n";
    for (std::size_t i = 0; i < limits::kMaxMedia; ++i) {
        text += "m=audio 6000 RTP/AVP 0\r\n";
    }
    text += "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 198.18.1.99\r\na=rtcp:1\r\na=inactive\r\n";
    const auto call = parsed(text);
    CHECK(call.media.size() == limits::kMaxMedia);
    CHECK(call.media_dropped == 1);
    CHECK(call.media.back().rtcp_port == 6001);
    CHECK_FALSE(call.media.back().connection.address);
    CHECK(call.media.back().direction == Direction::sendrecv);
}

TEST_CASE("what is no SDP is refused") {
    CHECK(sdp::parse("").error().what == "empty SDP");
    CHECK(sdp::parse("\r\n\r\n").error().what == "empty SDP");
    CHECK(sdp::parse("m=audio 6000 RTP/AVP 0\r\n").error().what == "SDP does not begin with v=0");
    CHECK(sdp::parse("v=1\r\n").error().what == "SDP does not begin with v=0");
    std::string many = "v=0\n";
    for (std::size_t i = 1; i < limits::kMaxSdpLines; ++i) {
        many += "a=x\n";
    }
    CHECK(sdp::parse(many));
    CHECK(sdp::parse(many + "a=x\n").error().what == "more than 1024 SDP lines");
}

TEST_CASE("lines that are no SDP are passed over and counted") {
    const auto call = parsed("v=0\r\nhello\r\nx\r\n=\r\n\r\nm=audio 6000 RTP/AVP 0\r\n");
    CHECK(call.lines_malformed == 3);
    CHECK(call.media[0].port == 6000);
}

TEST_CASE("a browser's offer: one bundled port, ICE candidates that are no ports of their own, DTLS protos") {
    const auto description = sdp::parse("v=0\n"
                                        "o=- 4611731400430051336 2 IN IP4 127.0.0.1\n"
                                        "s= \n"
                                        "t=0 0\n"
                                        "a=group:BUNDLE 0 1 2\n"
                                        "a=sendonly\n"
                                        "m=audio 54400 UDP/TLS/RTP/SAVPF 111 0\n"
                                        "c=IN IP4 198.18.1.11\n"
                                        "a=rtcp:9 IN IP4 0.0.0.0\n"
                                        "a=candidate:1 1 udp 2130706431 10.0.0.1 61000 typ host generation 0\n"
                                        "a=candidate:2 1 udp 1694498815 198.18.1.11 54400 typ srflx\n"
                                        "a=setup:actpass\n"
                                        "a=rtcp-mux\n"
                                        "m=video 54400 UDP/TLS/RTP/SAVPF 96\n"
                                        "c=IN IP4 198.18.1.11\n"
                                        "a=recvonly\n"
                                        "a=rtcp-mux\n"
                                        "m=application 54400 UDP/DTLS/SCTP webrtc-datachannel\n"
                                        "c=IN IP4 198.18.1.11\n"
                                        "a=sctp-port:5000");
    REQUIRE(description);
    REQUIRE(description->media.size() == 3);
    for (const sdp::Media& media : description->media) {
        CHECK(media.port == 54400);
        CHECK(media.transport == Transport::udp);
        CHECK(media.connection.address == Address::parse("198.18.1.11"));
    }
    CHECK(description->media[0].carrier == sdp::Carrier::rtp);
    CHECK(description->media[0].rtcp_mux);
    CHECK(description->media[0].setup == sdp::Setup::actpass);
    CHECK(description->media[0].direction == sdp::Direction::sendonly);
    CHECK(description->media[1].direction == sdp::Direction::recvonly);
    CHECK(description->media[2].carrier == sdp::Carrier::other);
    CHECK(description->media[2].rtcp_port == 0);
}

TEST_CASE("MSRP over TLS listens where its path says, whatever m= says") {
    const auto description = sdp::parse("v=0\r\nc=IN IP4 198.18.1.11\r\nm=message 9 TCP/TLS/MSRP *\r\n"
                                        "a=setup:passive\r\n"
                                        "a=path:msrps://[fd00::11]:2855/s1;tcp msrps://relay.example:1234/x;tcp\r\n");
    REQUIRE(description);
    REQUIRE(description->media.size() == 1);
    const sdp::Media& media = description->media[0];
    CHECK(media.carrier == sdp::Carrier::msrp);
    CHECK(media.transport == Transport::tcp);
    CHECK(media.setup == sdp::Setup::passive);
    CHECK(media.path_address == Address::parse("fd00::11"));
    CHECK(media.path_port == 2855);
}
