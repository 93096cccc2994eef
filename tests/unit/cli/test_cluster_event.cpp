// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sstream>

#include "cli/cluster_event.hpp"

using namespace sara::cli;

namespace {

std::string shown(const char* event, Format format = Format::text) {
    std::ostringstream out;
    Printer printer(out, format);
    show_cluster_event(printer, nlohmann::ordered_json::parse(event));
    return out.str();
}

const char* const kPlanned = R"({"event": "changed", "object": "node", "name": "n1", "health": "planned",
    "cause": "heartbeat", "was": "up", "planned_at": "2026-11-27T10:00:00Z"})";

}  // namespace

TEST_CASE("a change of a node tells what it is, what it was, and why") {
    CHECK(shown(kPlanned) ==
          "changed node n1: health planned was up cause heartbeat planned-at 2026-11-27T10:00:00Z\n");
    CHECK(shown(R"({"event": "changed", "object": "node", "name": "n2", "health": "down", "cause": "never heard"})") ==
          "changed node n2: health down cause \"never heard\"\n");
}

TEST_CASE("a change of admission tells the load and the probabilities that made it") {
    CHECK(shown(R"({"event": "changed", "object": "admission", "stage": "refuses-some", "was": "admits", "x": 0.75,
                    "cost": 0, "t1": 0.5, "t2": 1, "t3": 1, "c": 1, "p_new": 0.5, "p_est": 0})") ==
          "changed admission: stage refuses-some was admits load 0.75 p-new 0.5 p-est 0 t1 0.5 t2 1 t3 1 c 1\n");
}

TEST_CASE("as JSON an event is an object by itself") {
    const auto event = nlohmann::json::parse(shown(kPlanned, Format::json));
    CHECK(event["event"] == "changed");
    CHECK(event["name"] == "n1");
    CHECK(event["planned-at"] == "2026-11-27T10:00:00Z");
}

TEST_CASE("what another version of the agent leaves out of an event is nothing, not an error") {
    CHECK(shown("{}").ends_with("\n"));
    CHECK(shown(R"({"event": 7, "object": "admission", "x": "y"})").find("load 0") != std::string::npos);
}
