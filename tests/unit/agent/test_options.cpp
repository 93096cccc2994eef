// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "agent/options.hpp"

using sara::agent::Options;
using sara::agent::parse_options;

TEST_CASE("options") {
    CHECK(parse_options({})->action == Options::Action::run);
    CHECK(parse_options({})->config == "/etc/sara/agent.json");
    CHECK(parse_options({"--config", "x"})->config == "x");
    CHECK(parse_options({"-c", "x", "--check"})->action == Options::Action::check);
    CHECK(parse_options({"--check-vip"})->action == Options::Action::check_vip);
    CHECK(parse_options({"keygen"})->action == Options::Action::keygen);
    CHECK(parse_options({"--help"})->action == Options::Action::help);
    CHECK(parse_options({"-V"})->action == Options::Action::version);
}

TEST_CASE("wrong options get a sentence") {
    CHECK(parse_options({"frob"}).error().text() == "unknown command \"frob\"");
    CHECK(parse_options({"keygen", "twice"}).error().text() == "unknown command \"twice\"");
    CHECK(parse_options({"--colour"}).error().text() == "unrecognised option '--colour'");
    CHECK_FALSE(parse_options({"--config"}).ok());
}
