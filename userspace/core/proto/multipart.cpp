// SPDX-License-Identifier: GPL-2.0
#include "core/proto/multipart.hpp"

#include "core/proto/limits.hpp"
#include "core/proto/text.hpp"

namespace sara::proto::multipart {
namespace {

constexpr std::string_view kSdpType = "application/sdp";

bool is_multipart(std::string_view content_type) noexcept {
    return istarts_with(trim(content_type), "multipart/");
}

/// A line, terminated or the last one; nothing only at the end.
std::optional<std::string_view> take_any_line(std::string_view& rest) noexcept {
    if (rest.empty()) {
        return std::nullopt;
    }
    if (const std::optional<std::string_view> line = take_line(rest)) {
        return line;
    }
    const std::string_view line = rest;
    rest = {};
    return line;
}

enum class Delimiter { none, part, close };

Delimiter delimiter_of(std::string_view line, std::string_view boundary) noexcept {
    if (!line.starts_with("--") || line.substr(2, boundary.size()) != boundary) {
        return Delimiter::none;
    }
    const std::string_view after = line.substr(2 + boundary.size());
    if (after.starts_with("--")) {
        return Delimiter::close;
    }
    return trim(after).empty() ? Delimiter::part : Delimiter::none;
}

/// The line end before a delimiter belongs to the delimiter.
std::string_view without_line_end(std::string_view text) noexcept {
    if (text.ends_with('\n')) {
        text.remove_suffix(1);
        if (text.ends_with('\r')) {
            text.remove_suffix(1);
        }
    }
    return text;
}

Part split_part(std::string_view text) noexcept {
    Part part;
    HeaderReader headers(text);
    while (const std::optional<Header> header = headers.next()) {
        if (part.content_type.empty() && (iequals(header->name, "Content-Type") || iequals(header->name, "c"))) {
            part.content_type = header->value;
        }
    }
    if (headers.complete()) {
        part.body = headers.rest();
    }
    part.headers = text.substr(0, text.size() - headers.rest().size());
    return part;
}

std::optional<std::string_view> find_within(std::string_view content_type, std::string_view body, std::string_view type,
                                            std::size_t depth) noexcept {
    if (is_type(content_type, type)) {
        return body;
    }
    if (!is_multipart(content_type) || depth == limits::kMaxMultipartDepth) {
        return std::nullopt;
    }
    Reader parts(content_type, body);
    while (const std::optional<Part> part = parts.next()) {
        if (const auto found = find_within(part->content_type, part->body, type, depth + 1)) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace

bool is_type(std::string_view content_type, std::string_view type) noexcept {
    return iequals(trim(take_until(content_type, ';')), type);
}

Reader::Reader(std::string_view content_type, std::string_view body) noexcept : rest_(body) {
    static_cast<void>(take_until(content_type, ';'));
    boundary_ = parameter(content_type, "boundary").value_or(std::string_view());
    if (boundary_.empty() || boundary_.size() > limits::kMaxBoundary) {
        rest_ = {};
    }
    // What comes before the first delimiter is for people (RFC 2046 section 5.1.1: preamble).
    while (const std::optional<std::string_view> line = take_any_line(rest_)) {
        const Delimiter delimiter = delimiter_of(*line, boundary_);
        if (delimiter == Delimiter::close) {
            rest_ = {};
        } else if (delimiter == Delimiter::part) {
            open_ = true;
            break;
        }
    }
}

std::optional<Part> Reader::next() noexcept {
    if (!open_ || count_ == limits::kMaxMultipartParts) {
        return std::nullopt;
    }
    ++count_;
    const std::string_view all = rest_;
    open_ = false;
    while (const std::optional<std::string_view> line = take_any_line(rest_)) {
        const Delimiter delimiter = delimiter_of(*line, boundary_);
        if (delimiter != Delimiter::none) {
            open_ = delimiter == Delimiter::part;
            const auto size = static_cast<std::size_t>(line->data() - all.data());
            return split_part(without_line_end(all.substr(0, size)));
        }
    }
    return split_part(all);
}

std::optional<std::string_view> find(std::string_view content_type, std::string_view body,
                                     std::string_view type) noexcept {
    if (trim(content_type).empty()) {
        const bool sdp = iequals(type, kSdpType) && trim(body).starts_with("v=0");
        return sdp ? std::optional(body) : std::nullopt;
    }
    return find_within(content_type, body, type, 0);
}

std::optional<std::string_view> find_sdp(std::string_view content_type, std::string_view body) noexcept {
    return find(content_type, body, kSdpType);
}

}  // namespace sara::proto::multipart
