// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// What SIP, RTSP, SDP and MIME have in common. All views point into the caller's buffer.
namespace sara::proto {

/// SP, HTAB, CR, LF: inside a header value a fold (CRLF and a blank, RFC 3261 section 7.3.1) counts as a blank.
[[nodiscard]] constexpr bool is_blank(char c) noexcept {
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// RFC 3261 section 25.1 `token`, which holds RFC 2326's and RFC 7826's for method and header names.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// Precondition: of one size.
[[nodiscard]] bool iequals_sized(std::string_view a, std::string_view b) noexcept;

/// ASCII only, whatever the locale. Names are looked for among many: most differ in size.
[[nodiscard]] inline bool iequals(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && iequals_sized(a, b);
}
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix) noexcept;

/// All of `text` is a number of digits of `base` that fits in T; no sign, no blanks, not empty.
template <std::unsigned_integral T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, int base = 10) noexcept {
    T value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

/// The digits at the start of `text`, after blanks; nothing if there is none or they do not fit.
/// "1800;refresher=uac" -> 1800
[[nodiscard]] std::optional<std::uint32_t> leading_number(std::string_view text) noexcept;

/// Takes what is before the first `delimiter` (or all) off the front of `rest`, the delimiter too. Delimiters inside
/// "quoted \" strings" and <angle brackets> do not count. Not trimmed.
[[nodiscard]] std::string_view take_until(std::string_view& rest, char delimiter) noexcept;

/// Takes the next blank-separated word off the front of `rest`; empty when there is none.
[[nodiscard]] std::string_view take_word(std::string_view& rest) noexcept;

/// Takes a line off the front of `rest`; CRLF and LF end it and are not part of it. Nothing when `rest` holds no line
/// end: `rest` is then as it was.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& rest) noexcept;

/// Without surrounding double quotes, if there are both; escapes stay as they are.
[[nodiscard]] std::string_view unquote(std::string_view text) noexcept;

/// The value of `name` in "a=1;name=value;flag" (unquoted, trimmed; empty for a flag); nothing if it is not there.
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) noexcept;

struct Header {
    std::string_view name;   ///< as sent, trimmed
    std::string_view value;  ///< trimmed; may hold folds, see is_blank()
};

/// Goes over the header lines of a message, joining folded ones. `block` starts after the start line.
class HeaderReader {
public:
    explicit HeaderReader(std::string_view block) noexcept : rest_(block) {}

    /// The next header. Nothing at the empty line, at the end of the block, at an unterminated last line, or when
    /// limits::kMaxHeaders were read. Lines that are no header (no colon, no token before it) are skipped and counted.
    [[nodiscard]] std::optional<Header> next() noexcept;

    /// True when next() has met the empty line that ends the head; rest() is then the body.
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
    [[nodiscard]] unsigned malformed() const noexcept { return malformed_; }
    /// True when next() gave up at limits::kMaxHeaders.
    [[nodiscard]] bool overflow() const noexcept { return overflow_; }

private:
    std::string_view rest_;
    std::size_t count_ = 0;
    unsigned malformed_ = 0;
    bool complete_ = false;
    bool overflow_ = false;
};

/// For fields of which the first header counts, even when it is empty. A field that was not met has no data().
constexpr void keep_first(std::string_view& field, std::string_view value) noexcept {
    if (field.data() == nullptr) {
        field = value;
    }
}

/// "name : value" of one line (folds included); nothing if it is no header line.
[[nodiscard]] std::optional<Header> split_header(std::string_view line) noexcept;

}  // namespace sara::proto
