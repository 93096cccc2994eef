// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string_view>

#include "core/base/time.hpp"

namespace sara::cli {

/// How far something is that takes long: at a terminal, from two seconds on, a line that is replaced and in the end
/// gone. Elsewhere nothing.
class Progress {
public:
    static constexpr Duration kPatience = std::chrono::seconds(2);
    static constexpr Duration kPause = std::chrono::milliseconds(200);

    Progress(std::ostream& err, bool terminal, std::function<Time()> now);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    /// "DONE WHAT...", or "DONE of ALL WHAT..." if `all` is not 0. May be called as often as one likes.
    void tell(std::uint64_t done, std::uint64_t all, std::string_view what);
    /// What is done now, at once: for what cannot be counted and may take its time.
    void step(std::string_view what);
    /// Before anything else is written to the terminal.
    void clear();

private:
    void write(std::string_view line);

    std::ostream& err_;
    bool terminal_;
    std::function<Time()> now_;
    Time next_;
    bool shown_ = false;
};

}  // namespace sara::cli
