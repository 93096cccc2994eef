// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;

TEST_CASE("a node that has another MAC address now is found, whether it was fixed or looked up") {
    Facts facts = dispatcher();
    facts.neighbours[1].from = {kOther};
    CHECK(wrong(facts) ==
          Lines{"error: node: node n2 (198.18.0.12) is 02:00:00:00:00:99 now, and its packets are sent to "
                "02:00:00:00:00:12; mend it: sara node set n2 mac 02:00:00:00:00:99"});
    facts = dispatcher();
    facts.neighbours[0].from = {kOther};
    CHECK(wrong(facts) ==
          Lines{"error: node: node n1 (198.18.0.11) is 02:00:00:00:00:99 now, and the neighbour table has "
                "02:00:00:00:00:11; mend it: ip neigh replace 198.18.0.11 lladdr 02:00:00:00:00:99 dev "
                "eth0 nud reachable"});
    facts.module->nodes[0].mac.reset();
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).find("the neighbour table has no MAC address;") != std::string::npos);
}

TEST_CASE("a node that does not answer is on another device, behind a router, or away") {
    Facts facts = dispatcher();
    facts.neighbours[0].from.clear();
    CHECK(wrong(facts) == Lines{"error: node: node n1 (198.18.0.11) does not answer by eth0: it is down, has another "
                                "address, or is not in the same layer-2 network"});
    SECTION("on another device") {
        facts.host.routes[1].hops[0].device = "eth1";
        facts.neighbours[1].from = {kNode2};
        CHECK(wrong(facts) == Lines{"error: node: node n1 (198.18.0.11) does not answer by eth0, and the route to it "
                                    "leads by eth1; mend it: sara node set n1 dev eth1"});
    }
    SECTION("behind a router") {
        facts.host.routes.pop_back();
        CHECK(wrong(facts).at(0).starts_with(
            "error: node: node n1 (198.18.0.11) is behind a router (198.18.0.1): only what is in the same layer-2 "));
    }
    SECTION("taken out of service") {
        facts.module->nodes[0].wanted = false;
        CHECK(wrong(facts).empty());
    }
    SECTION("not asked") {
        facts.neighbours.erase(facts.neighbours.begin());
        CHECK(wrong(facts).empty());
    }
}

TEST_CASE("two machines with one address are found, and so is a cluster without nodes") {
    Facts facts = dispatcher();
    facts.neighbours[0].from = {kNode1, kOther};
    CHECK(wrong(facts) == Lines{"error: node: several machines have the address of node n1 (198.18.0.11): "
                                "02:00:00:00:00:11 and 02:00:00:00:00:99"});
    facts = dispatcher();
    facts.module->nodes.clear();
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("error: node: there is none "));
}

TEST_CASE("a node that answers for a virtual address is found by its MAC address, and another dispatcher may") {
    Facts facts = dispatcher();
    facts.neighbours[2].from = {kNode2};
    CHECK(wrong(facts) ==
          Lines{"error: arp: node n2 answers who has 198.18.0.100 (by eth0): clients' packets go to it past the "
                "dispatcher; at the node: sara doctor node vip 198.18.0.100"});
    facts.neighbours[2].from = {kOther};
    CHECK(wrong(facts).empty());
}

TEST_CASE("what comes in must go out: the device to the nodes is no narrower than the one from the clients") {
    Facts facts = dispatcher();
    facts.host.links.push_back({.name = "eth1", .up = true, .index = 3, .mtu = 1400});
    facts.host.routes[1].hops[0].device = "eth1";
    for (std::size_t i : {0U, 1U}) {
        facts.module->nodes[i].device = "eth1";
        facts.neighbours[i].device = "eth1";
    }
    CHECK(wrong(facts) ==
          Lines{"error: mtu: packets of up to 1500 bytes come in by eth0, and only 1400 go out to nodes by "
                "eth1; mend it: ip link set eth1 mtu 1500"});
    facts.host.links.back().mtu = 9000;
    CHECK(wrong(facts).empty());
}

TEST_CASE("a node that takes short packets and no long ones is found, unless nothing new is to come to it") {
    Facts facts = dispatcher();
    facts.paths = {{"eth0", at("198.18.0.11"), true}, {"eth0", at("198.18.0.12"), false}};
    REQUIRE(wrong(facts).size() == 1);
    CHECK(
        wrong(facts).at(0).starts_with("error: mtu: packets of 1500 bytes, as eth0 sends them, do not come to node n2 "
                                       "(198.18.0.12), and shorter ones do: "));
    CHECK(wrong(facts).at(0).ends_with("(at the node: ip link set DEVICE mtu 1500)"));
    SECTION("out of service") {
        facts.module->nodes[1].wanted = false;
        CHECK(wrong(facts).empty());
    }
    SECTION("by another device than its packets take") {
        facts.paths[1].device = "eth1";
        CHECK(wrong(facts).empty());
    }
    SECTION("answering no ping") {
        facts.paths.pop_back();
        CHECK(wrong(facts).empty());
    }
}
