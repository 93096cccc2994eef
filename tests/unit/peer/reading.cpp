// SPDX-License-Identifier: GPL-2.0
#include "peer/reading.hpp"

#include <algorithm>
#include <iterator>

#include "core/proto/multipart.hpp"
#include "core/proto/rtsp.hpp"
#include "core/proto/sdp.hpp"
#include "core/proto/sip.hpp"
#include "core/proto/text.hpp"

namespace sara::test::peer {

namespace {

using namespace proto;

constexpr std::string_view kRefused = "refused";
constexpr std::string_view kNoLength = "content-length unsaid";
constexpr std::string_view kSdpRefused = "sdp refused";
constexpr std::string_view kTransport = "transport ";
constexpr std::string_view kTransportRefused = "transport refused";

std::string_view text_of(sdp::Direction direction) noexcept {
    switch (direction) {
    case sdp::Direction::sendrecv:
        return "sendrecv";
    case sdp::Direction::sendonly:
        return "sendonly";
    case sdp::Direction::recvonly:
        return "recvonly";
    case sdp::Direction::inactive:
        return "inactive";
    }
    return "?";
}

/// Type and subtype alone: what follows is the business of who reads the body.
std::string content_type_of(std::string_view value) {
    std::string type;
    for (const char c : take_until(value, ';')) {
        if (!is_blank(c)) {
            type += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
    }
    return type;
}

/// a=rtcp's port as it was said: the parser fills it in when it was not.
unsigned said_rtcp_port(const sdp::Media& media) noexcept {
    const bool is_default = media.rtcp_port == static_cast<Port>(media.port + 1U) && !media.rtcp_address;
    return is_default ? 0 : media.rtcp_port;
}

void add_sdp(Reading& out, std::string_view text) {
    const Result<sdp::Description> description = sdp::parse(text);
    if (!description) {
        out.emplace_back(kSdpRefused);
        return;
    }
    for (const sdp::Media& media : description->media) {
        const std::string rtcp_address = media.rtcp_address ? media.rtcp_address->text() : std::string();
        out.push_back(line_of({.kind = media.kind,
                               .port = media.port,
                               .count = media.port_count,
                               .proto = media.proto,
                               .address = media.connection.text,
                               .direction = text_of(media.direction),
                               .rtcp_port = media.rtcp_mux || media.port == 0 ? 0 : said_rtcp_port(media),
                               .rtcp_address = rtcp_address,
                               .rtcp_mux = media.rtcp_mux}));
    }
}

std::optional<Reading> read_sip(std::string_view bytes) {
    const Result<sip::Message> message = sip::parse(bytes);
    if (!message || !message->complete) {
        return std::nullopt;
    }
    Reading out;
    out.push_back(message->is_request ? "method " + std::string(message->method)
                                      : "status " + std::to_string(message->status));
    out.push_back("call-id " + std::string(message->call_id));
    out.push_back("cseq " + std::to_string(message->cseq) + " " + std::string(message->cseq_method));
    out.push_back("from-tag " + std::string(sip::tag(message->from)));
    out.push_back("to-tag " + std::string(sip::tag(message->to)));
    const std::optional<sip::Via> via = sip::parse_via(message->via);
    out.push_back("branch " + std::string(via ? via->branch : std::string_view()));
    out.push_back(message->content_length ? "content-length " + std::to_string(*message->content_length)
                                          : std::string(kNoLength));
    out.push_back("content-type " + content_type_of(message->content_type));
    if (!istarts_with(message->content_type, "multipart/")) {
        out.push_back("body " + std::string(message->body));
    }
    if (const auto sdp = multipart::find_sdp(message->content_type, message->body); sdp && !sdp->empty()) {
        add_sdp(out, *sdp);
    }
    return out;
}

TransportLine transport_of(const rtsp::TransportSpec& spec) {
    TransportLine line;
    line.tcp = spec.transport == Transport::tcp;
    line.multicast = spec.cast == rtsp::Cast::multicast;
    line.client_port[0] = spec.client_port.first;
    line.client_port[1] = spec.client_port.second;
    line.server_port[0] = spec.server_port.first;
    line.server_port[1] = spec.server_port.second;
    line.group_port[0] = spec.port.first;
    line.group_port[1] = spec.port.second;
    if (spec.interleaved) {
        line.interleaved = std::to_string(spec.interleaved->first) + "-" + std::to_string(spec.interleaved->second);
    }
    line.source = spec.source;
    line.destination = spec.destination;
    return line;
}

std::optional<Reading> read_rtsp(std::string_view bytes) {
    const Result<rtsp::Message> message = rtsp::parse(bytes);
    if (!message || !message->complete) {
        return std::nullopt;
    }
    Reading out;
    out.push_back(message->is_request ? "method " + std::string(message->method)
                                      : "status " + std::to_string(message->status));
    out.push_back("uri " + std::string(message->uri));
    out.push_back("cseq " + (message->cseq ? std::to_string(*message->cseq) : std::string("unsaid")));
    out.push_back("session " + std::string(message->session));
    out.push_back("content-type " + content_type_of(message->content_type));
    out.push_back("body " + std::string(message->body));
    for (const rtsp::TransportSpec& spec : rtsp::transports(*message)) {
        out.push_back(line_of(transport_of(spec)));
    }
    return out;
}

std::string range(const char* name, const unsigned (&ports)[2]) {
    if (ports[0] == 0) {
        return "";
    }
    return std::string(" ") + name + "=" + std::to_string(ports[0]) +
           (ports[1] == 0 ? std::string() : "-" + std::to_string(ports[1]));
}

std::string without(std::string text, std::string_view part) {
    const std::size_t at = text.find(part);
    return at == std::string::npos ? text : text.erase(at, part.size());
}

/// RFC 8866 section 5: v=, o=, s= and t= must be there, in this order, and attributes after them.
bool is_complete_sdp(std::string_view message) {
    const std::size_t begin = message.find("v=0");
    std::string_view rest = begin == std::string_view::npos ? std::string_view() : message.substr(begin);
    std::string kinds;
    while (const std::optional<std::string_view> line = take_line(rest)) {
        kinds += line->substr(0, 1);
    }
    const std::size_t attributes = kinds.find_first_of("am");
    const std::size_t time = kinds.find('t');
    return kinds.starts_with("vos") && time != std::string::npos && time < attributes;
}

}  // namespace

std::string line_of(const Medium& medium) {
    std::string line = "media " + std::string(medium.kind) + " " + std::to_string(medium.port) + "/" +
                       std::to_string(medium.count) + " " + std::string(medium.proto) + " at " +
                       std::string(medium.address) + " " + std::string(medium.direction);
    if (medium.rtcp_port != 0) {
        line += " rtcp " + std::to_string(medium.rtcp_port) + " " + std::string(medium.rtcp_address);
    }
    return line + (medium.rtcp_mux ? " mux" : "");
}

std::string line_of(const TransportLine& transport) {
    std::string line = std::string("transport ") + (transport.tcp ? "tcp" : "udp");
    line += transport.multicast ? " multicast" : "";
    line += range("client_port", transport.client_port) + range("server_port", transport.server_port) +
            range("port", transport.group_port);
    line += transport.interleaved.empty() ? "" : " interleaved=" + transport.interleaved;
    line += transport.source.empty() ? "" : " source=" + std::string(transport.source);
    line += transport.destination.empty() ? "" : " destination=" + std::string(transport.destination);
    return line;
}

std::optional<Reading> read_ours(App app, std::string_view message) {
    return app == App::sip ? read_sip(message) : read_rtsp(message);
}

std::vector<Difference> differences(App app, std::string_view message) {
    if (!is_there(app)) {
        return {};
    }
    const std::optional<Reading> ours = read_ours(app, message);
    const std::optional<Reading> theirs = read_theirs(app, message);
    if (!ours || !theirs) {
        return ours.has_value() == theirs.has_value()
                   ? std::vector<Difference>{}
                   : std::vector<Difference>{{std::string(ours ? "read" : kRefused),  //
                                              std::string(theirs ? "read" : kRefused)}};
    }
    std::vector<Difference> found;
    for (std::size_t i = 0; i < std::max(ours->size(), theirs->size()); ++i) {
        const std::string our_line = i < ours->size() ? ours->at(i) : "";
        const std::string their_line = i < theirs->size() ? theirs->at(i) : "";
        if (our_line != their_line) {
            found.push_back({our_line, their_line});
        }
        if (their_line == kSdpRefused) {
            break;  // all that follows is of the SDP
        }
    }
    return found;
}

std::string_view excuse(App app, std::string_view message, const Difference& difference) {
    if (app == App::sip) {
        if (difference.ours == kNoLength) {
            return "libosip2 fills in the Content-Length that is not there";
        }
        if (difference.theirs == kSdpRefused && !is_complete_sdp(message)) {
            return "libosip2 wants all lines of an SDP, and in their order";
        }
        return {};
    }
    const Result<rtsp::Message> read = rtsp::parse(message);
    if (!read) {
        return {};
    }
    if (difference.theirs == kRefused && !read->cseq) {
        return "GStreamer takes nothing without CSeq";
    }
    if (!difference.ours.starts_with(kTransport)) {
        return {};
    }
    if (read->transport.find_first_of(" \t\r\n") != std::string_view::npos) {
        return "GStreamer reads no blanks in a Transport";
    }
    if (difference.theirs == kTransportRefused && read->transport.find("RAW/RAW/UDP") != std::string_view::npos) {
        return "GStreamer knows no RAW";
    }
    if (difference.theirs == kTransportRefused && read->transport.find("MP2T/") != std::string_view::npos) {
        return "GStreamer knows no MP2T without RTP";
    }
    // RFC 2326 section 12.39 has it so, but who names ports of client or server means unicast.
    if (difference.ours.find("_port=") != std::string::npos &&
        without(difference.theirs, " multicast") == difference.ours) {
        return "GStreamer takes multicast for what is not said";
    }
    return {};
}

Reading unexplained(App app, std::string_view message) {
    Reading found;
    for (const Difference& difference : differences(app, message)) {
        if (excuse(app, message, difference).empty()) {
            found.push_back("ours: " + difference.ours + ", theirs: " + difference.theirs);
        }
    }
    return found;
}

}  // namespace sara::test::peer
