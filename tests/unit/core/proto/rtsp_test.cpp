// SPDX-License-Identifier: GPL-2.0
#include "core/proto/rtsp.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "keep.hpp"

using namespace sara;
using namespace sara::proto;
using rtsp::Cast;
using rtsp::PortRange;

namespace {

Result<rtsp::Message> read(std::string text) {
    return rtsp::parse(keep(std::move(text)));
}

rtsp::TransportSpec spec(std::string value) {
    const rtsp::TransportList list = rtsp::parse_transport(keep(std::move(value)));
    REQUIRE(list.size() == 1);
    return list[0];
}

}  // namespace

TEST_CASE("a SETUP request is read") {
    const auto message = read("SETUP rtsp://198.18.0.100:8554/test/stream=0 RTSP/1.0\r\n"
                              "CSeq: 3\r\n"
                              "User-Agent: Lavf59.27.100\r\n"
                              "Transport: RTP/AVP/UDP;unicast;client_port=18714-18715\r\n"
                              "\r\n");
    REQUIRE(message);
    CHECK(message->is_request);
    CHECK(message->method == "SETUP");
    CHECK(message->uri == "rtsp://198.18.0.100:8554/test/stream=0");
    CHECK(message->cseq == 3U);
    CHECK(message->session.empty());
    CHECK(message->body.empty());
    CHECK(message->complete);
    const auto list = rtsp::transports(*message);
    REQUIRE(list.size() == 1);
    CHECK(list[0].protocol == "RTP/AVP/UDP");
    CHECK(list[0].is_rtp);
    CHECK(list[0].transport == Transport::udp);
    CHECK(list[0].cast == Cast::unicast);
    CHECK(list[0].client_port == PortRange{18714, 18715});
    CHECK(rtsp::header(*message, "user-agent") == "Lavf59.27.100");
}

TEST_CASE("a SETUP reply is read") {
    const auto message =
        read("RTSP/1.0 200 OK\r\n"
             "Cseq: 4\r\n"
             "Session:   231970 ; timeout=60\r\n"
             "Transport: "
             "RTP/AVP;unicast;mode=PLAY;source=127.0.0.1;client_port=18714-18715;server_port=40004-40005;ssrc=0\r\n"
             "\r\n");
    REQUIRE(message);
    CHECK_FALSE(message->is_request);
    CHECK(message->status == 200);
    CHECK(message->reason == "OK");
    CHECK(message->cseq == 4U);
    CHECK(message->session == "231970");
    CHECK(message->session_timeout == 60U);
    const auto reply = spec(std::string(message->transport));
    CHECK(reply.server_port == PortRange{40004, 40005});
    CHECK(reply.source_address == Address::parse("127.0.0.1"));
    CHECK(reply.mode == "PLAY");
    CHECK(reply.ssrc == 0U);
    CHECK(reply.malformed == 0);
}

TEST_CASE("the body is what Content-Length says, and nothing without it") {
    const std::string head = "RTSP/1.0 200 OK\r\nCSeq: 1\r\n";
    CHECK(read(head + "\r\nv=0")->body.empty());
    CHECK(read(head + "Content-Length: 3\r\n\r\nv=0more")->body == "v=0");
    const auto cut = read(head + "Content-Length: 9\r\n\r\nv=0");
    REQUIRE(cut);
    CHECK(cut->body == "v=0");
    CHECK_FALSE(cut->complete);
    const auto bad = read(head + "Content-Length: x\r\n\r\nv=0");
    REQUIRE(bad);
    CHECK_FALSE(bad->content_length);
    CHECK(bad->body.empty());
}

TEST_CASE("a session without timeout, a CSeq that is no number, a folded Transport") {
    const auto message = read("RTSP/2.0 200 OK\nCSeq: one\nSession: OccldOFFq23KwjYpAnBbUr\nTransport: "
                              "RTP/AVP;unicast;\n client_port=1-2\n\n");
    REQUIRE(message);
    CHECK(message->version_major == 2);
    CHECK_FALSE(message->cseq);
    CHECK(message->session == "OccldOFFq23KwjYpAnBbUr");
    CHECK_FALSE(message->session_timeout);
    CHECK(spec(std::string(message->transport)).client_port == PortRange{1, 2});
}

