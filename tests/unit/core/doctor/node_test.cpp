// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;

TEST_CASE("a node whose virtual addresses nobody names is told so") {
    Facts facts = node_by_hand();
    facts.vips.vips.clear();
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("warning: vip: whether this node has its virtual addresses is not known: "));
}

TEST_CASE("a node prepared by its administrator lacks an address, silence, or a source") {
    Facts facts = node_by_hand();
    SECTION("an address") {
        facts.host.addresses.pop_back();
        CHECK(wrong(facts) ==
              Lines{"error: vip: fd00::100 is on no device of this node: packets to it are dropped; mend "
                    "it: ip address add fd00::100/128 dev lo nodad"});
        facts.host.addresses.pop_back();
        CHECK(wrong(facts).at(0) ==
              "error: vip: 198.18.0.100 is on no device of this node: packets to it are dropped; mend "
              "it: ip address add 198.18.0.100/32 dev lo");
    }
    SECTION("an address that answers") {
        facts.host.addresses[1] = {kVip, 24, "eth0"};
        CHECK(
            wrong(facts) ==
            Lines{"error: vip: 198.18.0.100 is on eth0, where this node answers for it in the dispatcher's place; mend "
                  "it: ip address del 198.18.0.100/24 dev eth0"});
    }
    SECTION("silence of all devices") {
        facts.host.arp = {0, 0};
        REQUIRE(wrong(facts).size() == 1);
        CHECK(wrong(facts).at(0).ends_with(
            "mend it: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"));
        facts.host.links[1].arp = {1, 2};
        CHECK(wrong(facts).empty());
    }
    SECTION("silence of one device, whose own setting is the larger one") {
        facts.host.links[1].arp.ignore = 3;
        CHECK(wrong(facts) ==
              Lines{"error: arp: eth0 answers for addresses of other devices, too: its arp_ignore is 3; "
                    "mend it: sysctl -w net.ipv4.conf.eth0.arp_ignore=1"});
        facts.host.links[1].up = false;
        CHECK(wrong(facts).empty());
    }
    SECTION("a source") {
        facts.host.routes[2].source.reset();
        CHECK(wrong(facts) ==
              Lines{"error: route: what the node sends first (media) does not come from fd00::100, where "
                    "clients expect it: the default route has no src; mend it: ip route replace ::/0 via "
                    "fd00::1 dev eth0 src fd00::100 metric 1024"});
        facts.vips.source = false;
        CHECK(wrong(facts).empty());
    }
    SECTION("a default route") {
        facts.host.routes.erase(facts.host.routes.begin());
        REQUIRE(wrong(facts).size() == 1);
        CHECK(
            wrong(facts).at(0).starts_with("error: route: there is no default route of IPv4 by which replies leave: "));
    }
    SECTION("routes to the halves of the addresses serve as well") {
        facts.host.routes[0].source.reset();
        facts.host.routes.push_back(
            {.to = Address(), .prefix = 1, .hops = {{at("198.18.0.1"), "eth0"}}, .source = kVip});
        CHECK(wrong(facts).empty());
    }
}

TEST_CASE("strict filtering drops what comes from a dispatcher's device when replies leave by another one") {
    Facts facts = node_by_hand();
    facts.host.links.push_back({.name = "eth1", .up = true, .index = 3});
    facts.host.rp_filter = 1;
    CHECK(wrong(facts).empty());
    facts.host.routes[0].hops[0].device = "eth1";
    CHECK(
        wrong(facts) ==
        Lines{"error: return-path: the kernel drops clients' packets that come in by eth0, because the way back leads "
              "out by eth1 and rp_filter is strict; mend it: sysctl -w net.ipv4.conf.eth0.rp_filter=2"});
}

TEST_CASE("what an agent prepares is examined as the agent does it") {
    Facts facts = node_by_hand();
    facts.agent = agent();
    facts.config = "/etc/sara/node.json";
    facts.vips_are_ours = true;
    const Lines found = wrong(facts);
    REQUIRE(found.size() == 3);
    CHECK(found[0] == "error: vip: the device sara-vip is missing; mend it: ip link add sara-vip type dummy");
    CHECK(found[1].find("; mend it: ip link set sara-vip alias ") != std::string::npos);
    CHECK(found[2] == "error: vip: sara-vip is down; mend it: ip link set sara-vip up");
}
