// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/grammar.hpp"

using namespace sara::cli;

TEST_CASE("completion knows every object and command") {
    std::ifstream file(SARA_SOURCE_DIR "/userspace/completion/sara");
    REQUIRE(file);
    std::ostringstream content;
    content << file.rdbuf();
    std::string list;
    for (const ObjectGrammar* object : objects()) {
        list += (list.empty() ? "" : " ") + std::string(object->name);
        if (object->bare) {
            continue;
        }
        std::string commands;
        for (const Command& command : object->commands) {
            commands += std::string(command.name) + " ";
        }
        INFO(object->name << ": " << commands);
        CHECK(content.str().find("[" + std::string(object->name) + "]=\"" + commands + "help\"") != std::string::npos);
    }
    CHECK(content.str().find("\"" + list + " help\"") != std::string::npos);
}
