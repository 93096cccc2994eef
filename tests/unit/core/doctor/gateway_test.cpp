// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "machines.hpp"

using namespace sara;
using namespace sara::doctor;
using namespace sara::doctor::test;

TEST_CASE("a gateway forwards the families of its virtual addresses") {
    Facts facts = gateway();
    facts.forwards4 = false;
    CHECK(wrong(facts) == Lines{"error: forwarding: this machine does not forward IPv4: no reply leaves it; mend it: "
                                "sysctl -w net.ipv4.ip_forward=1"});
    facts.module->services = {{"sip6", kVip6, true}};
    CHECK(wrong(facts) == Lines{"error: forwarding: this machine does not forward IPv6: no reply leaves it; mend it: "
                                "sysctl -w net.ipv6.conf.all.forwarding=1"});
}

TEST_CASE("strict filtering drops replies where the way to the virtual address leads elsewhere") {
    Facts facts = gateway();
    facts.host.links[2].rp_filter = 1;
    CHECK(wrong(facts).empty());
    facts.host.routes.push_back({.to = kVip, .prefix = 32, .hops = {{at("198.18.1.9"), "eth0"}}});
    const Lines dropped = {"error: return-path: replies from 198.18.0.100 that come in by eth1 are dropped: the way to "
                           "it leads out by eth0, and rp_filter is strict; mend it: sysctl -w "
                           "net.ipv4.conf.eth1.rp_filter=2"};
    CHECK(wrong(facts) == dropped);
    facts.host.links[2].rp_filter = 2;
    CHECK(wrong(facts).empty());
    facts.host.links[2].rp_filter = 0;
    facts.host.rp_filter = 1;
    CHECK(wrong(facts) == dropped);
}

TEST_CASE("a rule that drops what conntrack calls invalid is told of with an exception for each virtual address") {
    Facts facts = gateway();
    facts.filters = std::vector<Filter>{{Filter::Tool::nft, "inet", "filter", "forward", "ct state invalid drop"}};
    CHECK(wrong(facts) ==
          Lines{"warning: firewall: replies from 198.18.0.100 are invalid to conntrack where it has not "
                "seen their requests, and chain forward has: ct state invalid drop; mend it: nft insert "
                "rule inet filter forward ip saddr 198.18.0.100 accept"});
    facts.filters->at(0).excepted = {kVip};
    CHECK(wrong(facts).empty());
    facts.filters.reset();
    const Lines seen = well(facts);
    CHECK(std::find(seen.begin(), seen.end(), "firewall") == seen.end());
}

TEST_CASE("a gateway through which no reply goes is told of, but not where nothing is inspected") {
    Facts facts = gateway();
    facts.module->devices[0].copied = 0;
    REQUIRE(wrong(facts).size() == 1);
    CHECK(wrong(facts).at(0).starts_with("warning: replies: packets come in by eth1, and none was a reply "));
    facts.module->services[0].inspected = false;
    CHECK(wrong(facts).empty());
}
