// SPDX-License-Identifier: GPL-2.0
#include <chrono>
#include <string>
#include <vector>

#include "core/doctor/examine.hpp"

namespace sara::doctor {

namespace {

/// A node tells whole seconds, and its datagram takes its way.
constexpr std::chrono::seconds kClockTolerance(5);

/// What starts an agent that systemd knows, or nothing that can be told.
std::string unit_command(const Facts& facts, const char* verb) {
    return facts.unit.empty() ? std::string() : std::string("systemctl ") + verb + " " + facts.unit;
}

}  // namespace

void examine_agent(const Facts& facts, Report& report) {
    if (!facts.agent) {
        // A node that its administrator has prepared need not have one.
        if (!facts.config.empty() || !facts.roles.contains(Role::node)) {
            report.error("agent", facts.no_agent, unit_command(facts, "start"));
        }
        return;
    }
    const AgentFacts& agent = *facts.agent;
    if (!agent.kernel_up && facts.module) {
        report.error("agent", "the agent is not connected to the module; its log says why",
                     unit_command(facts, "restart"));
    }
    report.conclude("agent", "it answers");

    if (facts.version != agent.version) {
        report.warning("versions", "the agent is " + agent.version + ", and this program " + facts.version,
                       unit_command(facts, "restart"));
    }
    if (facts.module && facts.module->version != facts.version) {
        report.warning("versions",
                       "the module is " + facts.module->version + ", and this program " + facts.version +
                           "; what it knows can be saved before and restored after (sara-session(8))",
                       "rmmod sara && modprobe sara");
    }
    report.conclude("versions", "module, agent and this program are of one version");

    if (agent.forged != 0) {
        report.error("keys", std::to_string(agent.forged) +
                                 " datagrams with another key came while this looked: its log says from where; copy " +
                                 facts.key_file + " there, and restart the agent there");
    }
    for (const LinkFacts& link : agent.dispatchers) {
        if (!link.up) {
            report.error("keys", "dispatcher " + link.address +
                                     " does not answer: its agent does not run, UDP to it is filtered, or it has "
                                     "another key (sha256sum " +
                                     facts.key_file + " on both machines tells)");
        }
    }
    report.conclude("keys", "nobody with another key is heard, and all dispatchers answer");
}

void examine_clock(const Facts& facts, Report& report) {
    if (facts.clock_synchronised == false) {
        report.warning("clock",
                       "the kernel says that nothing keeps this machine's clock right: times in logs, and of planned "
                       "failures as people give them, are not those of other machines",
                       "timedatectl set-ntp true");
    }
    // Which one is wrong cannot be told here: of two that are kept right none is.
    const std::vector<NodeClockFacts> clocks = facts.agent ? facts.agent->clocks : std::vector<NodeClockFacts>();
    for (const NodeClockFacts& clock : clocks) {
        if (std::chrono::abs(clock.ahead) > kClockTolerance) {
            report.warning("clock", "the clock of node " + clock.name + " is " +
                                        std::to_string(std::chrono::abs(clock.ahead).count()) + " s " +
                                        (clock.ahead.count() > 0 ? "ahead of" : "behind") +
                                        " this machine's: their logs do not tell what came first; keep both right "
                                        "(timedatectl set-ntp true)");
        }
    }
    if (facts.clock_synchronised) {
        report.conclude("clock", clocks.empty() ? "it is kept right" : "it is kept right, and nodes' are near it");
    }
}

}  // namespace sara::doctor
