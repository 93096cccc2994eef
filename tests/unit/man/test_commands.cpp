// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "agent/options.hpp"
#include "cli/batch.hpp"
#include "cli/grammar.hpp"
#include "cli/options.hpp"

using namespace sara;

namespace {

/// A command line that a document names, and where.
struct Written {
    std::string where;
    std::string text;
};

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(SARA_SOURCE_DIR "/" + path);
    REQUIRE(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

/// A line of a page's source as it is shown.
std::string shown(std::string line) {
    const std::vector<std::pair<std::string, std::string>> escapes{
        {"\\-", "-"}, {"\\(aq", "'"}, {"\\(dq", "\""}, {"\\&", ""}, {"\\fB", ""}, {"\\fP", ""}, {"\\e", "\\"}};
    for (const auto& [from, to] : escapes) {
        replace_all(line, from, to);
    }
    return line;
}

/// The part of `line` that the shell takes for one command, from `begin` on.
std::string one_command(const std::string& line, std::size_t begin) {
    const std::size_t end =
        std::min({line.find(" |", begin), line.find(" &", begin), line.find(';', begin), line.find(" >", begin),
                  line.find(" [", begin), line.find(": ", begin), line.find(')', begin)});
    return line.substr(begin, end == std::string::npos ? end : end - begin);
}

/// What begins with one of the programs, wherever a command may begin in a line; of a shell's comments nothing.
void collect(const std::string& where, const std::string& written, std::vector<Written>& found) {
    const std::string line = written.substr(0, written.find("  #"));
    for (const std::string program : {"sara ", "sara-agent "}) {
        for (std::size_t at = 0; (at = line.find(program, at)) != std::string::npos; at += program.size()) {
            const std::string before = line.substr(0, at);
            const bool begins = before.find_first_not_of(' ') == std::string::npos || before.ends_with("&& ") ||
                                before.ends_with("| ") || before.ends_with("; ") || before.ends_with("# ") ||
                                before.ends_with("(");
            if (begins) {
                found.push_back({where, one_command(line, at)});
            }
        }
    }
}

/// Of a Markdown file: the blocks of shell commands, and what is set as code within a line.
std::vector<Written> of_markdown(const std::string& path) {
    std::vector<Written> found;
    bool in_shell = false;
    std::size_t number = 0;
    for (const std::string& line : lines_of(path)) {
        const std::string where = path + ":" + std::to_string(++number);
        if (line.starts_with("```")) {
            in_shell = line == "```sh";
        } else if (in_shell) {
            collect(where, line, found);
        } else {
            for (std::size_t at = 0; (at = line.find('`', at)) != std::string::npos;) {
                const std::size_t end = line.find('`', at + 1);
                if (end == std::string::npos) {
                    break;
                }
                collect(where, line.substr(at + 1, end - at - 1), found);
                at = end + 1;
            }
        }
    }
    return found;
}

/// Of a page: what is bold, and the lines of blocks, but those of the grammar.
std::vector<Written> of_page(const std::string& path) {
    std::vector<Written> found;
    std::size_t number = 0;
    std::string whole;
    bool grammar = false;
    for (const std::string& raw : lines_of(path)) {
        const std::string where = path + ":" + std::to_string(++number);
        std::string line = shown(raw);
        if (line.starts_with(".SH ")) {
            grammar = line == ".SH NAME" || line == ".SH SYNOPSIS";
        }
        const bool goes_on = line.ends_with('\\');
        for (const std::string macro : {".B ", ".BR ", ".RB ( "}) {
            if (line.starts_with(macro)) {
                line.erase(0, macro.size());
                // A quoted argument, of several words; else all of it is bold (.B), or a word of its own.
                if (line.starts_with('"')) {
                    line = line.substr(1, line.find('"', 1) - 1);
                } else if (macro != ".B ") {
                    line.clear();
                }
                break;
            }
        }
        if (!whole.empty()) {
            line = whole + line;
        }
        whole = goes_on ? line.substr(0, line.size() - 1) : "";
        if (!goes_on && !grammar && !line.starts_with(".")) {
            collect(where, line, found);
        }
    }
    return found;
}

/// With something in the place of what the reader is to put there.
std::string filled(const std::string& text) {
    static const std::map<std::string, std::string> samples{
        {"ID", "7"},    {"NAME", "n4"},    {"CALL-ID", "a84b@c"},      {"FILE", "file"},
        {"TIME", "1h"}, {"NUMBER", "100"}, {"FILE.pcap", "file.pcap"}, {"OBJECT", "node"}};
    std::string line;
    std::istringstream in(text);
    for (std::string word; in >> word;) {
        line += (line.empty() ? "" : " ") + (samples.contains(word) ? samples.at(word) : word);
    }
    return line;
}

/// A command by its name alone, as prose has it.
bool names_a_command(std::span<const std::string> words) {
    return words.size() <= 2 &&
           std::any_of(cli::objects().begin(), cli::objects().end(), [&](const cli::ObjectGrammar* object) {
               return object->name == words[0] &&
                      (words.size() == 1 || std::any_of(object->commands.begin(), object->commands.end(),
                                                        [&](const auto& command) { return command.name == words[1]; }));
           });
}

/// Why a program would not take it; empty: it would.
std::string refusal(const std::string& text) {
    const Result<std::vector<std::string>> words = cli::split_words(filled(text));
    if (!words) {
        return words.error().text();
    }
    std::vector<std::string> arguments(words->begin() + 1, words->end());
    if (words->front() == "sara-agent") {
        const Result<agent::Options> options = agent::parse_options(arguments);
        return options ? "" : options.error().text();
    }
    const Result<cli::CommandLine> line = cli::parse_options(arguments);
    if (!line) {
        return line.error().text();
    }
    // Options alone: a batch, the version.
    if (line->words.empty() || names_a_command(line->words)) {
        return "";
    }
    const auto action = cli::parse_command(line->words);
    return action ? "" : action.error().text();
}

std::vector<std::string> pages() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(SARA_SOURCE_DIR "/userspace/man")) {
        paths.push_back("userspace/man/" + entry.path().filename().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

TEST_CASE("the programs take the command lines that documents name") {
    std::vector<Written> all = of_markdown("README.md");
    const std::size_t of_readme = all.size();
    for (const Written& written : of_markdown("ARCHITECTURE.md")) {
        all.push_back(written);
    }
    for (const std::string& path : pages()) {
        for (const Written& written : of_page(path)) {
            all.push_back(written);
        }
    }
    // That none is found would be no comfort.
    CHECK(of_readme > 30);
    CHECK(all.size() > 100);
    for (const Written& written : all) {
        INFO(written.where << ": " << written.text);
        CHECK(refusal(written.text) == "");
    }
}
