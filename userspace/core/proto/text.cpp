// SPDX-License-Identifier: GPL-2.0
#include "core/proto/text.hpp"

#include <algorithm>
#include <array>

#include "core/proto/limits.hpp"

namespace sara::proto {
namespace {

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet set_of(std::string_view characters) {
    CharacterSet set{};
    for (const char c : characters) {
        set[static_cast<unsigned char>(c)] = true;
    }
    return set;
}

constexpr CharacterSet kToken = set_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~");
constexpr CharacterSet kShielding = set_of("\\\"<>");  ///< where a delimiter may begin or end to be none

/// Objects, so that what they are given to has them in line.
constexpr auto is_token_char = [](char c) noexcept { return kToken[static_cast<unsigned char>(c)]; };
constexpr auto is_space = [](char c) noexcept { return is_blank(c); };

}  // namespace

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool iequals_sized(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
    return iequals(text.substr(0, prefix.size()), prefix);
}

std::optional<std::uint32_t> leading_number(std::string_view text) noexcept {
    text = trim(text);
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    return parse_number<std::uint32_t>(text.substr(0, static_cast<std::size_t>(end - text.begin())));
}

std::string_view take_until(std::string_view& rest, char delimiter) noexcept {
    bool quoted = false;
    bool bracketed = false;
    std::size_t at = 0;
    for (; at < rest.size(); ++at) {
        const char c = rest[at];
        if (c != delimiter && !kShielding[static_cast<unsigned char>(c)]) {
            continue;
        }
        if (!quoted && !bracketed && c == delimiter) {
            break;
        }
        switch (c) {
        case '\\':
            at += quoted ? 1 : 0;
            break;
        case '"':
            quoted = !quoted;
            break;
        case '<':
            bracketed = bracketed || !quoted;
            break;
        case '>':
            bracketed = bracketed && quoted;
            break;
        default:
            break;
        }
    }
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return taken;
}

std::string_view take_word(std::string_view& rest) noexcept {
    const auto begin = std::find_if_not(rest.begin(), rest.end(), is_space);
    const auto end = std::find_if(begin, rest.end(), is_space);
    const std::string_view word = rest.substr(static_cast<std::size_t>(begin - rest.begin()),  //
                                              static_cast<std::size_t>(end - begin));
    rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
    return word;
}

std::optional<std::string_view> take_line(std::string_view& rest) noexcept {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::string_view unquote(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) noexcept {
    while (!parameters.empty()) {
        std::string_view value = take_until(parameters, ';');
        const std::string_view key = trim(take_until(value, '='));
        if (iequals(key, name)) {
            return unquote(trim(value));
        }
    }
    return std::nullopt;
}

std::optional<Header> HeaderReader::next() noexcept {
    while (!complete_) {
        if (count_ == limits::kMaxHeaders) {
            overflow_ = true;
            return std::nullopt;
        }
        std::string_view ahead = rest_;
        std::optional<std::string_view> line = take_line(ahead);
        if (!line) {
            return std::nullopt;
        }
        if (line->empty()) {
            rest_ = ahead;
            complete_ = true;
            return std::nullopt;
        }
        while (!ahead.empty() && (ahead.front() == ' ' || ahead.front() == '\t')) {
            const std::optional<std::string_view> fold = take_line(ahead);
            if (!fold) {
                return std::nullopt;
            }
            line = rest_.substr(0, static_cast<std::size_t>(fold->data() + fold->size() - rest_.data()));
        }
        rest_ = ahead;
        ++count_;
        if (const std::optional<Header> header = split_header(*line)) {
            return header;
        }
        ++malformed_;
    }
    return std::nullopt;
}

std::optional<Header> split_header(std::string_view line) noexcept {
    const auto name_end = std::find_if_not(line.begin(), line.end(), is_token_char);
    const auto colon = std::find_if_not(name_end, line.end(), is_space);
    if (name_end == line.begin() || colon == line.end() || *colon != ':') {
        return std::nullopt;
    }
    return Header{line.substr(0, static_cast<std::size_t>(name_end - line.begin())),
                  trim(line.substr(static_cast<std::size_t>(colon - line.begin()) + 1))};
}

}  // namespace sara::proto
