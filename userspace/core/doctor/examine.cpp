// SPDX-License-Identifier: GPL-2.0
#include "core/doctor/examine.hpp"

namespace sara::doctor {

std::vector<Finding> examine(const Facts& facts) {
    Report report;
    const bool forwards = facts.roles.contains(Role::dispatcher) || facts.roles.contains(Role::gateway);
    if (forwards) {
        examine_module(facts, report);
    }
    if (facts.roles.contains(Role::dispatcher)) {
        examine_dispatcher(facts, report);
    }
    if (facts.roles.contains(Role::gateway)) {
        examine_gateway(facts, report);
    }
    if (facts.roles.contains(Role::node)) {
        examine_node(facts, report);
    }
    if (facts.roles.contains(Role::gateway) || facts.roles.contains(Role::node)) {
        examine_way_to_dispatchers(facts, report);
    }
    examine_agent(facts, report);
    examine_clock(facts, report);
    for (const std::string& what : facts.unseen) {
        report.warning("look", "not seen: " + what);
    }
    return std::move(report).take();
}

}  // namespace sara::doctor
