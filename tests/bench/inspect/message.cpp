// SPDX-License-Identifier: GPL-2.0
#include "inspect/message.hpp"

namespace sara::bench {

namespace {

std::string sdp(int media, int attributes) {
    std::string text =
        "v=0\r\no=a 2890844526 2890844526 IN IP4 198.18.1.11\r\ns=-\r\nc=IN IP4 198.18.1.11\r\nt=0 0\r\n";
    for (int i = 0; i < media; ++i) {
        text += "m=" + std::string(i % 2 == 0 ? "audio " : "video ") + std::to_string(40000 + 2 * i) +
                " RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 "
                "telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";
        for (int k = 0; k < attributes; ++k) {
            text += "a=candidate:" + std::to_string(k) + " 1 UDP 2130706431 198.18.1.11 " + std::to_string(50000 + k) +
                    " typ host\r\n";
        }
    }
    return text;
}

std::string sip(const std::string& start, const std::string& method, int hops, const std::string& body) {
    std::string text = start + "\r\n";
    for (int i = 0; i <= hops; ++i) {
        text += "Via: SIP/2.0/UDP 198.18.1." + std::to_string(11 + i) + ":5060;branch=z9hG4bK776asdhds" +
                std::to_string(i) + ";rport\r\n";
    }
    for (int i = 0; i < hops; ++i) {
        text += "Record-Route: <sip:198.18.1." + std::to_string(12 + i) + ";lr;ftag=1928301774>\r\n";
    }
    text += "Max-Forwards: 70\r\nTo: \"Bob\" <sip:bob@example.org>\r\n"
            "From: \"Alice\" <sip:alice@example.org>;tag=1928301774\r\n"
            "Call-ID: a84b4c76e66710@198.18.1.11\r\nCSeq: 314159 " +
            method + "\r\n";
    if (!body.empty()) {
        text += "Contact: <sip:alice@198.18.1.11:5060>\r\nContent-Type: application/sdp\r\n";
    }
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string rtsp(const std::string& head, const std::string& body) {
    return head +
           (body.empty() ? ""
                         : "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
           "\r\n" + body;
}

}  // namespace

std::vector<Case> cases() {
    const std::string invite = "INVITE sip:bob@example.org SIP/2.0";
    return {
        {"sip-options", Protocol::sip, sip("OPTIONS sip:bob@example.org SIP/2.0", "OPTIONS", 0, ""), 0},
        {"sip-invite", Protocol::sip, sip(invite, "INVITE", 0, sdp(1, 0)), 1},
        {"sip-ok", Protocol::sip, sip("SIP/2.0 200 OK", "INVITE", 2, sdp(2, 0)), 2},
        {"sip-invite-2k", Protocol::sip, sip(invite, "INVITE", 3, sdp(2, 6)), 2},
        {"sip-invite-8k", Protocol::sip, sip(invite, "INVITE", 8, sdp(4, 26)), 4},
        {"rtsp-setup", Protocol::rtsp,
         rtsp("SETUP rtsp://198.18.0.100:554/stream/track1 RTSP/1.0\r\nCSeq: 3\r\nUser-Agent: player 1.0\r\n"
              "Transport: RTP/AVP/UDP;unicast;client_port=50000-50001\r\n",
              ""),
         1},
        {"rtsp-setup-ok", Protocol::rtsp,
         rtsp("RTSP/1.0 200 OK\r\nCSeq: 3\r\nServer: server 1.0\r\nDate: Sat, 28 Nov 2026 12:00:00 GMT\r\n"
              "Transport: RTP/AVP/UDP;unicast;client_port=50000-50001;server_port=6970-6971;ssrc=DEADBEEF\r\n"
              "Session: 0123456789ABCDEF;timeout=60\r\n",
              ""),
         1},
    };
}

}  // namespace sara::bench
