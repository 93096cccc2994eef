// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <set>
#include <sstream>
#include <string>

#include "agent/metrics.hpp"
#include "agent/metrics_text.hpp"

using namespace sara;
using namespace sara::agent;

namespace {

MetricsInput one_of_each() {
    MetricsInput input;
    input.kernel_up = true;
    input.stats.emplace();
    input.stats->values[SARA_A_STATS_SESSIONS] = 7;
    input.stats->values[SARA_A_STATS_DROP_NO_NODE] = 3;
    kern::Service service;
    service.name = "sip";
    service.sessions = 2;
    service.offered = 20;
    service.sessions_total = 15;
    service.refused_load = 5;
    service.ended.finished = 10;
    service.ended.closed = 1;
    service.ended.idle = 2;
    input.services.push_back(service);
    kern::Node node;
    node.name = "n1";
    node.health = kern::Health::application_down;
    node.sessions = 2;
    node.sessions_closing = 1;
    input.nodes.push_back(node);
    role::ClusterView view;
    view.name = "n1";
    view.load.measured = policy::Load::clamped(.25);
    view.parts.set(policy::Component::memory, policy::Load::clamped(.125));
    view.vip_path = role::VipPath::whole;
    input.cluster.emplace();
    input.cluster->nodes.push_back(view);
    view.name = "n2";
    view.vip_path = role::VipPath::broken;
    input.cluster->nodes.push_back(view);
    view.name = "n3";
    view.vip_path = role::VipPath::unknown;
    input.cluster->nodes.push_back(view);
    input.cluster->admission.emplace();
    input.replication.emplace();
    input.replication->fit = true;
    input.replication->standby = 4;
    replica::PeerView peer;
    peer.peer = {*Address::parse("198.18.0.3"), 7100};
    peer.up = true;
    peer.copy = replica::CopyState::receiving;
    peer.waiting = 2;
    peer.lag = std::chrono::milliseconds(250);
    peer.received.conflicts = 1;
    input.replication->peers.push_back(peer);
    return input;
}

bool has_line(const std::string& text, const std::string& line) {
    return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

}  // namespace

TEST_CASE("a family is written with its first sample, and not without one") {
    MetricsText text;
    text.family("sara_a_total", MetricsText::Type::counter, "Of nothing");
    text.family("sara_b", MetricsText::Type::gauge, "Of something");
    text.sample({}, std::uint64_t{18446744073709551615U});
    text.sample({{"node", "n1"}, {"of", "new"}}, .5);
    CHECK(std::move(text).take() == "# HELP sara_b Of something\n"
                                    "# TYPE sara_b gauge\n"
                                    "sara_b 18446744073709551615\n"
                                    "sara_b{node=\"n1\",of=\"new\"} 0.5\n");
}

TEST_CASE("what would end a label's value is escaped") {
    MetricsText text;
    text.family("a", MetricsText::Type::gauge, "b");
    text.sample({{"node", "a\"b\\c\nd"}}, std::uint64_t{1});
    CHECK(has_line(std::move(text).take(), R"(a{node="a\"b\\c\nd"} 1)"));
}

TEST_CASE("services, nodes, the kernel's counters and the cluster have their samples") {
    const std::string text = to_metrics(one_of_each());
    INFO(text);
    for (const char* line : {
             "sara_kernel_up 1",
             "sara_sessions 7",
             "sara_drop_no_node_total 3",
             R"(sara_service_sessions{service="sip"} 2)",
             R"(sara_node_sessions_closing{node="n1"} 1)",
             R"(sara_service_offered_total{service="sip"} 20)",
             R"(sara_service_admitted_total{service="sip"} 15)",
             R"(sara_service_completed_total{service="sip"} 11)",
             R"(sara_service_refused_total{service="sip",reason="load"} 5)",
             R"(sara_service_ended_total{service="sip",reason="idle"} 2)",
             R"(sara_node_health{node="n1",health="application-down"} 1)",
             R"(sara_node_load{node="n1"} 0.25)",
             R"(sara_node_load_component{node="n1",component="memory"} 0.125)",
             R"(sara_node_vip_path{node="n1"} 1)",
             R"(sara_node_vip_path{node="n2"} 0)",
             R"(sara_admission_threshold{threshold="t1"} 0.95)",
             "sara_ha_fit 1",
             "sara_ha_waits 0",
             "sara_ha_standby_sessions 4",
             R"(sara_ha_peer_up{peer="198.18.0.3:7100"} 1)",
             R"(sara_ha_peer_complete{peer="198.18.0.3:7100"} 0)",
             R"(sara_ha_peer_waiting_objects{peer="198.18.0.3:7100"} 2)",
             R"(sara_ha_peer_lag_seconds{peer="198.18.0.3:7100"} 0.25)",
             R"(sara_ha_peer_conflicts_total{peer="198.18.0.3:7100"} 1)",
         }) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
    CHECK(text.find(R"(sara_node_vip_path{node="n3")") == std::string::npos);  // nothing is known
}

TEST_CASE("each family is told once, and a counter's name says that it is one") {
    std::istringstream lines(to_metrics(one_of_each()));
    std::set<std::string> families;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string hash, keyword, name, type;
        words >> hash >> keyword >> name >> type;
        if (hash == "#" && keyword == "TYPE") {
            CAPTURE(name);
            CHECK(families.insert(name).second);
            CHECK((type == "counter") == (name.size() > 6 && name.substr(name.size() - 6) == "_total"));
        }
    }
    CHECK(families.size() > 20);
}

TEST_CASE("without the kernel module there is still something to scrape") {
    const std::string text = to_metrics({});
    CHECK(has_line(text, "sara_kernel_up 0"));
    CHECK(text.find("sara_service") == std::string::npos);
}
