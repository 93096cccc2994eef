// SPDX-License-Identifier: GPL-2.0
#include "core/proto/start_line.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/proto/limits.hpp"
#include "core/proto/text.hpp"

namespace sara::proto {
namespace {

constexpr std::array<std::string_view, 14> kSipMethods = {"INVITE",   "ACK",   "BYE",    "CANCEL",    "OPTIONS",
                                                          "REGISTER", "PRACK", "UPDATE", "SUBSCRIBE", "NOTIFY",
                                                          "MESSAGE",  "INFO",  "REFER",  "PUBLISH"};
constexpr std::array<std::string_view, 12> kRtspMethods = {"OPTIONS",  "DESCRIBE",      "ANNOUNCE",      "SETUP",
                                                           "PLAY",     "PAUSE",         "RECORD",        "TEARDOWN",
                                                           "REDIRECT", "GET_PARAMETER", "SET_PARAMETER", "PLAY_NOTIFY"};

constexpr std::string_view protocol_of(App app) noexcept {
    return app == App::sip ? "SIP/" : "RTSP/";
}

std::span<const std::string_view> methods_of(App app) noexcept {
    return app == App::sip ? std::span<const std::string_view>(kSipMethods) : kRtspMethods;
}

struct Version {
    std::uint8_t major = 0;
    std::uint8_t minor = 0;
};

std::optional<Version> parse_version(App app, std::string_view word) noexcept {
    const std::string_view protocol = protocol_of(app);
    if (word.size() != protocol.size() + 3 || !istarts_with(word, protocol)) {
        return std::nullopt;
    }
    const std::string_view digits = word.substr(protocol.size());
    if (!is_digit(digits[0]) || digits[1] != '.' || !is_digit(digits[2])) {
        return std::nullopt;
    }
    const Version version{static_cast<std::uint8_t>(digits[0] - '0'), static_cast<std::uint8_t>(digits[2] - '0')};
    const bool known = app == App::sip ? version.major == 2 && version.minor == 0  //
                                       : version.major == 1 || version.major == 2;
    return known ? std::optional(version) : std::nullopt;
}

std::optional<StartLine> parse_status_line(Version version, std::string_view rest) noexcept {
    const std::string_view code = take_word(rest);
    const std::optional<std::uint16_t> status = parse_number<std::uint16_t>(code);
    if (code.size() != 3 || !status || *status < 100 || *status > 699) {
        return std::nullopt;
    }
    StartLine line;
    line.status = *status;
    line.reason = trim(rest);
    line.version_major = version.major;
    line.version_minor = version.minor;
    return line;
}

/// The last blank-separated word of `line`; takes it off.
std::string_view take_last_word(std::string_view& line) noexcept {
    line = trim(line);
    const auto blank = std::find_if(line.rbegin(), line.rend(), is_blank);
    const auto begin = static_cast<std::size_t>(line.rend() - blank);
    const std::string_view word = line.substr(begin);
    line = trim(line.substr(0, begin));
    return word;
}

}  // namespace

std::optional<StartLine> parse_start_line(App app, std::string_view line) noexcept {
    std::string_view rest = line;
    const std::string_view first = take_word(rest);
    if (const std::optional<Version> version = parse_version(app, first)) {
        return parse_status_line(*version, rest);
    }
    const std::optional<Version> version = parse_version(app, take_last_word(rest));
    if (!version || !is_token(first) || first.size() > limits::kMaxMethod || rest.empty()) {
        return std::nullopt;
    }
    StartLine request;
    request.is_request = true;
    request.method = first;
    request.uri = rest;
    request.version_major = version->major;
    request.version_minor = version->minor;
    return request;
}

bool is_http_start_line(std::string_view line) noexcept {
    constexpr std::string_view kHttp = "HTTP/1.";
    std::string_view rest = line;
    const std::string_view first = take_word(rest);
    return first.starts_with(kHttp) ||
           (is_token(first) && first.size() <= limits::kMaxMethod && take_last_word(rest).starts_with(kHttp));
}

std::optional<std::size_t> find_start_line(App app, std::string_view line) noexcept {
    const std::string_view protocol = protocol_of(app);
    for (std::size_t at = line.find(protocol); at != std::string_view::npos; at = line.find(protocol, at + 1)) {
        const std::optional<StartLine> reply = parse_start_line(app, line.substr(at));
        if (reply && !reply->is_request) {
            return at;
        }
    }
    std::string_view front = line;
    if (!parse_version(app, take_last_word(front))) {
        return std::nullopt;
    }
    std::optional<std::size_t> found;
    for (const std::string_view method : methods_of(app)) {
        for (std::size_t at = line.find(method); at != std::string_view::npos; at = line.find(method, at + 1)) {
            if (found && at >= *found) {
                break;
            }
            const std::optional<StartLine> request = parse_start_line(app, line.substr(at));
            if (request && request->method == method &&
                std::none_of(request->uri.begin(), request->uri.end(), is_blank) &&
                (request->uri == "*" || request->uri.find(':') != std::string_view::npos)) {
                found = at;
            }
        }
    }
    return found;
}

}  // namespace sara::proto
