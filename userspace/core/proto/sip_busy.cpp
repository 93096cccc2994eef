// SPDX-License-Identifier: GPL-2.0
#include "core/proto/sip_busy.hpp"

#include <optional>

#include "core/base/hash.hpp"
#include "core/proto/sip.hpp"
#include "core/proto/text.hpp"

namespace sara::proto::sip {

namespace {

/// RFC 3261 section 18.2.2: where a Via names no port.
constexpr Port kDefaultPort = 5060;

/// On one line: of a fold (RFC 3261 section 7.3.1) the blank is left, and a CR alone is one.
std::string unfolded(std::string_view value) {
    std::string line;
    line.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool ends_line = value[i] == '\n' || (value[i] == '\r' && value.substr(i + 1).starts_with('\n'));
        if (!ends_line) {
            line += value[i] == '\r' ? ' ' : value[i];
        }
    }
    return line;
}

void add_header(std::string& message, std::string_view name, std::string_view value) {
    message.append(name).append(": ").append(unfolded(value)).append("\r\n");
}

/// Whether the client wants its answer at the port that it sent from (RFC 3581). A value is ours to fill in.
bool asks_rport(std::string_view via) noexcept {
    std::string_view parameters = take_until(via, ',');
    static_cast<void>(take_until(parameters, ';'));
    return parameter(parameters, "rport").has_value();
}

/// Whether the topmost Via is to say where the request came from (RFC 3261 section 18.2.1, RFC 3581 section 4).
bool needs_received(std::string_view line, const Via& via, const Endpoint& from) noexcept {
    return asks_rport(line) || via.sent_by.address != from.address;
}

/// The topmost Via line, of which the first value says where the request came from: what its sender claims of
/// `received` and `rport` is not believed (RFC 3261 section 18.2.1, RFC 3581 section 4).
std::string stamped(std::string_view line, const Via& via, const Endpoint& from) {
    std::string_view rest = line;
    std::string_view parts = take_until(rest, ',');
    std::string stamped(trim(take_until(parts, ';')));
    while (!parts.empty()) {
        const std::string_view part = trim(take_until(parts, ';'));
        std::string_view value = part;
        const std::string_view name = trim(take_until(value, '='));
        if (!part.empty() && !iequals(name, "received") && !iequals(name, "rport")) {
            stamped.append(";").append(part);
        }
    }
    if (needs_received(line, via, from)) {
        stamped.append(";received=").append(from.address.text());
    }
    if (asks_rport(line)) {
        stamped.append(";rport=").append(std::to_string(from.port));
    }
    if (!rest.empty()) {
        stamped.append(",").append(rest);
    }
    return stamped;
}

/// What tells a transaction (RFC 3261 section 17.2.3), so that each repetition gets the tag that the first one got.
std::string tag_of(const Message& request, const Via& via, std::uint64_t seed) {
    std::uint64_t state = seed ^ kFnvOffset;
    const std::string cseq = std::to_string(request.cseq);
    for (const std::string_view piece : {request.call_id, tag(request.from), std::string_view(cseq),
                                         request.cseq_method, via.sent_by.host, via.branch}) {
        state = fnv1a(as_bytes("\n"), fnv1a(as_bytes(piece), state));
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
        text += kDigits[(state >> static_cast<unsigned>(shift)) & 0xfU];
    }
    return text;
}

/// Why the request gets no answer; empty if it gets one.
std::string_view why_not(const Message& request, const Endpoint& from) noexcept {
    if (!request.is_request) {
        return "a response is not answered";
    }
    if (request.method == "ACK" || request.method == "CANCEL") {
        return "ACK and CANCEL are not answered";
    }
    if (!request.complete) {
        return "the request is cut off";
    }
    if (!tag(request.to).empty()) {
        return "the request belongs to a dialog";
    }
    if (address_uri(request.from).empty() || address_uri(request.to).empty()) {
        return "no From or no To";
    }
    if (from.port == 0 || from.address.is_unspecified() || from.address.is_multicast()) {
        return "no answer can reach its sender";
    }
    return {};
}

}  // namespace

Result<BusyAnswer> answer_busy(std::string_view request, const Endpoint& from, std::chrono::seconds retry_after,
                               std::uint64_t seed) {
    const Result<Message> read = parse(request);
    if (!read) {
        return read.error();
    }
    if (const std::string_view why = why_not(*read, from); !why.empty()) {
        return Error{std::string(why), {}};
    }
    const std::optional<Via> via = parse_via(read->via);
    if (!via) {
        return Error{"no Via that could be read", {}};
    }
    // Where a quote or a bracket is not closed, what is added would be read as a part of what stands before it.
    const std::string top_via = unfolded(stamped(read->via, *via, from));
    const std::optional<Via> echoed = parse_via(top_via);
    if (!echoed || echoed->branch != via->branch ||
        (needs_received(read->via, *via, from) && echoed->received != from.address)) {
        return Error{"a Via that cannot be repeated", {}};
    }
    const std::string to_tag = tag_of(*read, *via, seed);
    const std::string answer_to = unfolded(std::string(read->to) + ";tag=" + to_tag);
    if (tag(answer_to) != to_tag) {
        return Error{"a To that cannot be repeated", {}};
    }

    std::string message = "SIP/2.0 503 Service Unavailable\r\n";
    bool top = true;
    HeaderReader headers(read->head);
    while (const std::optional<Header> header = headers.next()) {
        if (iequals(long_name(header->name), "Via")) {
            add_header(message, "Via", top ? std::string_view(top_via) : header->value);
            top = false;
        }
    }
    add_header(message, "From", read->from);
    add_header(message, "To", answer_to);
    add_header(message, "Call-ID", read->call_id);
    add_header(message, "CSeq", std::to_string(read->cseq) + " " + std::string(read->cseq_method));
    add_header(message, "Retry-After", std::to_string(retry_after.count()));
    message += "Content-Length: 0\r\n\r\n";
    if (message.size() > kMaxBusyAnswer) {
        return Error{"the answer would be longer than " + std::to_string(kMaxBusyAnswer) + " bytes", {}};
    }

    // Section 18.2.2, but for `maddr`: with it anybody could have answers sent to whom he likes.
    Endpoint to = from;
    if (!asks_rport(read->via)) {
        to.port = via->sent_by.port != 0 ? via->sent_by.port : kDefaultPort;
    }
    return BusyAnswer{std::move(message), to};
}

}  // namespace sara::proto::sip