TEST_CASE("a message torn anywhere is an error or not complete") {
    const std::string whole = "PLAY rtsp://h/x RTSP/1.0\r\nSession: 12345678\r\nCSeq: 5\r\nContent-Length: 2\r\n\r\nab";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto torn = read(whole.substr(0, size));
        if (torn) {
            CHECK_FALSE(torn->complete);
            CHECK((torn->session.empty() || torn->session == "12345678"));
        }
    }
    CHECK(read(whole)->complete);
}

TEST_CASE("what is no RTSP message is refused") {
    for (const char* bad :
         {"", "\r\n", "GET / HTTP/1.0\r\n\r\n", "$\0\0\4abcd", "RTSP/1.0\r\n\r\n", "RTSP/1.0 200 OK"}) {
        CAPTURE(bad);
        CHECK(read(bad).error().what == "no RTSP/1.x or RTSP/2.x start line");
    }
    std::string many = "OPTIONS * RTSP/1.0\r\n";
    for (std::size_t i = 0; i <= limits::kMaxHeaders; ++i) {
        many += "A: 1\r\n";
    }
    CHECK(read(many + "\r\n").error().what == "more than 256 RTSP headers");
    CHECK(read(std::string(limits::kMaxMessage + 1, 'x')).error().what == "RTSP message larger than 65536 bytes");
}

TEST_CASE("interleaved media share the connection") {
    const auto tcp = spec("RTP/AVP/TCP;unicast;destination=192.168.1.210;source=192.168.1.110;interleaved=2-3");
    CHECK(tcp.transport == Transport::tcp);
    CHECK(tcp.interleaved == rtsp::Interleaved{2, 3});
    CHECK(tcp.destination_address == Address::parse("192.168.1.210"));
    CHECK(spec("RTP/AVP/TCP;interleaved=4").interleaved == rtsp::Interleaved{4, 4});
    CHECK_FALSE(spec("RTP/AVP/TCP;interleaved=0-256").interleaved);
}

TEST_CASE("odd ports, single ports and ports that do not follow each other are legal") {
    CHECK(spec("RTP/AVP;client_port=4589-4590").client_port == PortRange{4589, 4590});
    CHECK(spec("RTP/AVP;client_port=4588").client_port == PortRange{4588, 0});
    CHECK(spec("RTP/AVP;client_port=4588-").client_port == PortRange{4588, 0});
    CHECK(spec("RTP/AVP;client_port = 4588 - 5000 ").client_port == PortRange{4588, 5000});
    CHECK(spec("RTP/AVP;client_port=5001-5000").client_port == PortRange{5001, 5000});
}

TEST_CASE("a parameter that cannot be read counts as not said") {
    for (const char* bad : {"client_port=", "client_port=x", "client_port=1-x", "client_port=65536", "client_port=-1",
                            "client_port=1-2-3", "client_port"}) {
        CAPTURE(bad);
        const auto odd = spec("RTP/AVP;" + std::string(bad) + ";server_port=6970-6971");
        CHECK(odd.client_port == PortRange{});
        CHECK(odd.malformed == 1);
        CHECK(odd.server_port == PortRange{6970, 6971});
    }
}

TEST_CASE("the ssrc is hexadecimal, a blank before it is met in cameras") {
    CHECK(spec("RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627").ssrc == 0xd6d6627U);
    CHECK(spec("RTP/AVP;ssrc=30A98EE7").ssrc == 0x30a98ee7U);
    CHECK(spec("RTP/AVP;ssrc=11111111/22222222").ssrc == 0x11111111U);
    CHECK(spec("RTP/AVP;ssrc=123456789").malformed == 1);
}

TEST_CASE("quotes and case of parameters do not matter") {
    CHECK(spec("RTP/AVP;UNICAST;Mode=\"PLAY\"").mode == "PLAY");
    CHECK(spec("RTP/AVP;UNICAST;Mode=\"PLAY\"").cast == Cast::unicast);
    CHECK(spec("rtp/avp/tcp;unicast").transport == Transport::tcp);
    CHECK(spec("rtp/avp/tcp;unicast").is_rtp);
}

