// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/control.hpp"
#include "core/base/calendar.hpp"

using namespace sara;
using namespace std::chrono_literals;
using agent::DecisionRequest;
using agent::DrainRequest;
using Json = nlohmann::ordered_json;

namespace {

/// An agent that remembers what it was told to do.
struct Agent {
    std::string answer(std::string_view line) {
        agent::ControlAnswer answer = agent::answer_control(
            line,
            {.stats =
                 [] {
                     return nlohmann::ordered_json{{"n", 1}};
                 },
             .decision =
                 [this](const DecisionRequest& request) {
                     asked.push_back(request);
                     return verdict ? Result<Json>(Json{{"epoch", request.epoch}}) : Result<Json>(verdict.error());
                 },
             .drain =
                 [this](const DrainRequest& request) {
                     drained.push_back(request);
                     return verdict;
                 },
             .undrain =
                 [this] {
                     ++undrained;
                     return verdict;
                 },
             .hand_over =
                 [this] {
                     ++handed_over;
                     return verdict;
                 },
             .resume =
                 [this] {
                     ++resumed;
                     return verdict;
                 },
             .watch = [this] { return verdict; }});
        watched = answer.watch;
        return std::move(answer.line);
    }

    bool watched = false;  ///< by who got the last answer

    Status verdict = Done{};
    std::vector<DecisionRequest> asked;
    std::vector<DrainRequest> drained;
    int undrained = 0;
    int handed_over = 0;
    int resumed = 0;
};

}  // namespace

TEST_CASE("the control socket answers each line with one") {
    Agent agent;
    CHECK(agent.answer(R"({"get": "stats"})") == R"({"n":1})");
    CHECK(agent.answer(R"({"get": "more"})") == R"({"error":"\"get\" must be \"stats\" or \"decision\""})");
    CHECK(agent.answer(R"({"get": "stats", "x": 1})") == R"({"error":"\"x\": is not known here"})");
    for (const char* const other :
         {"", "{", "[]", "7", "{}", R"({"set": "stats"})", R"({"get": "stats", "do": "undrain"})",
          R"({"get": "stats", "watch": "cluster"})"}) {
        INFO(other);
        CHECK(agent.answer(other) == R"({"error":"not a request; one is {\"get\": \"stats\"}"})");
    }
}

TEST_CASE("a decision is asked for by the number of its policy") {
    Agent agent;
    CHECK(agent.answer(R"({"get": "decision", "epoch": 7})") == R"({"epoch":7})");
    CHECK(agent.answer(R"({"get": "decision", "epoch": 18446744073709551615, "placed": 3})") ==
          R"({"epoch":18446744073709551615})");
    CHECK(agent.asked == std::vector<DecisionRequest>{{7, 0}, {18446744073709551615U, 3}});
    agent.verdict = Error{"it is not remembered", {}};
    CHECK(agent.answer(R"({"get": "decision", "epoch": 7})") == R"({"error":"it is not remembered"})");
}

TEST_CASE("a node is drained by a time from now") {
    Agent agent;
    CHECK(agent.answer(R"({"do": "drain", "in": 30000})") == R"({"done":"drain"})");
    CHECK(agent.answer(R"({"do": "drain", "in": 0, "node": "n1"})") == R"({"done":"drain"})");
    CHECK(agent.answer(R"({"do": "drain"})") == R"({"done":"drain"})");
    REQUIRE(agent.drained.size() == 3);
    CHECK(agent.drained[0] == DrainRequest{{}, 30s});
    CHECK(agent.drained[1] == DrainRequest{"n1", 0s});
    CHECK(agent.drained[2] == DrainRequest{{}, kLongestPlan});
    CHECK(agent.answer(R"({"do": "undrain"})") == R"({"done":"undrain"})");
    CHECK(agent.undrained == 1);
}

