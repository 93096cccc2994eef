// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sstream>

#include "cli/explain.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

const FlowKey kFlow{{Address::v4({198, 18, 1, 11}), 5060}, {Address::v4({198, 18, 0, 100}), 5060}, Transport::udp};
const FlowKey kMedia{{Address::v4({198, 18, 1, 11}), 4000}, {Address::v4({198, 18, 0, 100}), 6000}, Transport::udp};

kern::SessionInfo a_session() {
    kern::SessionInfo session;
    session.id = SessionId{17};
    session.service = "sip";
    session.node = "n2";
    session.flow = kFlow;
    session.age = 12s;
    session.placement = kern::Placement::shell;
    session.epoch = 42;
    session.placed = 4;
    session.pending = 3;
    session.judged = true;
    return session;
}

/// What an agent remembers: a load of .94 with three sessions more, of .005 each, between T1 and T2.
const char* const kDecision = R"({"epoch": 42, "age": 12100, "own_load": 0.1,
    "admission": {"x": 0.925, "cost": 0.005, "t1": 0.9, "t2": 0.98, "t3": 0.99, "c": 1},
    "nodes": [
        {"name": "n1", "availability": "up", "drained": false, "weight": 1, "load": 0.5, "stale": false,
         "forecast": 0.625, "error": 0.25, "damped": 0.5, "pending": 0.125, "score": 0.625, "cost": 0.0625, "placed": 1},
        {"name": "n2", "availability": "up", "weight": 2, "load": 0.25, "forecast": 0.25, "damped": 0.25, "score": 0.5,
         "cost": 0.0625, "placed": 2}], "services": {}})";

Explanation explained() {
    Explanation explanation;
    explanation.session = a_session();
    explanation.decision = nlohmann::ordered_json::parse(kDecision);
    return explanation;
}

std::string shown(const Explanation& explanation, Format format = Format::text) {
    std::ostringstream out;
    Printer printer(out, format);
    show_explanation(printer, explanation);
    return out.str();
}

}  // namespace

TEST_CASE("a session is told with its verdict, its choice, and how every node was then") {
    CHECK(
        shown(explained()) ==
        "session 17: service sip node n2 udp 198.18.1.11:5060 > 198.18.0.100:5060 age 12s\n"
        "    verdict admitted load 0.94 p-new 0.5 t1 0.9 t2 0.98 t3 0.99 c 1\n"
        "    placement shell epoch 42 placed 4 pending 3 reason \"scheduler shell: its score, with what had come to it "
        "and gone since, was the lowest\"\n"
        "    n1 health up load 0.5 forecast 0.625 error 0.25 damped 0.5 pending 0.125 score 0.625 cost 0.0625 placed 1 "
        "total 0.6875\n"
        "    n2 health up load 0.25 forecast 0.25 error 0 damped 0.25 pending 0 score 0.5 cost 0.0625 placed 2 total "
        "0.5625 chosen\n");
}

TEST_CASE("a node that could not be chosen is told with the reason, as far as it is known") {
    const auto line_of = [](std::string_view node, const char* services = "{}") {
        Explanation explanation = explained();
        explanation.decision["nodes"][0].update(nlohmann::ordered_json::parse(node));
        explanation.decision["services"] = nlohmann::ordered_json::parse(services);
        const std::string text = shown(explanation);
        const std::size_t from = text.find("\n    n1 ");
        return text.substr(from, text.find("\n    n2 ") - from);
    };
    const auto says = [&](std::string_view node, std::string_view why, const char* services = "{}") {
        return line_of(node, services).find("left-out \"" + std::string(why) + "\"") != std::string::npos;
    };
    CHECK(line_of("{}").find("left-out") == std::string::npos);
    CHECK(says("{}", "the service does not name it", R"({"sip": ["n2", "n3"]})"));
    CHECK(line_of("{}", R"({"sip": ["n1", "n2"], "rtsp": ["n3"]})").find("left-out") == std::string::npos);
    CHECK(says(R"({"max_sessions": 20, "sessions": 20})", "it had its max-sessions"));
    CHECK(line_of(R"({"max_sessions": 20, "sessions": 20})").find("sessions 20 max-sessions 20") != std::string::npos);
    CHECK(says(R"({"max_sessions": 20, "sessions": 19, "placed": 1})",
               "it had its max-sessions with those placed since, unless others ended meanwhile"));
    CHECK(line_of(R"({"max_sessions": 20, "sessions": 18, "placed": 1})").find("left-out") == std::string::npos);
    CHECK(says(R"({"availability": "vip-broken"})", "its health was vip-broken"));
    CHECK(line_of(R"({"availability": "unwatched"})").find("left-out") == std::string::npos);
    CHECK(says(R"({"drained": true, "usable": false, "weight": 0})", "it was drained, its weight was 0"));
    CHECK(says(R"({"usable": false})", "there was no way to it"));
    SECTION("the one that was chosen could be") {
        Explanation explanation = explained();
        explanation.decision["services"]["sip"] = {"n1"};
        const std::string text = shown(explanation);
        CHECK(text.find("left-out") == std::string::npos);
        CHECK(text.ends_with("chosen\n"));
    }
    SECTION("an agent that does not tell the services' nodes is not taken for one that has none") {
        Explanation explanation = explained();
        explanation.decision.erase("services");
        CHECK(shown(explanation).find("note \"the agent does not tell which nodes the service named then\"") !=
              std::string::npos);
    }
}

