// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/inspect/effect.hpp"
#include "core/inspect/protocol.hpp"
#include "core/inspect/tracker.hpp"

/// Conversations for tests: messages as text, and what the tracker makes of them as lines of text.
namespace sara::test {

using namespace std::chrono_literals;

using Lines = std::vector<std::string>;

inline const Time kStart = Time(1h);

inline Endpoint endpoint(std::string_view address, Port port) {
    return {Address::parse(address).value(), port};
}

inline FlowKey flow(std::string_view client, Port client_port, std::string_view vip, Port port, Transport transport) {
    return {endpoint(client, client_port), endpoint(vip, port), transport};
}

inline const FlowKey kSipFlow = flow("198.18.1.11", 5060, "198.18.0.100", 5060, Transport::udp);
inline const FlowKey kFtpFlow = flow("198.18.1.11", 40000, "198.18.0.100", 21, Transport::tcp);
inline const FlowKey kRtspFlow = flow("198.18.1.11", 40000, "198.18.0.100", 554, Transport::tcp);

inline Lines lines(const inspect::Effects& effects) {
    Lines all;
    for (const inspect::Effect& effect : effects) {
        all.push_back(inspect::text(effect));
    }
    return all;
}

/// What a SIP message says, as far as session identification looks at it.
struct Sip {
    std::string call = "call-1";
    std::string from_tag = "from-c";
    std::string to_tag{};
    std::string sdp{};
    std::string headers{};  ///< more, each with CRLF
};

inline std::string sip_tail(unsigned cseq, std::string_view method, const Sip& said) {
    std::string text = "Via: SIP/2.0/UDP 198.18.1.11:5060;branch=z9hG4bK" + std::to_string(cseq) + "\r\n";
    text += "From: <sip:alice@198.18.1.11>;tag=" + said.from_tag + "\r\n";
    text += "To: <sip:bob@198.18.0.100>" + (said.to_tag.empty() ? "" : ";tag=" + said.to_tag) + "\r\n";
    text += "Call-ID: " + said.call + "\r\n";
    text += "CSeq: " + std::to_string(cseq) + " " + std::string(method) + "\r\n" + said.headers;
    if (!said.sdp.empty()) {
        text += "Content-Type: application/sdp\r\n";
    }
    return text + "Content-Length: " + std::to_string(said.sdp.size()) + "\r\n\r\n" + said.sdp;
}

inline std::string request(std::string_view method, unsigned cseq, const Sip& said = {}) {
    return std::string(method) + " sip:bob@198.18.0.100 SIP/2.0\r\n" + sip_tail(cseq, method, said);
}

inline std::string reply(unsigned status, std::string_view method, unsigned cseq, const Sip& said = {}) {
    return "SIP/2.0 " + std::to_string(status) + " Because\r\n" + sip_tail(cseq, method, said);
}

inline std::string sdp(std::string_view address, std::string_view media) {
    const std::string family = address.find(':') == std::string_view::npos ? "IP4 " : "IP6 ";
    return "v=0\r\no=- 1 1 IN " + family + std::string(address) + "\r\ns=-\r\nc=IN " + family + std::string(address) +
           "\r\nt=0 0\r\n" + std::string(media);
}

inline std::string audio(std::string_view address, unsigned port) {
    return sdp(address, "m=audio " + std::to_string(port) + " RTP/AVP 0\r\n");
}

inline std::string rtsp(std::string_view method, std::string_view uri, unsigned cseq, std::string_view headers = "") {
    return std::string(method) + " " + std::string(uri) + " RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\n" +
           std::string(headers) + "\r\n";
}

/// As servers send it that do not say what they answer.
inline std::string rtsp_reply_unnumbered(unsigned status, std::string_view headers = "") {
    return "RTSP/1.0 " + std::to_string(status) + " Because\r\n" + std::string(headers) + "\r\n";
}

inline std::string rtsp_reply(unsigned status, unsigned cseq, std::string_view headers = "") {
    return "RTSP/1.0 " + std::to_string(status) + " Because\r\nCSeq: " + std::to_string(cseq) + "\r\n" +
           std::string(headers) + "\r\n";
}

/// Who else reads each message, if somebody does.
inline void (*overhear)(App app, std::string_view message) = nullptr;

/// One signalling flow of one session, and the tracker that listens.
struct Conversation {
    App app;
    FlowKey flow;
    inspect::SessionTracker& tracker;
    SessionId session = SessionId{1};
    Time now = kStart;
    std::array<std::uint32_t, 2> places{};  ///< in the stream of each end

    inspect::MessageFacts facts(Sender sender, std::string_view message) {
        if (overhear != nullptr) {
            overhear(app, message);
        }
        std::uint32_t& place = places[sender == Sender::client ? 0 : 1];
        place += static_cast<std::uint32_t>(message.size());
        Result<inspect::MessageFacts> read = inspect::protocol_for(app)->read(as_bytes(message), {sender, flow, place});
        return read ? std::move(read).value() : inspect::MessageFacts{};
    }
    Lines hear(Sender sender, std::string_view message) {
        return lines(tracker.handle(facts(sender, message), session, now));
    }
    Lines client(std::string_view message) { return hear(Sender::client, message); }
    Lines server(std::string_view message) { return hear(Sender::server, message); }

    inspect::DialogView only() const {
        const std::vector<inspect::DialogView> all = tracker.dialogs();
        return all.size() == 1 ? all.front() : inspect::DialogView{};
    }
    Lines announced() const {
        Lines all;
        for (const inspect::DialogView& dialog : tracker.dialogs()) {
            for (const AnnouncementKey& key : dialog.announced) {
                all.push_back(key.text());
            }
        }
        return all;
    }
};

}  // namespace sara::test
