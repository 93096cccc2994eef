// SPDX-License-Identifier: GPL-2.0
#include "cli/key.hpp"

#include <algorithm>

namespace sara::cli {

namespace {

/// What begins a sequence: ESC [ of most keys, ESC O of a keypad's (DEC VT220, xterm).
bool begins_sequence(std::string_view bytes) {
    return bytes.size() >= 2 && (bytes[1] == '[' || bytes[1] == 'O');
}

/// Longer than any key's.
constexpr std::size_t kLongest = 16;

KeyCode of_letter(char final) {
    switch (final) {
    case 'A':
        return KeyCode::up;
    case 'B':
        return KeyCode::down;
    case 'C':
        return KeyCode::right;
    case 'D':
        return KeyCode::left;
    case 'H':
        return KeyCode::home;
    case 'F':
        return KeyCode::end;
    case 'M':
        return KeyCode::enter;
    default:
        return KeyCode::unknown;
    }
}

KeyCode of_number(std::string_view number) {
    if (number == "1" || number == "7") {
        return KeyCode::home;
    }
    if (number == "4" || number == "8") {
        return KeyCode::end;
    }
    if (number == "5") {
        return KeyCode::page_up;
    }
    return number == "6" ? KeyCode::page_down : KeyCode::unknown;
}

Key of_byte(char byte) {
    switch (byte) {
    case '\r':
    case '\n':
        return {KeyCode::enter};
    case '\b':
    case '\x7f':
        return {KeyCode::backspace};
    case '\f':
        return {KeyCode::redraw};
    case '\x1b':
        return {KeyCode::escape};
    default:
        return byte >= ' ' && byte < '\x7f' ? Key{KeyCode::text, byte} : Key{};
    }
}

}  // namespace

std::vector<Key> KeyReader::take(std::string_view bytes) {
    rest_ += bytes;
    std::vector<Key> keys;
    std::string_view left = rest_;
    while (!left.empty()) {
        if (left.front() != '\x1b' || !begins_sequence(left)) {
            keys.push_back(of_byte(left.front()));
            left.remove_prefix(1);
            continue;
        }
        // The final byte of a sequence is 0x40 to 0x7e (ECMA-48 5.4).
        const auto* const final =
            std::find_if(left.begin() + 2, left.end(), [](char c) { return c >= '\x40' && c <= '\x7e'; });
        if (final == left.end()) {
            if (left.size() > kLongest) {
                keys.push_back({});
                left = {};
            }
            break;
        }
        const std::string_view parameters(left.begin() + 2, static_cast<std::size_t>(final - left.begin() - 2));
        keys.push_back({*final == '~' ? of_number(parameters) : of_letter(*final)});
        left.remove_prefix(parameters.size() + 3);
    }
    rest_ = std::string(left);
    return keys;
}

}  // namespace sara::cli
