// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <string>

#include "core/doctor/examine.hpp"

namespace sara::doctor {

namespace {

const NeighbourAnswer* answer_to(const Facts& facts, const std::string& device, const Address& address) {
    const auto found =
        std::find_if(facts.neighbours.begin(), facts.neighbours.end(), [&](const NeighbourAnswer& answer) {
            return answer.device == device && answer.address == address;
        });
    return found == facts.neighbours.end() ? nullptr : &*found;
}

std::string listed(const std::set<Mac>& macs) {
    std::string text;
    for (const Mac& mac : macs) {
        text += (text.empty() ? "" : " and ") + mac_text(mac);
    }
    return text;
}

/// The node is not where the module sends to.
void examine_answer(const Facts& facts, const NodeFacts& node, const NeighbourAnswer& answer, Report& report) {
    const std::string who = "node " + node.name + " (" + node.address.text() + ")";
    const node::Route* way = node::way_to(facts.host, node.address);
    if (answer.from.empty()) {
        const std::string* device = way == nullptr ? nullptr : &way->hops.front().device;
        if (device != nullptr && *device != node.device) {
            report.error("node",
                         who + " does not answer by " + node.device + ", and the route to it leads by " + *device,
                         "sara node set " + node.name + " dev " + *device);
        } else if (way != nullptr && way->hops.front().gateway) {
            report.error("node", who + " is behind a router (" + way->hops.front().gateway->text() +
                                     "): only what is in the same layer-2 network can be reached by a MAC address");
        } else {
            report.error("node", who + " does not answer by " + node.device +
                                     ": it is down, has another address, or is not in the same layer-2 network");
        }
        return;
    }
    if (answer.from.size() > 1) {
        report.error("node", "several machines have the address of " + who + ": " + listed(answer.from));
        return;
    }
    const Mac& is = *answer.from.begin();
    if (node.mac == is) {
        return;
    }
    if (!node.mac_resolved) {
        report.error("node",
                     who + " is " + mac_text(is) + " now, and its packets are sent to " +
                         (node.mac ? mac_text(*node.mac) : std::string("nobody")),
                     "sara node set " + node.name + " mac " + mac_text(is));
    } else {
        report.error("node",
                     who + " is " + mac_text(is) + " now, and the neighbour table has " +
                         (node.mac ? mac_text(*node.mac) : std::string("no MAC address")),
                     "ip neigh replace " + node.address.text() + " lladdr " + mac_text(is) + " dev " + node.device +
                         " nud reachable");
    }
}

/// Whoever answers for a virtual address takes clients' packets away.
void examine_flux(const Facts& facts, const NeighbourAnswer& answer, Report& report) {
    for (const Mac& mac : answer.from) {
        const auto node =
            std::find_if(facts.module->nodes.begin(), facts.module->nodes.end(), [&](const NodeFacts& candidate) {
                const NeighbourAnswer* own = answer_to(facts, candidate.device, candidate.address);
                return candidate.mac == mac || (own != nullptr && own->from.contains(mac));
            });
        if (node != facts.module->nodes.end()) {
            report.error("arp",
                         "node " + node->name + " answers who has " + answer.address.text() + " (by " + answer.device +
                             "): clients' packets go to it past the dispatcher; at the node: sara doctor node vip " +
                             answer.address.text());
        }
    }
}

void examine_mtu(const Facts& facts, Report& report) {
    const node::Link* widest = nullptr;
    for (const AttachedDevice& device : facts.module->devices) {
        const node::Link* in = node::find_link(facts.host, device.name);
        if (in != nullptr && device.dispatches && (widest == nullptr || in->mtu > widest->mtu)) {
            widest = in;
        }
    }
    std::set<std::string> seen;
    for (const NodeFacts& node : facts.module->nodes) {
        const node::Link* out = node::find_link(facts.host, node.device);
        if (widest != nullptr && out != nullptr && out->mtu < widest->mtu && seen.insert(node.device).second) {
            report.error("mtu",
                         "packets of up to " + std::to_string(widest->mtu) + " bytes come in by " + widest->name +
                             ", and only " + std::to_string(out->mtu) + " go out to nodes by " + out->name,
                         "ip link set " + out->name + " mtu " + std::to_string(widest->mtu));
        }
    }
    for (const NodeFacts& node : facts.module->nodes) {
        const bool narrow = std::any_of(facts.paths.begin(), facts.paths.end(), [&](const PathFacts& path) {
            return path.device == node.device && path.address == node.address && !path.whole;
        });
        const node::Link* out = node::find_link(facts.host, node.device);
        if (node.wanted && narrow && out != nullptr) {
            report.error("mtu", "packets of " + std::to_string(out->mtu) + " bytes, as " + out->name +
                                    " sends them, do not come to node " + node.name + " (" + node.address.text() +
                                    "), and shorter ones do: it, or a switch between, has a smaller MTU than this "
                                    "machine; give all the same (at the node: ip link set DEVICE mtu " +
                                    std::to_string(out->mtu) + ")");
        }
    }
    report.conclude("mtu", "what comes in goes out, and nodes that answer pings take whole packets");
}

}  // namespace

void examine_dispatcher(const Facts& facts, Report& report) {
    if (!facts.module) {
        return;
    }
    if (facts.module->nodes.empty()) {
        report.error("node", "there is none to place sessions on; sara node help tells how to make one");
    }
    for (const NodeFacts& node : facts.module->nodes) {
        const NeighbourAnswer* answer = answer_to(facts, node.device, node.address);
        if (node.wanted && answer != nullptr) {
            examine_answer(facts, node, *answer, report);
        }
    }
    report.conclude("node", "each answers, and has the MAC address that is used");
    std::set<Address> vips;
    for (const ServiceFacts& service : facts.module->services) {
        vips.insert(service.vip);
    }
    for (const NeighbourAnswer& answer : facts.neighbours) {
        if (vips.contains(answer.address)) {
            examine_flux(facts, answer, report);
        }
    }
    report.conclude("arp", "no node answers for a virtual address");
    examine_mtu(facts, report);
}

}  // namespace sara::doctor