TEST_CASE("other protocols than RTP are said to be so") {
    CHECK_FALSE(spec("MP2T/H2221/UDP;unicast;client_port=1234").is_rtp);
    CHECK_FALSE(spec("RAW/RAW/UDP;unicast").is_rtp);
    CHECK(spec("RTP/SAVPF;unicast").is_rtp);
}

TEST_CASE("source and destination may be names or IPv6") {
    CHECK(spec("RTP/AVP;source=camera.example.com").source == "camera.example.com");
    CHECK_FALSE(spec("RTP/AVP;source=camera.example.com").source_address);
    CHECK(spec("RTP/AVP;source=fd00::100").source_address == Address::parse("fd00::100"));
    CHECK(spec("RTP/AVP;source=\"[fd00::100]\"").source_address == Address::parse("fd00::100"));
    CHECK(spec("RTP/AVP;destination").destination.empty());
}

TEST_CASE("multicast has its own port parameter") {
    const auto group = spec("RTP/AVP;multicast;destination=233.252.0.1;port=3456-3457;ttl=16");
    CHECK(group.cast == Cast::multicast);
    CHECK(group.port == PortRange{3456, 3457});
    CHECK(group.destination_address->is_multicast());
}

TEST_CASE("the alternatives of a Transport header keep their order") {
    const auto list = rtsp::parse_transport(
        "RTP/AVP/TCP;interleaved=0-1, RTP/AVP;unicast;client_port=8000-8001;mode=\"PLAY,RECORD\",,RTP/AVP;multicast");
    REQUIRE(list.size() == 3);
    CHECK(list[0].transport == Transport::tcp);
    CHECK(list[1].client_port == PortRange{8000, 8001});
    CHECK(list[1].mode == "PLAY,RECORD");
    CHECK(list[2].cast == Cast::multicast);
}

TEST_CASE("alternatives may also come in Transport lines of their own") {
    const auto message = read("SETUP rtsp://h/x RTSP/1.0\r\nTransport: RTP/AVP;client_port=1-2\r\nCSeq: 1\r\n"
                              "transport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n");
    REQUIRE(message);
    CHECK(rtsp::transports(*message).size() == 2);
    CHECK(message->transport == "RTP/AVP;client_port=1-2");
}

TEST_CASE("no more alternatives are read than the bound") {
    std::string many;
    for (std::size_t i = 0; i < limits::kMaxTransports + 1; ++i) {
        many += "RTP/AVP;unicast,";
    }
    CHECK(rtsp::parse_transport(many).size() == limits::kMaxTransports);
    CHECK(rtsp::parse_transport("").empty());
    CHECK(rtsp::parse_transport(" , ;; ,").empty());
}

TEST_CASE("RTSP 2.0 names addresses of both ends") {
    const auto request = spec(R"(RTP/AVP/UDP;unicast;dest_addr=":8000"/":8001")");
    REQUIRE(request.dest_addr.size() == 2);
    CHECK(request.dest_addr[0] == rtsp::TransportAddress{std::nullopt, 8000});
    CHECK(request.dest_addr[1] == rtsp::TransportAddress{std::nullopt, 8001});
    const auto reply = spec(
        R"(RTP/AVP/UDP;unicast;dest_addr="[fd00:1::11]:8000"/"198.18.1.11:8001";src_addr="198.18.0.100:3456";RTCP-mux)");
    CHECK(reply.dest_addr[0] == rtsp::TransportAddress{Address::parse("fd00:1::11"), 8000});
    CHECK(reply.dest_addr[1] == rtsp::TransportAddress{Address::parse("198.18.1.11"), 8001});
    REQUIRE(reply.src_addr.size() == 1);
    CHECK(reply.src_addr[0].port == 3456);
    CHECK(reply.rtcp_mux);
    CHECK(spec(R"(RTP/AVP/UDP;dest_addr="198.18.1.11")").malformed == 1);
    CHECK(spec(R"(RTP/AVP/UDP;dest_addr=":1"/":2"/":3"/":4"/":5")").dest_addr.size() == limits::kMaxTransportAddrs);
}
