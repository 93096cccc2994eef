// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sstream>

#include "cli/ha.hpp"

using namespace sara;
using namespace sara::cli;

namespace {

const char* const kStats = R"({"dispatcher": {"ha": {"incarnation": "00000000000000b1", "fit": false,
    "why": "the sessions of dispatcher 198.18.0.3:7100 are not complete yet", "standby": 3, "replication": "sync", "sync": false, "peers": [
    {"address": "198.18.0.3:7100", "up": true, "snapshot": "receiving", "sessions": 3, "received": 9, "conflicts": 1,
     "told": true, "sent": 5, "waiting": 2, "lag": 12, "resyncs": 4}]}}})";

std::string shown(const std::string& stats, Format format) {
    std::ostringstream out;
    Printer printer(out, format);
    CHECK(show_ha(printer, nlohmann::ordered_json::parse(stats)).ok());
    return out.str();
}

}  // namespace

TEST_CASE("peers are told with how far each has come") {
    CHECK(shown(kStats, Format::text) ==
          "incarnation 00000000000000b1: unfit standby 3 replication sync waits no why \"the sessions of dispatcher "
          "198.18.0.3:7100 are not complete yet\"\n"
          "    198.18.0.3:7100 state up snapshot receiving sessions 3 received 9 conflicts 1 told all sent 5 waiting 2 "
          "lag 12 resyncs 4\n");
}

TEST_CASE("the same as JSON") {
    const auto ha = nlohmann::json::parse(shown(kStats, Format::json));
    CHECK(ha["fit"] == false);
    CHECK(ha["replication"] == "sync");
    CHECK(ha["waits"] == "no");
    CHECK(ha["peers"][0]["peer"] == "198.18.0.3:7100");
    CHECK(ha["peers"][0]["lag"] == 12);
}

TEST_CASE("a check fails with the reason") {
    const auto stats = nlohmann::ordered_json::parse(kStats);
    CHECK(check_ha(stats).error().text() == "not fit: the sessions of dispatcher 198.18.0.3:7100 are not complete yet");
    auto fit = stats;
    fit["dispatcher"]["ha"]["fit"] = true;
    CHECK(check_ha(fit).ok());
}

TEST_CASE("an agent without peers is refused, and one of another version shows what it can") {
    const auto none = nlohmann::ordered_json::parse(R"({"dispatcher": {}})");
    CHECK_FALSE(check_ha(none).ok());
    std::ostringstream out;
    Printer printer(out, Format::text);
    CHECK(show_ha(printer, none).error().text().find("dispatcher.peers") != std::string::npos);
    CHECK(shown(R"({"dispatcher": {"ha": {"peers": [7, {}]}}})", Format::text).find("unfit") != std::string::npos);
}
