// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <string>

#include "core/doctor/examine.hpp"

namespace sara::doctor {

namespace {

std::set<Address> vips_of(const ModuleFacts& module) {
    std::set<Address> vips;
    for (const ServiceFacts& service : module.services) {
        vips.insert(service.vip);
    }
    return vips;
}

void examine_forwarding(const Facts& facts, const std::set<Address>& vips, Report& report) {
    const auto has = [&](Family family) {
        return std::any_of(vips.begin(), vips.end(), [&](const Address& vip) { return vip.family() == family; });
    };
    if (has(Family::ipv4) && !facts.forwards4) {
        report.error("forwarding", "this machine does not forward IPv4: no reply leaves it",
                     "sysctl -w net.ipv4.ip_forward=1");
    }
    if (has(Family::ipv6) && !facts.forwards6) {
        report.error("forwarding", "this machine does not forward IPv6: no reply leaves it",
                     "sysctl -w net.ipv6.conf.all.forwarding=1");
    }
    report.conclude("forwarding", "it is on");
}

/// RFC 3704: strict filtering asks whether the way to a packet's source leads out where the packet came in.
void examine_return_path(const Facts& facts, const std::set<Address>& vips, Report& report) {
    for (const AttachedDevice& device : facts.module->devices) {
        const node::Link* in = node::find_link(facts.host, device.name);
        if (device.dispatches || in == nullptr || std::max(in->rp_filter, facts.host.rp_filter) != 1) {
            continue;
        }
        for (const Address& vip : vips) {
            const node::Route* way = node::way_to(facts.host, vip);
            if (vip.family() == Family::ipv4 && way != nullptr && !node::leaves_by(*way, in->name)) {
                report.error("return-path",
                             "replies from " + vip.text() + " that come in by " + in->name +
                                 " are dropped: the way to it leads out by " + way->hops.front().device +
                                 ", and rp_filter is strict",
                             "sysctl -w net.ipv4.conf." + in->name + ".rp_filter=2");
                break;
            }
        }
    }
    report.conclude("return-path", "no filter drops replies");
}

void examine_firewall(const Facts& facts, const std::set<Address>& vips, Report& report) {
    if (!facts.filters) {
        return;
    }
    for (const Filter& filter : *facts.filters) {
        for (const Address& vip : vips) {
            if (drops_replies_of(filter, vip)) {
                report.warning("firewall",
                               "replies from " + vip.text() +
                                   " are invalid to conntrack where it has not seen their requests, and chain " +
                                   filter.chain + " has: " + filter.rule,
                               exception_for(filter, vip));
            }
        }
    }
    report.conclude("firewall", "no rule drops replies because conntrack has not seen their requests");
}

void examine_replies(const ModuleFacts& module, Report& report) {
    const bool inspected = std::any_of(module.services.begin(), module.services.end(),
                                       [](const ServiceFacts& service) { return service.inspected; });
    for (const AttachedDevice& device : module.devices) {
        if (!device.dispatches && inspected && device.packets != 0 && device.copied == 0) {
            report.warning("replies", "packets come in by " + device.name +
                                          ", and none was a reply of a service: do nodes send theirs through this "
                                          "machine, from the virtual address? At a node: sara doctor node");
        }
    }
    report.conclude("replies", "they pass here, or nothing does");
}

}  // namespace

void examine_gateway(const Facts& facts, Report& report) {
    if (!facts.module) {
        return;
    }
    const std::set<Address> vips = vips_of(*facts.module);
    examine_forwarding(facts, vips, report);
    examine_return_path(facts, vips, report);
    examine_firewall(facts, vips, report);
    examine_replies(*facts.module, report);
}

}  // namespace sara::doctor
