// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "core/node/vip_plan.hpp"

using namespace sara;
using namespace sara::node;

namespace {

Address at(const char* text) {
    return *Address::parse(text);
}

const Address kVip = at("198.18.0.100");
const Address kVip6 = at("fd00::100");

/// A machine with one wire and a default route of each family, as an administrator leaves it.
HostState untouched() {
    HostState state;
    state.links = {{.name = "lo", .up = true, .silent = true}, {.name = "eth0", .up = true}};
    state.addresses = {{at("127.0.0.1"), 8, "lo"}, {at("198.18.0.11"), 24, "eth0"}, {at("fd00::11"), 64, "eth0"}};
    state.routes = {{.to = Address(), .prefix = 0, .hops = {{at("198.18.0.1"), "eth0"}}, .protocol = 3},
                    {.to = at("198.18.0.0"), .prefix = 24, .hops = {{{}, "eth0"}}, .protocol = 2},
                    {.to = at("::"), .prefix = 0, .hops = {{at("fe80::1"), "eth0"}}, .metric = 1024, .protocol = 9},
                    {.to = at("fd00::"), .prefix = 64, .hops = {{{}, "eth0"}}, .metric = 256, .protocol = 2}};
    return state;
}

/// A kernel that carries steps out.
void carry_out(HostState& state, const std::vector<Step>& steps) {
    const auto device = [&] {
        return std::find_if(state.links.begin(), state.links.end(),
                            [](const Link& link) { return link.name == kVipDevice; });
    };
    for (const Step& step : steps) {
        if (std::holds_alternative<MakeDevice>(step)) {
            state.links.push_back({.name = std::string(kVipDevice), .kind = "dummy", .silent = true});
        } else if (const auto* remember = std::get_if<Remember>(&step)) {
            device()->note = note_of(remember->before);
        } else if (std::holds_alternative<RaiseDevice>(step)) {
            device()->up = true;
        } else if (std::holds_alternative<RemoveDevice>(step)) {
            state.links.erase(device());
        } else if (const auto* arp = std::get_if<SetArp>(&step)) {
            state.arp = arp->settings;
        } else if (const auto* add = std::get_if<AddAddress>(&step)) {
            const unsigned prefix = add->address.family() == Family::ipv4 ? 32 : 128;
            state.addresses.push_back({add->address, prefix, std::string(kVipDevice)});
        } else if (const auto* remove = std::get_if<RemoveAddress>(&step)) {
            std::erase(state.addresses, remove->address);
        } else if (const auto* way = std::get_if<AddRoute>(&step)) {
            state.routes.push_back(way->route);
        } else if (const auto* over = std::get_if<RemoveRoute>(&step)) {
            std::erase(state.routes, over->route);
        }
    }
}

/// What the steps are, as people would do them.
std::vector<std::string> commands(const std::vector<Step>& steps) {
    std::vector<std::string> out;
    for (const Step& step : steps) {
        out.push_back(command(step));
    }
    return out;
}

HostState prepared(const VipConfig& config, HostState state = untouched()) {
    carry_out(state, plan_vips(config, state, settings_before(state)).steps);
    return state;
}

bool same(const HostState& one, const HostState& other) {
    return one.links == other.links && one.addresses == other.addresses && one.routes == other.routes &&
           one.arp == other.arp;
}

std::vector<std::string> wrong(const VipConfig& config, const HostState& state) {
    std::vector<std::string> out;
    for (const Finding& finding : examine_vips(config, state)) {
        if (!finding.ok) {
            out.push_back(std::string(to_string(finding.part)) + ": " + with_mend(finding.text, finding.mend));
        }
    }
    return out;
}

}  // namespace

