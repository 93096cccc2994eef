// SPDX-License-Identifier: GPL-2.0
#include "core/proto/message_head.hpp"

#include <algorithm>
#include <string>

#include "core/proto/limits.hpp"

namespace sara::proto {

namespace {

std::string name_of(App app) {
    return app == App::sip ? "SIP" : "RTSP";
}

}  // namespace

Result<MessageHead> open_head(App app, std::string_view bytes) {
    if (bytes.size() > limits::kMaxMessage) {
        return Error{name_of(app) + " message larger than " + std::to_string(limits::kMaxMessage) + " bytes", {}};
    }
    bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
    const std::optional<std::string_view> line = take_line(bytes);
    const std::optional<StartLine> start = line ? parse_start_line(app, *line) : std::nullopt;
    if (!start) {
        return Error{app == App::sip ? "no SIP/2.0 start line" : "no RTSP/1.x or RTSP/2.x start line", {}};
    }
    return MessageHead{*start, bytes, {}, false};
}

Error too_many_headers(App app) {
    return {"more than " + std::to_string(limits::kMaxHeaders) + " " + name_of(app) + " headers", {}};
}

}  // namespace sara::proto
