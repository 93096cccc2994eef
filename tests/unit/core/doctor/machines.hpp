// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/doctor/examine.hpp"

/// Machines with which nothing is wrong, and what is found about them.
namespace sara::doctor::test {

inline Address at(const char* text) {
    return *Address::parse(text);
}

inline const Address kVip = at("198.18.0.100");
inline const Address kVip6 = at("fd00::100");
inline constexpr Mac kNode1{2, 0, 0, 0, 0, 0x11};
inline constexpr Mac kNode2{2, 0, 0, 0, 0, 0x12};
inline constexpr Mac kOther{2, 0, 0, 0, 0, 0x99};

inline AgentFacts agent() {
    return {.version = "1.0", .dispatchers = {{"198.18.0.2:7100", true}}};
}

/// eth0 to the clients and the nodes.
inline Facts dispatcher() {
    Facts facts;
    facts.roles = {Role::dispatcher};
    facts.version = "1.0";
    facts.agent = AgentFacts{.version = "1.0"};
    facts.config = "/etc/sara/dispatcher.json";
    facts.unit = "sara-agent@dispatcher";
    facts.key_file = "/etc/sara/peer.key";
    facts.clock_synchronised = true;
    facts.host.links = {{.name = "lo", .up = true, .silent = true},
                        {.name = "eth0", .up = true, .index = 2, .mtu = 1500}};
    facts.host.addresses = {{at("198.18.0.2"), 24, "eth0"}};
    facts.host.routes = {{.to = Address(), .prefix = 0, .hops = {{at("198.18.0.1"), "eth0"}}},
                         {.to = at("198.18.0.0"), .prefix = 24, .hops = {{{}, "eth0"}}}};
    facts.module = ModuleFacts{
        .version = "1.0",
        .devices = {{.name = "eth0", .dispatches = true, .packets = 9}},
        .services = {{"sip", kVip, true}},
        .nodes = {{"n1", at("198.18.0.11"), "eth0", kNode1, true}, {"n2", at("198.18.0.12"), "eth0", kNode2, false}}};
    facts.neighbours = {{"eth0", at("198.18.0.11"), {kNode1}}, {"eth0", at("198.18.0.12"), {kNode2}}, {"eth0", kVip}};
    return facts;
}

/// eth0 to the clients, eth1 to the nodes and the dispatcher.
inline Facts gateway() {
    Facts facts = dispatcher();
    facts.roles = {Role::gateway};
    facts.agent = agent();
    facts.forwards4 = true;
    facts.filters.emplace();
    facts.host.links.push_back({.name = "eth1", .up = true, .index = 3, .mtu = 1500});
    facts.host.addresses = {{at("198.18.1.1"), 24, "eth0"}, {at("198.18.0.1"), 24, "eth1"}};
    facts.host.routes = {{.to = at("198.18.0.0"), .prefix = 24, .hops = {{{}, "eth1"}}},
                         {.to = at("198.18.1.0"), .prefix = 24, .hops = {{{}, "eth0"}}}};
    facts.module->devices = {{.name = "eth1", .packets = 9, .copied = 3}};
    facts.module->nodes.clear();
    facts.neighbours = {{"eth1", kVip, {kOther}}};
    return facts;
}

/// Prepared by its administrator: the VIPs are on lo.
inline Facts node_by_hand() {
    Facts facts;
    facts.roles = {Role::node};
    facts.version = "1.0";
    facts.clock_synchronised = true;
    facts.vips = {.vips = {kVip, kVip6}, .direct = {at("198.18.0.2")}};
    facts.host.links = {{.name = "lo", .up = true, .silent = true},
                        {.name = "eth0", .up = true, .index = 2, .mtu = 1500}};
    facts.host.addresses = {{at("198.18.0.11"), 24, "eth0"}, {kVip, 32, "lo"}, {kVip6, 128, "lo"}};
    facts.host.routes = {
        {.to = Address(), .prefix = 0, .hops = {{at("198.18.0.1"), "eth0"}}, .source = kVip},
        {.to = at("198.18.0.0"), .prefix = 24, .hops = {{{}, "eth0"}}},
        {.to = at("::"), .prefix = 0, .hops = {{at("fd00::1"), "eth0"}}, .source = kVip6, .metric = 1024}};
    facts.host.arp = {1, 2};
    return facts;
}

/// What is wrong: "error: mtu: what; mend it: command".
inline std::vector<std::string> wrong(const Facts& facts) {
    std::vector<std::string> out;
    for (const Finding& finding : examine(facts)) {
        if (finding.severity != Severity::ok) {
            out.push_back(std::string(to_string(finding.severity)) + ": " + finding.check + ": " +
                          node::with_mend(finding.text, finding.mend));
        }
    }
    return out;
}

using Lines = std::vector<std::string>;

/// What was looked at and is well.
inline Lines well(const Facts& facts) {
    Lines checks;
    for (const Finding& finding : examine(facts)) {
        if (finding.severity == Severity::ok) {
            checks.push_back(finding.check);
        }
    }
    return checks;
}

}  // namespace sara::doctor::test