TEST_CASE("a node is prepared silently: settings are remembered, then changed, then the address comes") {
    const VipConfig config{.vips = {kVip}};
    CHECK(commands(plan_vips(config, untouched(), {}).steps) ==
          std::vector<std::string>{
              "ip link add sara-vip type dummy",
              "ip link set sara-vip alias 'sara: before this, net.ipv4.conf.all.arp_ignore=0 arp_announce=0'",
              "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
              "ip link set sara-vip up",
              "ip address add 198.18.0.100/32 dev sara-vip scope host",
              "ip route add 0.0.0.0/1 via 198.18.0.1 dev eth0 src 198.18.0.100 proto 115",
              "ip route add 128.0.0.0/1 via 198.18.0.1 dev eth0 src 198.18.0.100 proto 115",
          });
}

TEST_CASE("IPv6 has its own routes, and no ARP to be silent in") {
    const VipConfig config{.vips = {kVip6}};
    CHECK(commands(plan_vips(config, untouched(), {}).steps) ==
          std::vector<std::string>{
              "ip link add sara-vip type dummy",
              "ip link set sara-vip alias 'sara: before this, net.ipv4.conf.all.arp_ignore=0 arp_announce=0'",
              "ip link set sara-vip up",
              "ip address add fd00::100/128 dev sara-vip nodad noprefixroute preferred_lft 0",
              "ip route add ::/1 via fe80::1 dev eth0 src fd00::100 proto 115",
              "ip route add 8000::/1 via fe80::1 dev eth0 src fd00::100 proto 115",
          });
}

TEST_CASE("of several addresses of a family the first is the source") {
    const HostState state = prepared({.vips = {at("198.18.0.101"), kVip, kVip6, at("fd00::101")}});
    const auto sources = [&](const Address& source) {
        return std::count_if(state.routes.begin(), state.routes.end(),
                             [&](const Route& route) { return route.source == source; });
    };
    CHECK(sources(at("198.18.0.101")) == 2);
    CHECK(sources(kVip) == 0);
    CHECK(sources(kVip6) == 2);
}

TEST_CASE("a second start finds nothing to do") {
    const VipConfig config{.vips = {kVip, kVip6}};
    const HostState state = prepared(config);
    const VipPlan again = plan_vips(config, state, settings_before(state));
    CHECK(again.steps.empty());
    CHECK(again.obstacles.empty());
    CHECK(wrong(config, state).empty());
}

TEST_CASE("undoing leaves the machine as it was, also when another agent had prepared it") {
    const VipConfig config{.vips = {kVip, kVip6}};
    HostState before = untouched();
    before.arp =
        GENERATE(ArpSettings{0, 0}, ArpSettings{1, 0}, ArpSettings{2, 2}, ArpSettings{8, 1}, ArpSettings{3, 2});
    HostState state = prepared(config, before);
    CHECK(state.arp != ArpSettings{0, 0});
    carry_out(state, plan_undo(state, settings_before(state)));
    CHECK(same(state, before));
}

TEST_CASE("an agent that died between any two steps is followed by one that undoes all") {
    const VipConfig config{.vips = {kVip, kVip6}};
    const std::vector<Step> steps = plan_vips(config, untouched(), {}).steps;
    for (std::size_t done = 0; done <= steps.size(); ++done) {
        HostState state = untouched();
        carry_out(state, {steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(done)});
        state = prepared(config, state);
        CHECK(wrong(config, state).empty());
        carry_out(state, plan_undo(state, settings_before(state)));
        CHECK(same(state, untouched()));
    }
}

TEST_CASE("one that died while it undid is followed by one that ends it") {
    const VipConfig config{.vips = {kVip, kVip6}};
    const HostState whole = prepared(config);
    const std::vector<Step> steps = plan_undo(whole, settings_before(whole));
    for (std::size_t done = 0; done <= steps.size(); ++done) {
        HostState state = whole;
        carry_out(state, {steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(done)});
        carry_out(state, plan_undo(state, settings_before(state)));
        CHECK(same(state, untouched()));
    }
}

