// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <algorithm>

#include "io/host_state.hpp"

using namespace sara;
using namespace sara::io;

TEST_CASE("this machine tells its devices and addresses") {
    const Result<node::HostState> state = read_host_state();
    REQUIRE(state);
    const auto loopback = std::find_if(state->links.begin(), state->links.end(),
                                       [](const node::Link& link) { return link.name == "lo"; });
    REQUIRE(loopback != state->links.end());
    CHECK(loopback->silent);
    CHECK(loopback->kind.empty());
    CHECK(loopback->index != 0);
    CHECK(loopback->mtu != 0);
    const node::OwnAddress own{*Address::parse("127.0.0.1"), 8, "lo"};
    const auto found = std::count(state->addresses.begin(), state->addresses.end(), own);
    CHECK(found == (loopback->up ? 1 : 0));
}

TEST_CASE("routes come with a device, and without those that the kernel keeps for its own addresses") {
    const Result<node::HostState> state = read_host_state();
    REQUIRE(state);
    for (const node::Route& route : state->routes) {
        CHECK(route.prefix <= (route.to.family() == Family::ipv4 ? 32U : 128U));
        CHECK_FALSE(route.hops.empty());
        CHECK(route.to != *Address::parse("127.0.0.0"));
    }
}
