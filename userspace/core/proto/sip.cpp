// SPDX-License-Identifier: GPL-2.0
#include "core/proto/sip.hpp"

#include <array>
#include <utility>

#include "core/proto/message_head.hpp"
#include "core/proto/text.hpp"

namespace sara::proto::sip {
namespace {

/// IANA's registry "SIP Header Fields".
constexpr std::array<std::pair<char, std::string_view>, 20> kCompactNames = {{
    {'a', "Accept-Contact"},
    {'b', "Referred-By"},
    {'c', "Content-Type"},
    {'d', "Request-Disposition"},
    {'e', "Content-Encoding"},
    {'f', "From"},
    {'i', "Call-ID"},
    {'j', "Reject-Contact"},
    {'k', "Supported"},
    {'l', "Content-Length"},
    {'m', "Contact"},
    {'n', "Identity-Info"},
    {'o', "Event"},
    {'r', "Refer-To"},
    {'s', "Subject"},
    {'t', "To"},
    {'u', "Allow-Events"},
    {'v', "Via"},
    {'x', "Session-Expires"},
    {'y', "Identity"},
}};

/// Header values that become numbers when all headers were read.
struct Texts {
    std::string_view cseq;
    std::string_view content_length;
    std::string_view session_expires;
};

/// "4711 INVITE"; false if it is not like that.
bool read_cseq(Message& message, std::string_view value) noexcept {
    const std::optional<std::uint32_t> number = parse_number<std::uint32_t>(take_word(value));
    message.cseq_method = take_word(value);
    message.cseq = number.value_or(0);
    return number && is_token(message.cseq_method) && trim(value).empty();
}

void read_header(Message& message, Texts& texts, const Header& header) noexcept {
    const std::string_view name = long_name(header.name);
    if (iequals(name, "Call-ID")) {
        keep_first(message.call_id, header.value);
    } else if (iequals(name, "CSeq")) {
        keep_first(texts.cseq, header.value);
    } else if (iequals(name, "From")) {
        keep_first(message.from, header.value);
    } else if (iequals(name, "To")) {
        keep_first(message.to, header.value);
    } else if (iequals(name, "Via")) {
        keep_first(message.via, header.value);
    } else if (iequals(name, "Contact")) {
        keep_first(message.contact, header.value);
    } else if (iequals(name, "Content-Type")) {
        keep_first(message.content_type, header.value);
    } else if (iequals(name, "Content-Length")) {
        keep_first(texts.content_length, header.value);
    } else if (iequals(name, "Session-Expires")) {
        keep_first(texts.session_expires, header.value);
    }
}

void cut_body(Message& message) noexcept {
    if (!message.content_length) {
        return;
    }
    if (*message.content_length > message.body.size()) {
        message.complete = false;
    }
    message.body = message.body.substr(0, *message.content_length);
}

struct AddressParts {
    std::string_view uri;
    std::string_view parameters;  ///< of the header, not of the URI
};

/// name-addr or addr-spec (RFC 3261 section 20.10); the first one of a list.
AddressParts split_address(std::string_view value) noexcept {
    value = trim(take_until(value, ','));
    std::string_view rest = value;
    const std::string_view display = take_until(rest, '<');
    if (display.size() == value.size()) {
        const std::string_view uri = trim(take_until(value, ';'));
        return {uri, value};
    }
    const std::size_t close = rest.find('>');
    if (close == std::string_view::npos) {
        return {};
    }
    return {trim(rest.substr(0, close)), rest.substr(close + 1)};
}

/// "host", "host:5060", "[fd00::1]:5060"; blanks around the colon as Via allows them.
std::optional<HostPort> split_host(std::string_view text) noexcept {
    HostPort result;
    text = trim(text);
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) {
            return std::nullopt;
        }
        result.host = text.substr(1, close - 1);
        port = trim(text.substr(close + 1));
        if (!port.empty() && !port.starts_with(':')) {
            return std::nullopt;
        }
    } else {
        const std::size_t colon = text.find(':');
        result.host = trim(text.substr(0, colon));
        port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (result.host.empty()) {
        return std::nullopt;
    }
    result.address = Address::parse(result.host);
    if (!port.empty()) {
        const std::optional<Port> number = parse_number<Port>(trim(port.substr(1)));
        if (!number) {
            return std::nullopt;
        }
        result.port = *number;
    }
    return result;
}

}  // namespace

