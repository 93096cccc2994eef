// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <iomanip>
#include <sstream>
#include <string>

#include "core/base/bytes.hpp"

namespace sara::test {

/// "0a 00 01" to bytes; anything but hex digits separates.
inline Buffer from_hex(const std::string& text) {
    Buffer out;
    std::istringstream in(text);
    unsigned value = 0;
    while (in >> std::hex >> value) {
        out.push_back(static_cast<std::uint8_t>(value));
    }
    return out;
}

inline std::string to_hex(Bytes bytes) {
    std::ostringstream out;
    for (const std::uint8_t byte : bytes) {
        out << (out.tellp() == 0 ? "" : " ") << std::hex << std::setw(2) << std::setfill('0') << unsigned{byte};
    }
    return out.str();
}

}  // namespace sara::test
