// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/node/host_state.hpp"

using namespace sara;
using namespace sara::node;

namespace {

Address at(const char* text) {
    return *Address::parse(text);
}

}  // namespace

TEST_CASE("an address is in a net by its first bits") {
    CHECK(contains(at("198.18.0.0"), 23, at("198.18.1.255")));
    CHECK_FALSE(contains(at("198.18.0.0"), 24, at("198.18.1.0")));
    CHECK(contains(at("198.18.0.1"), 32, at("198.18.0.1")));
    CHECK_FALSE(contains(at("198.18.0.1"), 32, at("198.18.0.0")));
    CHECK(contains(at("0.0.0.0"), 0, at("255.255.255.255")));
    CHECK_FALSE(contains(at("0.0.0.0"), 0, at("::")));
    CHECK(contains(at("fd00::"), 65, at("fd00::7fff:0:0:1")));
    CHECK_FALSE(contains(at("fd00::"), 65, at("fd00::8000:0:0:1")));
}

TEST_CASE("packets take the longest route, and of these that with the lowest metric") {
    HostState state;
    state.addresses = {{at("198.18.0.11"), 24, "eth0"}};
    state.routes = {{.to = at("0.0.0.0"), .prefix = 0, .hops = {{at("198.18.0.1"), "eth0"}}},
                    {.to = at("198.18.0.0"), .prefix = 24, .hops = {{{}, "eth0"}}, .metric = 100},
                    {.to = at("198.18.0.0"), .prefix = 24, .hops = {{{}, "wlan0"}}, .metric = 50},
                    {.to = at("198.18.0.0"), .prefix = 25, .hops = {}}};
    REQUIRE(way_to(state, at("198.18.0.2")) != nullptr);
    CHECK(way_to(state, at("198.18.0.2"))->hops[0].device == "wlan0");
    CHECK(leaves_by(*way_to(state, at("192.0.2.1")), "eth0"));
    CHECK_FALSE(leaves_by(*way_to(state, at("198.18.0.2")), "eth0"));
    CHECK(way_to(state, at("198.18.0.11")) == nullptr);
    CHECK(way_to(state, at("fd00::1")) == nullptr);
}

TEST_CASE("a device is found by its whole name") {
    HostState state;
    state.links = {{.name = "eth0"}};
    CHECK(find_link(state, "eth0") == &state.links[0]);
    CHECK(find_link(state, "eth") == nullptr);
}