Result<Message> parse(std::string_view bytes) {
    Message message;
    Texts texts;
    const Result<MessageHead> head =
        read_head(App::sip, bytes, [&](const Header& header) { read_header(message, texts, header); });
    if (!head) {
        return head.error();
    }
    message.is_request = head->start.is_request;
    message.method = head->start.method;
    message.uri = head->start.uri;
    message.status = head->start.status;
    message.reason = head->start.reason;
    message.content_length = parse_number<std::uint32_t>(texts.content_length);
    message.session_expires = leading_number(texts.session_expires);
    message.head = head->headers;
    message.body = head->body;
    message.complete = head->complete;
    if (head->complete) {
        cut_body(message);
    }
    if (message.call_id.empty()) {
        return Error{"SIP message without Call-ID", {}};
    }
    if (texts.cseq.data() == nullptr) {
        return Error{"SIP message without CSeq", {}};
    }
    if (!read_cseq(message, texts.cseq)) {
        return Error{"malformed CSeq", {}};
    }
    if (message.is_request && message.cseq_method != message.method) {
        return Error{"the method of CSeq is not the request's", {}};
    }
    return message;
}

std::string_view header(const Message& message, std::string_view name) noexcept {
    HeaderReader headers(message.head);
    while (const std::optional<Header> header = headers.next()) {
        if (iequals(long_name(header->name), name)) {
            return header->value;
        }
    }
    return {};
}

std::string_view long_name(std::string_view name) noexcept {
    if (name.size() == 1) {
        for (const auto& [compact, full] : kCompactNames) {
            if (iequals(name, std::string_view(&compact, 1))) {
                return full;
            }
        }
    }
    return name;
}

std::string_view tag(std::string_view from_or_to) noexcept {
    return parameter(split_address(from_or_to).parameters, "tag").value_or(std::string_view());
}

std::string_view address_uri(std::string_view value) noexcept {
    return split_address(value).uri;
}

std::optional<HostPort> uri_host(std::string_view uri) noexcept {
    uri = trim(uri);
    const std::size_t colon = uri.find(':');
    if (colon == std::string_view::npos || !is_token(uri.substr(0, colon))) {
        return std::nullopt;
    }
    const std::string_view scheme = uri.substr(0, colon);
    std::string_view rest = uri.substr(colon + 1);
    if (rest.starts_with("//")) {
        // RFC 3986 section 3.2: the authority ends where the path begins.
        rest = rest.substr(2);
        rest = rest.substr(0, rest.find_first_of("/?"));
    } else if (!iequals(scheme, "sip") && !iequals(scheme, "sips")) {
        return std::nullopt;
    }
    // The user part may hold ';' and '?', but no bare '@' (RFC 3261 section 25.1).
    if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
        rest = rest.substr(at + 1);
    }
    return split_host(rest.substr(0, rest.find_first_of(";?/")));
}

std::optional<Via> parse_via(std::string_view value) noexcept {
    std::string_view parameters = take_until(value, ',');
    std::string_view sent = take_until(parameters, ';');
    const std::string_view protocol = trim(take_until(sent, '/'));
    const std::string_view version = trim(take_until(sent, '/'));
    Via via;
    via.transport = take_word(sent);
    const std::optional<HostPort> sent_by = split_host(sent);
    if (!iequals(protocol, "SIP") || version != "2.0" || !is_token(via.transport) || !sent_by) {
        return std::nullopt;
    }
    via.sent_by = *sent_by;
    via.branch = parameter(parameters, "branch").value_or(std::string_view());
    if (const auto received = parameter(parameters, "received")) {
        via.received = Address::parse(*received);
    }
    if (const auto rport = parameter(parameters, "rport")) {
        via.rport = parse_number<Port>(*rport).value_or(Port{0});
    }
    return via;
}

}  // namespace sara::proto::sip
