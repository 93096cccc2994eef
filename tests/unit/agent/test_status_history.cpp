// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <string>

#include "agent/status_history.hpp"

using namespace sara;
using namespace sara::agent;
using namespace std::chrono_literals;

namespace {

role::ClusterView loaded(const std::string& name, double load) {
    role::ClusterView view;
    view.name = name;
    view.load.up = true;
    view.load.measured = policy::Load::clamped(load);
    view.load.forecast = policy::Load::clamped(load / 2);
    view.load.error = .125;
    return view;
}

Time at(int seconds) {
    return Time(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("a moment has the nodes, the admission and the sessions") {
    StatusHistory history("r1");
    policy::Admission admission;
    admission.x = .5;
    const std::vector nodes = {loaded("n2", .25), loaded("n1", .5)};
    history.add(at(1), nodes, admission, SessionCounts{7, 20, 5, 10, 3});
    const auto json = history.to_json(0, at(3));
    CHECK(json["run"] == "r1");
    CHECK(json["period"] == 1000);
    REQUIRE(json["moments"].size() == 1);
    const auto& moment = json["moments"][0];
    CHECK(moment["number"] == 1);
    CHECK(moment["age"] == 2000);
    CHECK(moment["nodes"].dump() == R"({"n1":[0.5,0.25,0.125],"n2":[0.25,0.125,0.125]})");
    CHECK(moment["admission"]["x"] == .5);
    CHECK(moment["admission"].contains("t3"));
    CHECK(moment["sessions"].dump() == R"({"now":7,"offered":20,"refused":5,"completed":10,"ended":3})");
}

TEST_CASE("what is not known is left out") {
    StatusHistory history("r1");
    auto stale = loaded("n1", .5);
    stale.load.stale = true;
    auto down = loaded("n2", .5);
    down.load.up = false;
    history.add(at(1), std::vector{stale, down}, std::nullopt, std::nullopt);
    const auto moment = history.to_json(0, at(1))["moments"][0];
    CHECK(moment["nodes"].empty());
    CHECK_FALSE(moment.contains("admission"));
    CHECK_FALSE(moment.contains("sessions"));
}

TEST_CASE("who has moments already gets the later ones alone") {
    StatusHistory history("r1");
    for (int i = 1; i <= 5; ++i) {
        history.add(at(i), {}, std::nullopt, std::nullopt);
    }
    const auto numbers = [&](std::uint64_t after) {
        std::vector<int> out;
        const auto json = history.to_json(after, at(5));
        for (const auto& moment : json["moments"]) {
            out.push_back(moment["number"]);
        }
        return out;
    };
    CHECK(numbers(3) == std::vector{4, 5});
    CHECK(numbers(5).empty());
    CHECK(numbers(0) == std::vector{1, 2, 3, 4, 5});
    CHECK(numbers(77) == std::vector{1, 2, 3, 4, 5});  // of an earlier agent
}

TEST_CASE("moments and their nodes are bounded") {
    StatusHistory history("r1");
    std::vector<role::ClusterView> many;
    for (std::size_t i = 0; i < StatusHistory::kNodes + 5; ++i) {
        many.push_back(loaded("n" + std::to_string(1000 + i), .5));
    }
    history.add(at(0), many, std::nullopt, std::nullopt);
    CHECK(history.to_json(0, at(0))["moments"][0]["nodes"].size() == StatusHistory::kNodes);
    for (std::size_t i = 0; i < StatusHistory::kMoments; ++i) {
        history.add(at(1), {}, std::nullopt, std::nullopt);
    }
    const auto moments = history.to_json(0, at(1))["moments"];
    CHECK(moments.size() == StatusHistory::kMoments);
    CHECK(moments.front()["number"] == 2);
    CHECK(moments.back()["number"] == StatusHistory::kMoments + 1);
    CHECK(history.to_json(1, at(1))["moments"].size() == StatusHistory::kMoments);
}

TEST_CASE("sessions of all services are counted together, by how they ended") {
    kern::Service service;
    service.sessions = 2;
    service.offered = 30;
    service.refused = 5;
    service.ended = {.idle = 1, .closed = 2, .finished = 4, .expired = 8, .deleted = 16, .reclaimed = 32};
    CHECK(count_sessions(std::vector{service, service}) == SessionCounts{4, 60, 10, 12, 114});
}
