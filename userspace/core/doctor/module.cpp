// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <string>

#include "core/doctor/examine.hpp"

namespace sara::doctor {

namespace {

void examine_device(const Facts& facts, const AttachedDevice& device, Report& report) {
    const node::Link* link = node::find_link(facts.host, device.name);
    if (link != nullptr && !link->up) {
        report.error("device", device.name + " is down", "ip link set " + device.name + " up");
    }
    if (device.lro) {
        report.error("offload",
                     device.name +
                         " merges what it receives (LRO), and what it merged cannot be forwarded: it is dropped",
                     "ethtool -K " + device.name + " lro off");
    }
    if (link != nullptr && link->up && device.packets == 0) {
        report.warning("traffic", "nothing has come in by " + device.name +
                                      " since it was attached: is it the device that looks to " +
                                      (device.dispatches ? "the clients?" : "the nodes?"));
    }
}

}  // namespace

void examine_module(const Facts& facts, Report& report) {
    if (!facts.module) {
        report.error("module", facts.no_module, "modprobe sara");
        return;
    }
    const ModuleFacts& module = *facts.module;
    report.conclude("module", "it is loaded");
    for (const Role role : {Role::dispatcher, Role::gateway}) {
        const bool attached =
            std::any_of(module.devices.begin(), module.devices.end(),
                        [&](const AttachedDevice& device) { return device.dispatches == (role == Role::dispatcher); });
        if (facts.roles.contains(role) && !attached) {
            const std::string mode = role == Role::dispatcher ? "dispatch" : "observe";
            report.error("device", "no device is attached in mode " + mode + ": this is no " +
                                       std::string(to_string(role)) +
                                       " yet; \"devices\" of the agent's file, or sara "
                                       "dev add NAME mode " +
                                       mode + ", attaches one");
        }
    }
    for (const AttachedDevice& device : module.devices) {
        examine_device(facts, device, report);
    }
    report.conclude("device", "those that are attached are up");
    report.conclude("offload", "no attached device merges what cannot be forwarded");
    report.conclude("traffic", "packets come in by each attached device");
    if (module.services.empty()) {
        report.error("service", "there is none: no packet is anybody's; sara service help tells how to make one");
    }
    report.conclude("service", "there are " + std::to_string(module.services.size()));
}

}  // namespace sara::doctor