TEST_CASE("settings that somebody changed meanwhile are left to him") {
    HostState state = prepared({.vips = {kVip}});
    state.arp.ignore = 8;
    carry_out(state, plan_undo(state, settings_before(state)));
    CHECK(state.arp == ArpSettings{8, 0});
}

TEST_CASE("a device that is gone comes back with what was remembered elsewhere") {
    const VipConfig config{.vips = {kVip}};
    HostState state = prepared(config);
    std::erase_if(state.links, [](const Link& link) { return link.name == kVipDevice; });
    std::erase_if(state.addresses, [](const OwnAddress& own) { return own.device == kVipDevice; });
    carry_out(state, plan_vips(config, state, ArpSettings{0, 0}).steps);
    CHECK(settings_before(state) == ArpSettings{0, 0});
    CHECK(wrong(config, state).empty());
}

TEST_CASE("what others changed is found, with the command that repairs it") {
    const VipConfig config{.vips = {kVip, kVip6}};
    HostState state = prepared(config);
    SECTION("an address") {
        std::erase_if(state.addresses, [](const OwnAddress& own) { return own.address == kVip; });
        CHECK(wrong(config, state) ==
              std::vector<std::string>{"address: 198.18.0.100 is not on sara-vip; mend it: "
                                       "ip address add 198.18.0.100/32 dev sara-vip scope host"});
    }
    SECTION("a setting") {
        state.arp.ignore = 0;
        REQUIRE(wrong(config, state).size() == 1);
        CHECK(wrong(config, state)[0].starts_with("arp: the ARP settings are not net.ipv4.conf.all.arp_ignore=1"));
    }
    SECTION("the device is down") {
        state.links.back().up = false;
        CHECK(wrong(config, state).size() == 1);
    }
    SECTION("the kernel takes the source from a route when its address goes") {
        for (Route& route : state.routes) {
            route.source.reset();
        }
        CHECK(plan_vips(config, state, {}).steps.size() == 8);
        CHECK(wrong(config, prepared(config, state)).empty());
    }
    SECTION("the default route leads to another gateway") {
        state.routes[0].hops[0].gateway = at("198.18.0.254");
        state = prepared(config, state);
        CHECK(state.routes.back().hops == state.routes[0].hops);
        CHECK(wrong(config, state).empty());
    }
    SECTION("there is no default route any more") {
        std::erase_if(state.routes, [](const Route& route) { return route.prefix == 0; });
        CHECK(plan_vips(config, state, {}).obstacles.size() == 2);
        state = prepared(config, state);
        CHECK(std::none_of(state.routes.begin(), state.routes.end(),
                           [](const Route& route) { return route.protocol == kVipProtocol; }));
    }
    SECTION("an address that is no virtual address any more") {
        CHECK(wrong({.vips = {kVip}, .source = false}, state).size() == 5);
    }
}

TEST_CASE("a VIP that the administrator put on a silent device is left there") {
    const VipConfig config{.vips = {kVip}};
    HostState state = untouched();
    state.addresses.push_back({kVip, 32, "lo"});
    const VipPlan plan = plan_vips(config, state, {});
    CHECK(plan.obstacles == std::vector<Obstacle>{{VipPart::address, Obstacle::Weight::note,
                                                   "198.18.0.100 is on lo already, and is left there"}});
    carry_out(state, plan.steps);
    CHECK(wrong(config, state).empty());
    carry_out(state, plan_undo(state, settings_before(state)));
    CHECK(std::count(state.addresses.begin(), state.addresses.end(), OwnAddress{kVip, 32, "lo"}) == 1);
}

TEST_CASE("a VIP on a device that answers for it is refused, and so is a device that has our name") {
    HostState state = untouched();
    SECTION("an address") {
        state.addresses.push_back({kVip, 24, "eth0"});
        const VipPlan plan = plan_vips({.vips = {kVip}}, state, {});
        CHECK(plan.is_fatal());
        CHECK(plan.obstacles[0].text ==
              "198.18.0.100 is on eth0, where this node answers for it in the dispatcher's place");
        CHECK(plan.obstacles[0].mend == "ip address del 198.18.0.100/24 dev eth0");
    }
    SECTION("a bridge of our name is never removed") {
        state.links.push_back({.name = std::string(kVipDevice), .kind = "bridge"});
        CHECK(plan_vips({.vips = {kVip}}, state, {}).is_fatal());
        CHECK(plan_undo(state, settings_before(state)).empty());
    }
}

