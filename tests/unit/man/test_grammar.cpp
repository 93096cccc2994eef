// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/grammar.hpp"

using namespace sara::cli;

namespace {

/// The lines between .nf and .fi under SYNOPSIS, without the page's escapes.
std::string synopsis(const std::string& page) {
    std::ifstream file(SARA_SOURCE_DIR "/userspace/man/" + page);
    REQUIRE(file);
    std::string text;
    bool in_section = false;
    bool in_block = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(".SH ")) {
            in_section = line == ".SH SYNOPSIS";
        } else if (in_section && line == ".nf") {
            in_block = true;
        } else if (line == ".fi") {
            in_block = false;
        } else if (in_section && in_block) {
            for (std::size_t at = 0; (at = line.find("\\-", at)) != std::string::npos; ++at) {
                line.erase(at, 1);
            }
            text += line + '\n';
        }
    }
    return text;
}

/// A usage as a synopsis: the forms begin at the left.
std::string as_synopsis(const std::string& usage) {
    std::istringstream in(usage);
    std::string text;
    bool forms = true;
    for (std::string line; std::getline(in, line);) {
        forms = forms && line.find(":=") == std::string::npos;
        text += (forms ? line.substr(7) : line) + '\n';
    }
    return text;
}

/// What `sara WORDS` prints.
std::string help(const std::vector<std::string>& words) {
    const auto action = parse_command(words);
    REQUIRE(action);
    REQUIRE(std::holds_alternative<Help>(*action));
    return std::get<Help>(*action).usage;
}

}  // namespace

TEST_CASE("man pages say the grammar of the program") {
    CHECK(synopsis("sara.8") == as_synopsis(help({"help"})));
    for (const ObjectGrammar* object : objects()) {
        INFO(object->name);
        CHECK(synopsis("sara-" + std::string(object->name) + ".8") ==
              as_synopsis(help({std::string(object->name), "help"})));
    }
}

TEST_CASE("each page is an object's, and sara(8) names it") {
    std::ifstream file(SARA_SOURCE_DIR "/userspace/man/sara.8");
    std::ostringstream content;
    content << file.rdbuf();
    for (const auto& entry : std::filesystem::directory_iterator(SARA_SOURCE_DIR "/userspace/man")) {
        const std::string page = entry.path().stem().string();
        // Programs of their own.
        const std::set<std::string> programs{"sara", "sara-agent", "sara-bird", "sara-module"};
        if (entry.path().extension() != ".8" || programs.contains(page)) {
            continue;
        }
        INFO(page);
        const std::string name = page.substr(page.find('-') + 1);
        CHECK(
            std::any_of(objects().begin(), objects().end(), [&](const auto* object) { return object->name == name; }));
        CHECK(content.str().find(".BR " + name + " \", see \" sara\\-" + name + " (8)\n") != std::string::npos);
        CHECK(content.str().find(".BR sara\\-" + name + " (8) ,\n") != std::string::npos);
    }
}
