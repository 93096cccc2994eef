// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace sara::proto {

/// What the parsers return are views: gives `text` a home until the test program ends.
inline std::string_view keep(std::string text) {
    static std::deque<std::string> kept;
    return kept.emplace_back(std::move(text));
}

}  // namespace sara::proto