TEST_CASE("a dispatcher is handed over, and resumes") {
    Agent agent;
    CHECK(agent.answer(R"({"do": "handover"})") == R"({"done":"handover"})");
    CHECK(agent.handed_over == 1);
    CHECK(agent.answer(R"({"do": "resume"})") == R"({"done":"resume"})");
    CHECK(agent.resumed == 1);
    CHECK(agent.answer(R"({"do": "handover", "to": "lb2"})") == R"({"error":"\"to\": is not known here"})");
    agent.verdict = Error{"no peer answers: nobody would take over", {}};
    CHECK(agent.answer(R"({"do": "handover"})") == R"({"error":"no peer answers: nobody would take over"})");
}

TEST_CASE("who watches is told so, and nobody else watches") {
    Agent agent;
    CHECK(agent.answer(R"({"watch": "cluster"})") == R"({"watching":"cluster"})");
    CHECK(agent.watched);
    static_cast<void>(agent.answer(R"({"get": "stats"})"));
    CHECK_FALSE(agent.watched);
    CHECK(agent.answer(R"({"watch": "all"})") == R"({"error":"\"watch\" must be \"cluster\""})");
    CHECK_FALSE(agent.watched);
    CHECK(agent.answer(R"({"watch": "cluster", "node": "n1"})") == R"({"error":"\"node\": is not known here"})");
    agent.verdict = Error{"this agent watches no nodes", {}};
    CHECK(agent.answer(R"({"watch": "cluster"})") == R"({"error":"this agent watches no nodes"})");
    CHECK_FALSE(agent.watched);
}

TEST_CASE("what the agent refuses is told in its words") {
    Agent agent;
    agent.verdict = Error{"no node of this name is watched", "n9"};
    CHECK(agent.answer(R"({"do": "drain", "in": 1, "node": "n9"})") ==
          R"({"error":"n9: no node of this name is watched"})");
    CHECK(agent.answer(R"({"do": "undrain"})") == R"({"error":"n9: no node of this name is watched"})");
}

TEST_CASE("a wrong request is refused by name, and nothing is done") {
    struct Wrong {
        const char* line;
        const char* error;
    };
    const Wrong wrong[] = {
        {R"({"get": "decision", "epoch": -1})", R"("epoch": must be a number from 0 to 18446744073709551615)"},
        {R"({"get": "decision", "epoch": "7"})", R"("epoch": must be a number from 0 to 18446744073709551615)"},
        {R"({"get": "decision", "placed": 4294967296})", R"("placed": must be a number from 0 to 4294967295)"},
        {R"({"get": "decision", "node": "n1"})", R"("node": is not known here)"},
        {R"({"do": "stop"})", R"("do" must be "drain", "undrain", "handover" or "resume")"},
        {R"({"do": 7})", R"("do" must be "drain", "undrain", "handover" or "resume")"},
        {R"({"do": "drain", "at": 5})", R"("at": is not known here)"},
        {R"({"do": "undrain", "node": "n1"})", R"("node": is not known here)"},
        {R"({"do": "drain", "node": 7, "in": 5})", R"("node": must be the name of a node)"},
        {R"({"do": "drain", "node": "", "in": 5})", R"("node": must be the name of a node)"},
        {R"({"do": "drain", "node": "n1"})", R"("in": is missing: a node that is named is told when it fails)"},
        {R"({"do": "drain", "in": -1})", R"("in": must be a number of milliseconds from 0 to 604800000)"},
        {R"({"do": "drain", "in": 1.5})", R"("in": must be a number of milliseconds from 0 to 604800000)"},
        {R"({"do": "drain", "in": 604800001})", R"("in": must be a number of milliseconds from 0 to 604800000)"},
        {R"({"do": "drain", "in": "5"})", R"("in": must be a number of milliseconds from 0 to 604800000)"},
    };
    Agent agent;
    for (const Wrong& one : wrong) {
        INFO(one.line);
        const auto answer = nlohmann::json::parse(agent.answer(one.line));
        CHECK(answer == nlohmann::json{{"error", one.error}});
    }
    CHECK(agent.asked.empty());
    CHECK(agent.drained.empty());
    CHECK(agent.undrained == 0);
}
