// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "cli/print.hpp"
#include "cli/show.hpp"
#include "core/base/result.hpp"

namespace sara::cli {

/// Whether text is coloured.
enum class Colour : std::uint8_t {
    unsaid,  ///< as the command likes it: never, but on a terminal's whole screen
    never,
    automatic,  ///< where the output is a terminal
    always,
};

/// What stands before OBJECT.
struct Options {
    Format format = Format::text;
    Colour colour = Colour::unsaid;
    Detail detail;
    std::string netns;   ///< empty: the caller's
    std::string batch;   ///< a file of commands; "-": standard input; empty: none
    bool force = false;  ///< go on after an error in a batch
    bool version = false;
};

struct CommandLine {
    Options options;
    std::span<const std::string> words;  ///< the rest: OBJECT and on
};

[[nodiscard]] Result<CommandLine> parse_options(std::span<const std::string> words);

}  // namespace sara::cli
