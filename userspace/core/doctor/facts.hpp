// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/doctor/finding.hpp"
#include "core/doctor/firewall.hpp"
#include "core/node/host_state.hpp"
#include "core/node/vip_plan.hpp"

/// What a look at a machine has shown: gathered by the shell, judged by examine().
namespace sara::doctor {

/// A device that the module is attached to.
struct AttachedDevice {
    std::string name;
    bool dispatches = false;    ///< else it observes
    std::uint64_t packets = 0;  ///< that came in since it was attached
    std::uint64_t copied = 0;   ///< of these, replies or requests that went to the agent
    bool lro = false;           ///< the device merges what it receives in a way that cannot be undone

    friend bool operator==(const AttachedDevice&, const AttachedDevice&) = default;
};

struct ServiceFacts {
    std::string name;
    Address vip;
    bool inspected = false;  ///< has an application protocol

    friend bool operator==(const ServiceFacts&, const ServiceFacts&) = default;
};

/// A node as a dispatcher's module has it.
struct NodeFacts {
    std::string name;
    Address address;
    std::string device;
    std::optional<Mac> mac;     ///< in use
    bool mac_resolved = false;  ///< by the neighbour table; else it is fixed
    bool wanted = true;         ///< the operator has not taken it out of service

    friend bool operator==(const NodeFacts&, const NodeFacts&) = default;
};

struct ModuleFacts {
    std::string version;
    std::vector<AttachedDevice> devices;
    std::vector<ServiceFacts> services;
    std::vector<NodeFacts> nodes;

    friend bool operator==(const ModuleFacts&, const ModuleFacts&) = default;
};

/// Who answered when it was asked by a device who has an address (ARP, RFC 826; Neighbor Solicitation, RFC 4861).
struct NeighbourAnswer {
    std::string device;
    Address address;
    std::set<Mac> from{};  ///< empty: nobody

    friend bool operator==(const NeighbourAnswer&, const NeighbourAnswer&) = default;
};

/// A machine in the layer-2 network of a device that answered a short ping (ICMP Echo).
struct PathFacts {
    std::string device;
    Address address;
    bool whole = false;  ///< it answered one as long as the device's MTU, too

    friend bool operator==(const PathFacts&, const PathFacts&) = default;
};

/// One way of an agent to another one.
struct LinkFacts {
    std::string address;  ///< of the dispatcher
    bool up = false;

    friend bool operator==(const LinkFacts&, const LinkFacts&) = default;
};

/// A node's clock, as its heartbeats tell it at a dispatcher.
struct NodeClockFacts {
    std::string name;
    std::chrono::seconds ahead{};  ///< of this machine's; behind is below 0

    friend bool operator==(const NodeClockFacts&, const NodeClockFacts&) = default;
};

/// A running agent, as it tells of itself.
struct AgentFacts {
    std::string version;
    bool kernel_up = true;     ///< false: it needs the module, and is not connected to it
    std::uint64_t forged = 0;  ///< datagrams with another key that came while it was looked at
    std::vector<LinkFacts> dispatchers;
    std::vector<NodeClockFacts> clocks{};  ///< of a dispatcher's: of the nodes that it hears

    friend bool operator==(const AgentFacts&, const AgentFacts&) = default;
};

struct Facts {
    std::set<Role> roles;
    node::HostState host;
    bool forwards4 = false;  ///< net.ipv4.ip_forward
    bool forwards6 = false;  ///< net.ipv6.conf.all.forwarding

    std::string version;  ///< of this program
    std::optional<ModuleFacts> module;
    std::string no_module{};  ///< why there is none
    std::optional<AgentFacts> agent;
    std::string no_agent{};  ///< why there is none
    std::string config{};    ///< the agent's file; empty: none was found
    std::string unit{};      ///< of systemd, that runs an agent with it
    std::string key_file{};

    node::VipConfig vips{};      ///< of a node
    bool vips_are_ours = false;  ///< its agent prepares it for them; else the administrator does

    std::vector<NeighbourAnswer> neighbours;
    std::vector<PathFacts> paths{};                ///< of nodes and dispatchers
    std::optional<std::vector<Filter>> filters{};  ///< rules that drop what conntrack calls invalid
    std::optional<bool> clock_synchronised{};      ///< by the kernel's word; nothing: it does not tell
    std::vector<std::string> unseen{};             ///< what could not be looked at: "what: why"
};

}  // namespace sara::doctor
