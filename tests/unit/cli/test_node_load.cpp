// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sstream>

#include "cli/node_load.hpp"

using namespace sara;
using namespace sara::cli;

namespace {

/// What an agent tells, of two nodes.
const char* const kStats = R"({"dispatcher": {"cluster": {"nodes": [
    {"name": "n1", "availability": "up", "cause": "heartbeat", "load": 0.25, "forecast": 0.5, "damped": 0.375,
     "error": 0.125, "stale": false, "vip_path": "broken", "score": 1.5, "cost": 0.001, "heartbeats": {"received": 10, "lost": 1},
     "parts": {"cpu": {"load": 0.25, "raw": "25 %"}},
     "vips": [{"vip": "198.18.0.100", "path": "broken", "missed": 3}]},
    {"name": "n2", "availability": "down", "cause": "silence", "stale": true,
     "planned_at": "2026-11-27T10:00:00Z"}]}}})";

struct Shown {
    std::string text;
    Status status;
};

Shown shown(const std::string& stats, const std::string& name, Format format = Format::text) {
    std::ostringstream out;
    Printer printer(out, format);
    Status status = show_node_load(printer, nlohmann::ordered_json::parse(stats), name);
    return {out.str(), std::move(status)};
}

}  // namespace

TEST_CASE("a node's load is told with what it is made of") {
    CHECK(shown(kStats, "n1").text == "n1: health up cause heartbeat load 0.25 vip-path broken\n"
                                      "    forecast 0.5 error 0.125 damped 0.375 score 1.5 cost 0.001\n"
                                      "    heartbeats 10 lost 1\n"
                                      "    cpu load 0.25 raw \"25 %\"\n"
                                      "    198.18.0.100 path broken missed 3\n");
}

TEST_CASE("JSON has the same, as numbers") {
    const auto nodes = nlohmann::json::parse(shown(kStats, "", Format::json).text);
    REQUIRE(nodes.size() == 2);
    CHECK(nodes[0]["load"] == .25);
    CHECK(nodes[0]["parts"][0]["part"] == "cpu");
    CHECK(nodes[0]["vip-path"] == "broken");
    CHECK(nodes[0]["vips"][0]["vip"] == "198.18.0.100");
    CHECK(nodes[1]["name"] == "n2");
    CHECK(nodes[1]["stale"] == true);
}

TEST_CASE("what another version leaves out is nothing, not an error") {
    const Shown n2 = shown(kStats, "n2");
    CHECK(n2.status.ok());
    CHECK(n2.text.find("n2: health down cause silence load 0 stale planned-at 2026-11-27T10:00:00Z\n") == 0);
    CHECK(shown(R"({"dispatcher": {"cluster": {"nodes": [7, null, {"name": 3, "parts": [1], "load": "x"}]}}})", "")
              .status.ok());
}

TEST_CASE("an agent that watches no nodes, and a node that is not watched, are refused") {
    CHECK(shown("{}", "").status.error().text().find("watches no nodes") != std::string::npos);
    CHECK(shown(R"({"dispatcher": {}})", "").status.error().text().find("dispatcher.cluster") != std::string::npos);
    CHECK(shown(kStats, "n3").status.error().text().find("n3") != std::string::npos);
}
