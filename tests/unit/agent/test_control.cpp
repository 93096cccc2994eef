// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/control.hpp"

using sara::agent::answer_control;
using sara::agent::ControlAnswers;

TEST_CASE("the control socket answers each line with one") {
    const ControlAnswers answers{[] { return nlohmann::ordered_json{{"n", 1}}; }};
    CHECK(answer_control(R"({"get": "stats"})", answers) == R"({"n":1})");
    CHECK(answer_control(R"({"get": "more"})", answers) == R"({"error":"\"get\" must be \"stats\""})");
    for (const char* const other : {"", "{", "[]", "7", R"({"get": "stats", "x": 1})", R"({"set": "stats"})"}) {
        CHECK(answer_control(other, answers) == R"({"error":"not a request; one is {\"get\": \"stats\"}"})");
    }
}
