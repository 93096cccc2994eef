// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/session.hpp"

namespace sara::proto {

/// The first line of a SIP or RTSP message, which differ in the name of the protocol only (RFC 3261 section 7, RFC 2326
/// sections 6.1 and 7.1).
struct StartLine {
    bool is_request = false;
    std::string_view method;
    std::string_view uri;  ///< may hold blanks: some RTSP clients do not escape them
    std::uint16_t status = 0;
    std::string_view reason;
    std::uint8_t version_major = 0;
    std::uint8_t version_minor = 0;
};

/// `line` is without its line end; `app` is sip or rtsp. Versions: SIP/2.0, RTSP/1.x, RTSP/2.x.
[[nodiscard]] std::optional<StartLine> parse_start_line(App app, std::string_view line) noexcept;

/// "GET /stream HTTP/1.1", "HTTP/1.0 200 OK": the other protocol that is spoken at RTSP's ports, to tunnel RTSP in it.
[[nodiscard]] bool is_http_start_line(std::string_view line) noexcept;

/// Where a start line begins in a line that may hold something else before it (the rest of a body, media): more strict,
/// takes only methods that are in use and URIs that look like one. Nothing when there is none.
[[nodiscard]] std::optional<std::size_t> find_start_line(App app, std::string_view line) noexcept;

}  // namespace sara::proto
