// SPDX-License-Identifier: GPL-2.0
#include "core/proto/rtsp.hpp"

#include "core/proto/message_head.hpp"
#include "core/proto/text.hpp"

namespace sara::proto::rtsp {
namespace {

/// "708345999;timeout=60"
void read_session(Message& message, std::string_view value) noexcept {
    message.session = trim(take_until(value, ';'));
    if (const auto timeout = parameter(value, "timeout")) {
        message.session_timeout = leading_number(*timeout);
    }
}

/// Header values that are taken apart when all headers were read.
struct Texts {
    std::string_view cseq;
    std::string_view session;
    std::string_view content_length;
};

void read_header(Message& message, Texts& texts, const Header& header) noexcept {
    if (iequals(header.name, "CSeq")) {
        keep_first(texts.cseq, header.value);
    } else if (iequals(header.name, "Session")) {
        keep_first(texts.session, header.value);
    } else if (iequals(header.name, "Transport")) {
        keep_first(message.transport, header.value);
    } else if (iequals(header.name, "Content-Type")) {
        keep_first(message.content_type, header.value);
    } else if (iequals(header.name, "Content-Length")) {
        keep_first(texts.content_length, header.value);
    }
}

/// "4588-4589" or "4588"
std::optional<PortRange> parse_ports(std::string_view value) noexcept {
    std::string_view second = value;
    const std::optional<Port> first = parse_number<Port>(trim(take_until(second, '-')));
    if (!first) {
        return std::nullopt;
    }
    if (trim(second).empty()) {
        return PortRange{*first, 0};
    }
    const std::optional<Port> last = parse_number<Port>(trim(second));
    return last ? std::optional(PortRange{*first, *last}) : std::nullopt;
}

/// "0-1" or "0"
std::optional<Interleaved> parse_channels(std::string_view value) noexcept {
    std::string_view second = value;
    const std::optional<std::uint8_t> first = parse_number<std::uint8_t>(trim(take_until(second, '-')));
    const std::optional<std::uint8_t> last = trim(second).empty() ? first : parse_number<std::uint8_t>(trim(second));
    return first && last ? std::optional(Interleaved{*first, *last}) : std::nullopt;
}

/// "192.0.2.5:3456", "[2001:db8::1]:3456", ":3456"
std::optional<TransportAddress> parse_address(std::string_view text) noexcept {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const std::optional<Port> port = parse_number<Port>(trim(text.substr(colon + 1)));
    if (!port) {
        return std::nullopt;
    }
    return TransportAddress{Address::parse(trim(text.substr(0, colon))), *port};
}

/// "\"192.0.2.5:3456\"/\"192.0.2.5:3457\""; false if one of them could not be read.
bool parse_addresses(std::string_view value, BoundedList<TransportAddress, limits::kMaxTransportAddrs>& list) noexcept {
    while (!value.empty()) {
        const std::optional<TransportAddress> address = parse_address(unquote(trim(take_until(value, '/'))));
        if (!address || !list.push_back(*address)) {
            return false;
        }
    }
    return true;
}

template <typename T, typename U>
bool assign(T& field, const std::optional<U>& value) noexcept {
    if (value) {
        field = *value;
    }
    return value.has_value();
}

/// "RTP/AVP", "RTP/AVP/TCP"
void read_protocol(TransportSpec& spec, std::string_view value) noexcept {
    spec.protocol = value;
    spec.is_rtp = iequals(take_until(value, '/'), "RTP");
    static_cast<void>(take_until(value, '/'));
    spec.transport = iequals(value, "TCP") ? Transport::tcp : Transport::udp;
}

/// False when the value cannot be read. Unknown parameters say nothing to us.
bool read_parameter(TransportSpec& spec, std::string_view name, std::string_view value) noexcept {
    if (iequals(name, "unicast")) {
        spec.cast = Cast::unicast;
    } else if (iequals(name, "multicast")) {
        spec.cast = Cast::multicast;
    } else if (iequals(name, "client_port")) {
        return assign(spec.client_port, parse_ports(value));
    } else if (iequals(name, "server_port")) {
        return assign(spec.server_port, parse_ports(value));
    } else if (iequals(name, "port")) {
        return assign(spec.port, parse_ports(value));
    } else if (iequals(name, "interleaved")) {
        return assign(spec.interleaved, parse_channels(value));
    } else if (iequals(name, "source")) {
        spec.source = unquote(value);
        spec.source_address = Address::parse(spec.source);
    } else if (iequals(name, "destination")) {
        spec.destination = unquote(value);
        spec.destination_address = Address::parse(spec.destination);
    } else if (iequals(name, "dest_addr")) {
        return parse_addresses(value, spec.dest_addr);
    } else if (iequals(name, "src_addr")) {
        return parse_addresses(value, spec.src_addr);
    } else if (iequals(name, "mode")) {
        spec.mode = trim(unquote(value));
    } else if (iequals(name, "ssrc")) {
        return assign(spec.ssrc, parse_number<std::uint32_t>(trim(take_until(value, '/')), 16));
    } else if (iequals(name, "RTCP-mux")) {
        spec.rtcp_mux = true;
    }
    return true;
}

void add_transports(TransportList& list, std::string_view value) noexcept {
    while (!value.empty() && !list.full()) {
        std::string_view rest = take_until(value, ',');
        TransportSpec spec;
        read_protocol(spec, trim(take_until(rest, ';')));
        if (spec.protocol.empty()) {
            continue;
        }
        while (!rest.empty()) {
            std::string_view parameter_value = take_until(rest, ';');
            const std::string_view name = trim(take_until(parameter_value, '='));
            if (!read_parameter(spec, name, trim(parameter_value))) {
                ++spec.malformed;
            }
        }
        list.push_back(spec);
    }
}

}  // namespace

Result<Message> parse(std::string_view bytes) {
    Message message;
    Texts texts;
    const Result<MessageHead> head =
        read_head(App::rtsp, bytes, [&](const Header& header) { read_header(message, texts, header); });
    if (!head) {
        return head.error();
    }
    message.is_request = head->start.is_request;
    message.method = head->start.method;
    message.uri = head->start.uri;
    message.status = head->start.status;
    message.reason = head->start.reason;
    message.version_major = head->start.version_major;
    message.version_minor = head->start.version_minor;
    message.cseq = parse_number<std::uint32_t>(texts.cseq);
    message.content_length = parse_number<std::uint32_t>(texts.content_length);
    read_session(message, texts.session);
    message.head = head->headers;
    const std::size_t length = message.content_length.value_or(0);
    message.body = head->body.substr(0, length);
    message.complete = head->complete && message.body.size() == length;
    return message;
}

std::string_view header(const Message& message, std::string_view name) noexcept {
    HeaderReader headers(message.head);
    while (const std::optional<Header> header = headers.next()) {
        if (iequals(header->name, name)) {
            return header->value;
        }
    }
    return {};
}

TransportList parse_transport(std::string_view value) noexcept {
    TransportList list;
    add_transports(list, value);
    return list;
}

TransportList transports(const Message& message) noexcept {
    TransportList list;
    HeaderReader headers(message.head);
    while (const std::optional<Header> header = headers.next()) {
        if (iequals(header->name, "Transport")) {
            add_transports(list, header->value);
        }
    }
    return list;
}

}  // namespace sara::proto::rtsp
