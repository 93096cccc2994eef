// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string_view>

/// MIME multipart bodies (RFC 2046 section 5.1) as SIP carries them (RFC 5621).
namespace sara::proto::multipart {

/// "Multipart/Mixed; boundary=x" is of "multipart/mixed"; parameters and case do not count.
[[nodiscard]] bool is_type(std::string_view content_type, std::string_view type) noexcept;

struct Part {
    std::string_view content_type;  ///< empty: not said (text/plain)
    std::string_view headers;
    std::string_view body;
};

/// Goes over the parts of a body.
class Reader {
public:
    /// `content_type` is the header's value with its boundary parameter; without one there are no parts.
    Reader(std::string_view content_type, std::string_view body) noexcept;

    /// Nothing after the closing delimiter, at the end of the body, or after limits::kMaxMultipartParts. A last part
    /// whose closing delimiter is missing is still given.
    [[nodiscard]] std::optional<Part> next() noexcept;

private:
    std::string_view boundary_;
    std::string_view rest_;
    bool open_ = false;
    unsigned count_ = 0;
};

/// The body of that media type: all of `body`, or the first fitting part of a multipart one, also nested. A body
/// without any Content-Type is taken for SDP when it starts like one (some cameras, some phones).
[[nodiscard]] std::optional<std::string_view> find(std::string_view content_type, std::string_view body,
                                                   std::string_view type) noexcept;

/// find() of "application/sdp".
[[nodiscard]] std::optional<std::string_view> find_sdp(std::string_view content_type, std::string_view body) noexcept;

}  // namespace sara::proto::multipart
