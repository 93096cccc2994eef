// SPDX-License-Identifier: GPL-2.0
#include "cli/options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/nearest.hpp"

namespace sara::cli {

namespace {

/// "-j", "-json" and "--json" are one.
bool is(std::string_view word, std::string_view letter, std::string_view name) {
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    return word == letter || word == name;
}

/// "-c", "-color=auto": as ip(8) reads it.
bool is_colour(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    return is(name, "c", "color") || is(name, "c", "colour");
}

Result<Colour> read_colour(std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || word.substr(equals + 1) == "always") {
        return Colour::always;
    }
    if (word.substr(equals + 1) == "auto") {
        return Colour::automatic;
    }
    if (word.substr(equals + 1) == "never") {
        return Colour::never;
    }
    return Error{"expected always, auto or never, not \"" + std::string(word.substr(equals + 1)) + "\"",
                 std::string(word.substr(0, equals))};
}

}  // namespace

Result<CommandLine> parse_options(std::span<const std::string> words) {
    CommandLine line;
    Options& options = line.options;
    bool pretty = false;
    while (!words.empty() && words.front().starts_with('-') && words.front().size() > 1) {
        const std::string_view word = words.front();
        words = words.subspan(1);
        const auto value = [&](std::string& out) {
            if (words.empty()) {
                return false;
            }
            out = words.front();
            words = words.subspan(1);
            return !out.empty();
        };
        if (is(word, "j", "json")) {
            options.format = Format::json;
        } else if (is(word, "p", "pretty")) {
            pretty = true;
        } else if (is(word, "s", "stats")) {
            options.detail.stats = true;
        } else if (is(word, "d", "details")) {
            options.detail.details = true;
        } else if (is_colour(word)) {
            const Result<Colour> colour = read_colour(word);
            if (!colour) {
                return colour.error();
            }
            options.colour = *colour;
        } else if (is(word, "n", "netns")) {
            if (!value(options.netns)) {
                return Error{"expected the name of a network namespace", std::string(word)};
            }
        } else if (is(word, "b", "batch")) {
            if (!value(options.batch)) {
                return Error{"expected a file of commands, or - for the standard input", std::string(word)};
            }
        } else if (is(word, "f", "force")) {
            options.force = true;
        } else if (is(word, "V", "Version") || is(word, "V", "version")) {
            options.version = true;
        } else if (is(word, "h", "help")) {
            static const std::array<std::string, 1> help = {"help"};
            line.words = help;
            return line;
        } else {
            constexpr std::array<std::string_view, 10> kNames = {"-json",  "-pretty", "-stats", "-details", "-color",
                                                                 "-netns", "-batch",  "-force", "-Version", "-help"};
            return Error{"option \"" + std::string(word) + "\" is unknown: see sara help" +
                             did_you_mean(word.substr(word.starts_with("--") ? 1 : 0), kNames),
                         {}};
        }
    }
    if (pretty && options.format == Format::json) {
        options.format = Format::pretty;
    }
    line.words = words;
    return line;
}

}  // namespace sara::cli
