// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/rtsp_facts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "core/inspect/limits.hpp"
#include "core/proto/rtsp.hpp"

namespace sara::inspect {

namespace {

namespace rtsp = proto::rtsp;

constexpr std::array<std::pair<std::string_view, Method>, 11> kMethods = {{
    {"OPTIONS", Method::options},
    {"DESCRIBE", Method::describe},
    {"ANNOUNCE", Method::announce},
    {"SETUP", Method::setup},
    {"PLAY", Method::play},
    {"PAUSE", Method::pause},
    {"RECORD", Method::record},
    {"TEARDOWN", Method::teardown},
    {"REDIRECT", Method::redirect},
    {"GET_PARAMETER", Method::get_parameter},
    {"SET_PARAMETER", Method::set_parameter},
}};

Method method_of(std::string_view name) noexcept {
    for (const auto& [text, method] : kMethods) {
        if (text == name) {
            return method;
        }
    }
    return Method::other;
}

Port next_port(Port port) noexcept {
    return port == 0 || port == std::numeric_limits<Port>::max() ? Port{0} : static_cast<Port>(port + 1);
}

using TransportAddresses = proto::BoundedList<rtsp::TransportAddress, proto::limits::kMaxTransportAddrs>;

/// What a Transport says of one end: RTSP 1.0 in ports and an address, RTSP 2.0 in a list of addresses.
MediaEndpoint endpoint_of(const rtsp::TransportSpec& spec, const rtsp::PortRange& ports,
                          const std::optional<Address>& address, std::string_view address_text,
                          const TransportAddresses& addresses) {
    MediaEndpoint endpoint;
    endpoint.transport = spec.transport;
    endpoint.mux = spec.rtcp_mux;
    if (addresses.empty()) {
        endpoint.address = address;
        endpoint.named = !address && !address_text.empty();
        endpoint.port = ports.first;
        endpoint.control_port = ports.second;
    } else {
        endpoint.address = addresses.front().address;
        endpoint.port = addresses.front().port;
        endpoint.control_port = addresses.size() > 1 ? addresses[1].port : Port{0};
    }
    if (endpoint.control_port == 0 && spec.is_rtp) {
        endpoint.control_port = next_port(endpoint.port);
    }
    if (endpoint.address && endpoint.address->is_unspecified()) {
        endpoint.address.reset();
    }
    if (spec.interleaved || spec.transport == Transport::tcp) {
        endpoint.state = MediaState::interleaved;
    } else if (spec.cast == rtsp::Cast::multicast || (endpoint.address && endpoint.address->is_multicast())) {
        endpoint.state = MediaState::multicast;
    }
    return endpoint;
}

MediaEndpoint client_end(const rtsp::TransportSpec& spec) {
    return endpoint_of(spec, spec.client_port, spec.destination_address, spec.destination, spec.dest_addr);
}

MediaEndpoint server_end(const rtsp::TransportSpec& spec) {
    return endpoint_of(spec, spec.server_port, spec.source_address, spec.source, spec.src_addr);
}

void read_request(const rtsp::Message& message, MessageFacts& facts) {
    facts.method = method_of(message.method);
    facts.target = message.uri.substr(0, limits::kMaxTarget);
    if (facts.method == Method::teardown) {
        facts.act = Act::finish;
        facts.leg = bounded_id(message.uri, limits::kMaxLegId);
    } else if (facts.method == Method::setup && facts.sender == Sender::client) {
        facts.act = Act::propose;
        facts.leg = bounded_id(message.uri, limits::kMaxLegId);
        for (const rtsp::TransportSpec& spec : rtsp::transports(message)) {
            facts.media.push_back(client_end(spec));
        }
    }
}

/// A reply does not tell what it answers; only SETUP's has a Transport. That a failure answers a SETUP shows when it is
/// joined with its request.
void read_reply(const rtsp::Message& message, MessageFacts& facts) {
    facts.status = message.status;
    if (facts.sender == Sender::client || facts.status < 200) {
        return;
    }
    if (facts.status >= 300) {
        facts.act = Act::refuse;
        return;
    }
    const rtsp::TransportList specs = rtsp::transports(message);
    if (specs.empty()) {
        return;
    }
    facts.act = Act::accept;
    facts.media.push_back(server_end(specs.front()));
    const MediaEndpoint client = client_end(specs.front());
    if (client.port != 0 || client.state != MediaState::active) {
        facts.peer_media.push_back(client);
    }
}

}  // namespace

Timers RtspProtocol::timers() const noexcept {
    using namespace std::chrono_literals;
    // 60 s is the default of the Session header's timeout (RFC 2326 section 12.37).
    return {.setup = 60s, .dialog = 60s, .margin = 15s, .linger = 2s};
}

std::span<const Port> RtspProtocol::usual_ports() const noexcept {
    static constexpr std::array<Port, 2> kPorts = {554, 8554};
    return kPorts;
}

Result<MessageFacts> RtspProtocol::read(Bytes message, const Origin& origin) const {
    const Result<rtsp::Message> parsed = rtsp::parse(as_text(message));
    if (!parsed) {
        return parsed.error();
    }
    if (!parsed->cseq && parsed->is_request) {
        return Error{"no CSeq, so no reply can be joined with it", "rtsp"};
    }
    MessageFacts facts;
    facts.app = App::rtsp;
    facts.sender = origin.sender;
    facts.flow = origin.flow;
    facts.dialog = bounded_id(parsed->session, limits::kMaxDialogId);
    facts.cseq = parsed->cseq.value_or(0);
    facts.numbered = parsed->cseq.has_value();
    if (parsed->session_timeout) {
        facts.lifetime = std::clamp<Duration>(std::chrono::seconds(*parsed->session_timeout), limits::kMinLifetime,
                                              limits::kMaxLifetime);
    }
    if (parsed->is_request) {
        read_request(*parsed, facts);
    } else {
        read_reply(*parsed, facts);
    }
    return facts;
}

}  // namespace sara::inspect