TEST_CASE("JSON has the same") {
    const auto told = nlohmann::json::parse(shown(explained(), Format::json));
    CHECK(told["object"] == "session");
    CHECK(told["node"] == "n2");
    CHECK(told["verdict"] == "admitted");
    CHECK(told["p-new"] == Approx(.5).margin(1e-6));
    CHECK(told["epoch"] == 42);
    REQUIRE(told["nodes"].size() == 2);
    CHECK(told["nodes"][0]["chosen"] == false);
    CHECK(told["nodes"][1]["chosen"] == true);
    CHECK(told["nodes"][1]["total"] == .5625);
}

TEST_CASE("without an agent it is told what the kernel knows, and why that is all") {
    Explanation alone = explained();
    alone.decision = nullptr;
    alone.note = "no agent listens";
    alone.session->judged = false;
    alone.session->placement = kern::Placement::wrr;
    CHECK(shown(alone) == "session 17: service sip node n2 udp 198.18.1.11:5060 > 198.18.0.100:5060 age 12s\n"
                          "    verdict not-judged\n"
                          "    placement wrr epoch 42 placed 4 pending 3 reason \"scheduler wrr: it was its turn\"\n"
                          "    note \"no agent listens\"\n");
}

TEST_CASE("a flow that did not make the session is told why it goes there") {
    Explanation media = explained();
    media.flow.emplace();
    media.flow->flow = kMedia;
    media.flow->identity = kern::Identity::secondary;
    CHECK(shown(media).find("\n    udp 198.18.1.11:4000 > 198.18.0.100:6000 identity secondary flow-reason \"it was "
                            "announced by the session's signalling\"\n") != std::string::npos);
    media.flow->identity = kern::Identity::signalling;
    CHECK(shown(media).find("its client has this session already") != std::string::npos);
    media.flow->flow = kFlow;
    CHECK(shown(media).find("flow-reason") == std::string::npos);
}

TEST_CASE("a refused session is told with the load and the probability of that moment") {
    Explanation refused;
    refused.refusal = kern::Refusal{.service = "sip",
                                    .age = 2s,
                                    .left = 30s,
                                    .epoch = 42,
                                    .placed = 3,
                                    .load = kern::kLoadOne,
                                    .p_new = kern::kLoadOne};
    CHECK(shown(refused) == "refused: service sip age 2s left 30s\n"
                            "    verdict refused load 1 p-new 1\n"
                            "    epoch 42 placed 3 reason \"its coin fell below p-new; what is refused stays so for a "
                            "while, however often it asks\"\n");
}

TEST_CASE("the agent is asked by the epoch and what it had placed") {
    Explanation explanation = explained();
    explanation.decision = nullptr;
    add_decision(explanation, [](std::uint32_t epoch, std::uint32_t placed) -> Result<nlohmann::ordered_json> {
        CHECK(epoch == 42);
        CHECK(placed == 4);
        return nlohmann::ordered_json{{"age", 20'000U}};
    });
    CHECK(explanation.decision["age"] == 20'000U);
    CHECK(explanation.note.empty());
}

TEST_CASE("why there is no decision is a note") {
    Explanation explanation = explained();
    explanation.decision = nullptr;
    SECTION("the agent's word") {
        add_decision(explanation, [](auto, auto) { return Error{"it is not remembered", {}}; });
        CHECK(explanation.note == "it is not remembered");
    }
    SECTION("no policy held: nobody is asked") {
        explanation.session->epoch = std::nullopt;
        add_decision(explanation, [](auto, auto) -> Result<nlohmann::ordered_json> {
            FAIL();
            return nlohmann::ordered_json();
        });
        CHECK(explanation.note == "no policy held when it was placed");
    }
    CHECK(explanation.decision.is_null());
}

TEST_CASE("a policy that is younger than the session that it placed is an earlier agent's") {
    const auto asked = [](std::uint64_t age) {
        Explanation explanation = explained();
        explanation.decision = nullptr;
        add_decision(explanation, [&](auto, auto) -> Result<nlohmann::ordered_json> {
            return nlohmann::ordered_json{{"age", age}};
        });
        return explanation;
    };
    const Explanation young = asked(10'999);
    CHECK(young.decision.is_null());
    CHECK(young.note == "the policy was an earlier agent's, whose numbers are not known any more");

    const Explanation right = asked(11'000);
    CHECK(right.decision.is_object());
    CHECK(right.note.empty());
}

TEST_CASE("what another version of the agent leaves out of a decision is nothing, not an error") {
    for (const char* const odd : {"{}", R"({"admission": 7, "nodes": 7})", R"({"nodes": [7, null, {"name": 3}]})",
                                  R"({"admission": {"x": "y"}, "age": -1, "nodes": [{"placed": 1, "weight": 0}]})"}) {
        Explanation explanation = explained();
        explanation.decision = nlohmann::ordered_json::parse(odd);
        CHECK(shown(explanation).starts_with("session 17: "));
        CHECK(nlohmann::json::accept(shown(explanation, Format::json)));
    }
}
