// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/result.hpp"

/// SIP messages (RFC 3261), as views into the caller's buffer, which must outlive them.
namespace sara::proto::sip {

/// One message. Of a header that occurs more than once the first is taken (as the kernel does for Call-ID); compact
/// names (RFC 3261 section 7.3.3) are their long ones.
struct Message {
    bool is_request = false;
    std::string_view method;   ///< request: as sent (methods are case-sensitive); reply: empty
    std::string_view uri;      ///< request only
    std::uint16_t status = 0;  ///< reply: 100..699; request: 0
    std::string_view reason;   ///< reply only

    std::string_view call_id;      ///< never empty
    std::uint32_t cseq = 0;        ///< always there
    std::string_view cseq_method;  ///< never empty: tells what a reply answers
    std::string_view from;         ///< whole values: see tag(), address(); empty if absent
    std::string_view to;
    std::string_view via;      ///< topmost Via line: see parse_via()
    std::string_view contact;  ///< first Contact line
    std::string_view content_type;
    std::optional<std::uint32_t> content_length;   ///< nothing: absent or not a number
    std::optional<std::uint32_t> session_expires;  ///< seconds (RFC 4028)

    std::string_view head;  ///< the header lines, for header()
    std::string_view body;  ///< cut to Content-Length when that is there
    /// False when the empty line after the headers or a part of the body is missing: a cut copy, a first fragment.
    /// An unterminated last header line is then ignored, and what is there is right.
    bool complete = true;
};

/// One whole datagram, or one message that the framer cut out of a stream. Empty lines in front are skipped.
/// Refused: no SIP start line, a version other than SIP/2.0, no Call-ID, no or a malformed CSeq, a CSeq method other
/// than the request's, more than limits::kMaxMessage bytes or limits::kMaxHeaders headers.
[[nodiscard]] Result<Message> parse(std::string_view bytes);

/// The value of the first header of that (long) name; empty if absent.
[[nodiscard]] std::string_view header(const Message& message, std::string_view name) noexcept;

/// "i" -> "Call-ID"; a name that is no compact form is returned as it is.
[[nodiscard]] std::string_view long_name(std::string_view name) noexcept;

/// The `tag` of a From or To value; empty if there is none. A parameter of the URI inside <> is not taken for it.
[[nodiscard]] std::string_view tag(std::string_view from_or_to) noexcept;

/// The URI of a From, To or Contact value (of the first, in a list): "Bob <sip:bob@h;lr>;tag=1" -> "sip:bob@h;lr".
[[nodiscard]] std::string_view address_uri(std::string_view value) noexcept;

/// Host and port of a sip:, sips: or msrp: URI.
struct HostPort {
    std::string_view host;           ///< without brackets
    std::optional<Address> address;  ///< when the host is a literal
    Port port = 0;                   ///< 0: not said
};
[[nodiscard]] std::optional<HostPort> uri_host(std::string_view uri) noexcept;

/// RFC 3261 section 20.42, RFC 3581.
struct Via {
    std::string_view transport;  ///< "UDP", "TCP", ...
    HostPort sent_by;
    std::string_view branch;
    std::optional<Address> received;
    Port rport = 0;  ///< 0: absent, or asked for without a value
};
/// The first Via of a Via value.
[[nodiscard]] std::optional<Via> parse_via(std::string_view value) noexcept;

}  // namespace sara::proto::sip
