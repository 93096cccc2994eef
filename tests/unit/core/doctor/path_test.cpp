// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;

TEST_CASE("a dispatcher that takes short packets and no long ones is found, at a node and at a gateway") {
    Facts facts = GENERATE(node_by_hand(), gateway());
    const std::string device = facts.roles.contains(Role::gateway) ? "eth1" : "eth0";
    facts.vips.direct = {at("198.18.0.2"), at("198.18.0.3")};
    facts.paths = {{device, at("198.18.0.2"), true}, {device, at("198.18.0.3"), false}};
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("warning: mtu: packets of 1500 bytes, as " + device +
                                         " sends them, do not come to dispatcher 198.18.0.3, and shorter ones do: "));
    CHECK(wrong(facts).at(0).ends_with("(ip link set " + device + " mtu BYTES)"));
    SECTION("one that takes them is well") {
        facts.paths[1].whole = true;
        CHECK(wrong(facts).empty());
        const Lines checks = well(facts);
        CHECK(std::find(checks.begin(), checks.end(), "mtu") != checks.end());
    }
    SECTION("of one that answers no ping nothing is said") {
        facts.paths.pop_back();
        CHECK(wrong(facts).empty());
    }
}
