// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/session.hpp"
#include "core/proto/start_line.hpp"
#include "core/proto/text.hpp"

namespace sara::proto {

/// What SIP and RTSP messages have in common: a start line, headers, a body.
struct MessageHead {
    StartLine start;
    std::string_view headers;  ///< the header lines
    std::string_view body;     ///< all that follows the empty line
    bool complete = false;     ///< false when the empty line after the headers is missing
};

/// The start line, and what follows it as `headers`. Empty lines in front are skipped. Refused: more than
/// limits::kMaxMessage bytes, no start line of `app`.
[[nodiscard]] Result<MessageHead> open_head(App app, std::string_view bytes);

/// Too many headers, as an error.
[[nodiscard]] Error too_many_headers(App app);

/// open_head(), then calls `read` with each header. Refused, too: more than limits::kMaxHeaders headers.
template <typename Read>
[[nodiscard]] Result<MessageHead> read_head(App app, std::string_view bytes, Read read) {
    Result<MessageHead> head = open_head(app, bytes);
    if (!head) {
        return head;
    }
    HeaderReader headers(head->headers);
    while (const std::optional<Header> header = headers.next()) {
        read(*header);
    }
    if (headers.overflow()) {
        return too_many_headers(app);
    }
    head->complete = headers.complete();
    head->headers.remove_suffix(headers.rest().size());
    if (head->complete) {
        head->body = headers.rest();
    }
    return head;
}

}  // namespace sara::proto
