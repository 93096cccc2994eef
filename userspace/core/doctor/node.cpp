// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <string>

#include "core/doctor/examine.hpp"

namespace sara::doctor {

namespace {

/// The part as one word.
std::string_view check_of(node::VipPart part) {
    switch (part) {
    case node::VipPart::device:
    case node::VipPart::address:
        return "vip";
    case node::VipPart::arp:
        return "arp";
    case node::VipPart::route:
        return "route";
    case node::VipPart::return_path:
        return "return-path";
    }
    return {};
}

bool is_silent(unsigned arp_ignore) {
    return arp_ignore == 1 || arp_ignore == 2 || arp_ignore == 8;
}

bool is_wire(const node::Link& link) {
    return link.up && !link.silent;
}

/// Of its own setting and that of "all" the kernel takes the larger: one device can undo what is set for all.
void examine_devices(const Facts& facts, Report& report) {
    for (const node::Link& link : facts.host.links) {
        if (is_wire(link) && link.arp.ignore > facts.host.arp.ignore && !is_silent(link.arp.ignore)) {
            report.error("arp",
                         link.name + " answers for addresses of other devices, too: its arp_ignore is " +
                             std::to_string(link.arp.ignore),
                         "sysctl -w net.ipv4.conf." + link.name + ".arp_ignore=1");
        }
    }
}

/// Each device that can be asked is silent, whatever "all" is.
bool are_silent(const node::HostState& host) {
    return std::all_of(host.links.begin(), host.links.end(), [&](const node::Link& link) {
        return !is_wire(link) || (is_silent(std::max(link.arp.ignore, host.arp.ignore)) &&
                                  std::max(link.arp.announce, host.arp.announce) >= 2);
    });
}

const node::OwnAddress* find_own(const node::HostState& host, const Address& address) {
    const auto found = std::find_if(host.addresses.begin(), host.addresses.end(),
                                    [&](const node::OwnAddress& own) { return own.address == address; });
    return found == host.addresses.end() ? nullptr : &*found;
}

void examine_own_route(const Facts& facts, Family family, Report& report) {
    const auto& vips = facts.vips.vips;
    const auto is_source = [&](const std::optional<Address>& source) {
        return source && std::find(vips.begin(), vips.end(), *source) != vips.end();
    };
    const auto vip = std::find_if(vips.begin(), vips.end(), [&](const Address& one) { return one.family() == family; });
    if (vip == vips.end() || !facts.vips.source) {
        return;
    }
    const node::Route* best = nullptr;
    for (const node::Route& route : facts.host.routes) {
        if (route.to.family() == family && route.prefix <= 1 && is_source(route.source)) {
            return;
        }
        if (route.to.family() == family && route.prefix == 0 && !route.hops.empty() &&
            (best == nullptr || route.metric < best->metric)) {
            best = &route;
        }
    }
    if (best == nullptr) {
        report.error("route", std::string("there is no default route of ") +
                                  (family == Family::ipv4 ? "IPv4" : "IPv6") +
                                  " by which replies leave: ip route add default via GATEWAY src " + vip->text());
        return;
    }
    node::Route mended = *best;
    mended.source = *vip;
    report.error("route",
                 "what the node sends first (media) does not come from " + vip->text() +
                     ", where clients expect it: the default route has no src",
                 "ip route replace " + node::route_text(mended) +
                     (best->metric == 0 ? "" : " metric " + std::to_string(best->metric)));
}

/// Prepared by its administrator: any silent device will do, and no route of ours is missed.
void examine_by_hand(const Facts& facts, Report& report) {
    node::HostState host = facts.host;
    std::erase_if(host.links, [](const node::Link& link) { return link.name == node::kVipDevice; });
    host.links.push_back({.name = std::string(node::kVipDevice), .kind = "dummy", .up = true, .silent = true});
    std::vector<Address> missing;
    for (const Address& vip : facts.vips.vips) {
        if (find_own(facts.host, vip) == nullptr) {
            missing.push_back(vip);
            host.addresses.push_back({vip, vip.family() == Family::ipv4 ? 32U : 128U, "lo"});
        }
    }
    for (const node::Finding& finding : node::examine_vips(facts.vips, host)) {
        const bool of_setting = finding.part == node::VipPart::arp && are_silent(facts.host);
        if (!finding.ok && finding.part != node::VipPart::device && finding.part != node::VipPart::route &&
            !of_setting) {
            report.error(check_of(finding.part), finding.text, finding.mend);
        }
    }
    for (const Address& vip : missing) {
        const bool v4 = vip.family() == Family::ipv4;
        report.error("vip", vip.text() + " is on no device of this node: packets to it are dropped",
                     "ip address add " + vip.text() + (v4 ? "/32 dev lo" : "/128 dev lo nodad"));
    }
    examine_own_route(facts, Family::ipv4, report);
    examine_own_route(facts, Family::ipv6, report);
}

}  // namespace

void examine_node(const Facts& facts, Report& report) {
    if (facts.vips.vips.empty()) {
        report.warning("vip",
                       "whether this node has its virtual addresses is not known: name them (sara doctor node vip "
                       "ADDR), or have its agent prepare it (\"node.vips\" of its file)");
        return;
    }
    if (facts.vips_are_ours) {
        for (const node::Finding& finding : node::examine_vips(facts.vips, facts.host)) {
            if (!finding.ok) {
                report.error(check_of(finding.part), finding.text, finding.mend);
            }
        }
    } else {
        examine_by_hand(facts, report);
    }
    const bool asks_by_arp = std::any_of(facts.vips.vips.begin(), facts.vips.vips.end(),
                                         [](const Address& vip) { return vip.family() == Family::ipv4; });
    if (asks_by_arp) {
        examine_devices(facts, report);
    }
    report.conclude("vip", "packets to the virtual addresses are taken");
    report.conclude("arp", "nobody is told that they are here");
    report.conclude("route", "what is sent comes from them");
    report.conclude("return-path", "no filter drops what comes from clients");
}

}  // namespace sara::doctor