TEST_CASE("the default route of lowest metric is overlaid, or that of the named device, with all its hops") {
    HostState state = untouched();
    state.links.push_back({.name = "eth1", .up = true});
    state.routes[0].metric = 100;
    state.routes.push_back({.to = Address(),
                            .prefix = 0,
                            .hops = {{at("10.0.0.1"), "eth1", 0}, {at("10.0.0.2"), "eth1", 4, true}},
                            .metric = 200});
    VipConfig config{.vips = {kVip}};
    CHECK(prepared(config, state).routes.back().hops == state.routes[0].hops);
    config.device = "eth1";
    CHECK(prepared(config, state).routes.back().hops == state.routes.back().hops);
    CHECK(
        commands(plan_vips(config, state, {}).steps).back() ==
        "ip route add 128.0.0.0/1 nexthop via 10.0.0.1 dev eth1 weight 1 nexthop via 10.0.0.2 dev eth1 weight 5 onlink "
        "src 198.18.0.100 proto 115");
    config.device = "eth2";
    REQUIRE(plan_vips(config, state, {}).obstacles.size() == 1);
    CHECK(plan_vips(config, state, {}).obstacles[0].text.starts_with("there is no default route of IPv4 by eth2: "));
}

TEST_CASE(
    "routes are left alone: on request, where the default route has the source, and where others have such routes") {
    HostState state = untouched();
    const auto routes = [&](const VipConfig& config) {
        const std::vector<Step> steps = plan_vips(config, state, {}).steps;
        return std::count_if(steps.begin(), steps.end(),
                             [](const Step& step) { return std::holds_alternative<AddRoute>(step); });
    };
    CHECK(routes({.vips = {kVip}}) == 2);
    CHECK(routes({.vips = {kVip}, .source = false}) == 0);
    state.routes.push_back({.to = at("128.0.0.0"), .prefix = 1, .hops = {{{}, "tun0"}}});
    CHECK(routes({.vips = {kVip}}) == 1);
    CHECK(wrong({.vips = {kVip}}, prepared({.vips = {kVip}}, state)) ==
          std::vector<std::string>{
              "route: the route 128.0.0.0/1 dev tun0 is not ours and stays: what it takes is not sent "
              "from 198.18.0.100; remove it, or say \"source\": false"});
    state.routes[0].source = kVip;
    CHECK(routes({.vips = {kVip}}) == 0);
}

TEST_CASE("a dispatcher behind a router is reached from the node's own address") {
    const VipConfig config{.vips = {kVip},
                           .direct = {at("198.18.0.2"), at("10.9.9.9"), at("10.9.9.9"), at("fd00:9::9")}};
    std::vector<std::string> all = commands(plan_vips(config, untouched(), {}).steps);
    REQUIRE(all.size() == 8);
    CHECK(all.back() == "ip route add 10.9.9.9/32 via 198.18.0.1 dev eth0 proto 115");
}

TEST_CASE("a strict reverse path filter is told where the way back leads out elsewhere") {
    HostState state = untouched();
    state.links.push_back({.name = "eth1", .up = true, .rp_filter = 1});
    const VipConfig config{.vips = {kVip}, .device = "eth1", .source = false};
    REQUIRE(wrong(config, prepared(config, state)).size() == 1);
    CHECK(wrong(config, prepared(config, state))[0].ends_with("sysctl -w net.ipv4.conf.eth1.rp_filter=2"));
    state.rp_filter = 2;  // the larger counts
    CHECK(wrong(config, prepared(config, state)).empty());
}
