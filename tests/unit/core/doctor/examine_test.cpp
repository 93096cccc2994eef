// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;

TEST_CASE("nothing is found at a machine with which nothing is wrong, and all that was looked at is told") {
    CHECK(wrong(dispatcher()).empty());
    CHECK(well(dispatcher()) == Lines{"module", "device", "offload", "traffic", "service", "node", "arp", "mtu",
                                      "agent", "versions", "keys", "clock"});
    CHECK(wrong(gateway()).empty());
    CHECK(well(gateway()) == Lines{"module", "device", "offload", "traffic", "service", "forwarding", "return-path",
                                   "firewall", "replies", "agent", "versions", "keys", "clock"});
    CHECK(wrong(node_by_hand()).empty());
    CHECK(well(node_by_hand()) == Lines{"vip", "arp", "route", "return-path", "clock"});
}

TEST_CASE("one box is all of them") {
    Facts box = dispatcher();
    const Facts node = node_by_hand();
    box.roles = {Role::dispatcher, Role::node};
    box.vips = node.vips;
    box.host = node.host;
    box.host.arp.ignore = 0;
    CHECK(wrong(box) ==
          Lines{"error: arp: the ARP settings are not net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2; "
                "mend it: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"});
}

TEST_CASE("what could not be looked at is told") {
    Facts facts = dispatcher();
    facts.neighbours.clear();
    facts.unseen = {"whether nodes answer: Operation not permitted"};
    CHECK(wrong(facts) == Lines{"warning: look: not seen: whether nodes answer: Operation not permitted"});
}
