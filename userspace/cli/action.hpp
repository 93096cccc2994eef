// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "cli/moment.hpp"
#include "core/base/address.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/doctor/finding.hpp"
#include "kern/codec.hpp"

/// What a command line asks for, once it is understood: parsing gives one of these, and only running it does I/O.
namespace sara::cli {

/// Print a usage.
struct Help {
    std::string usage;

    friend bool operator==(const Help&, const Help&) = default;
};

/// Change something in the kernel.
struct Execute {
    kern::Request request;

    friend bool operator==(const Execute&, const Execute&) = default;
};

/// Print what the kernel has.
struct Show {
    std::vector<kern::Request> requests;
    bool single = false;     ///< there is one of it in a namespace, so JSON is an object and no array
    bool admission = false;  ///< of services only what admission does with them

    friend bool operator==(const Show&, const Show&) = default;
};

/// Print events as they come.
struct Monitor {
    std::vector<std::string> objects;  ///< empty: all
    std::uint64_t count = 0;           ///< stop after so many; 0: never

    friend bool operator==(const Monitor&, const Monitor&) = default;
};

/// Print what the agent behind a control socket decides about its cluster, as it does.
struct MonitorCluster {
    std::string socket;
    std::uint64_t count = 0;  ///< stop after so many; 0: never

    friend bool operator==(const MonitorCluster&, const MonitorCluster&) = default;
};

inline constexpr const char* kAgentSocket = "/run/sara/agent.sock";

/// Print the counters of the agent behind a control socket.
struct AgentStats {
    std::string socket;

    friend bool operator==(const AgentStats&, const AgentStats&) = default;
};

/// Print what the agent behind a control socket knows of its nodes' loads.
struct NodeLoad {
    std::string socket;
    std::string node;  ///< empty: all

    friend bool operator==(const NodeLoad&, const NodeLoad&) = default;
};

/// Print how far the agent behind a control socket and its peer dispatchers hold each other's sessions.
struct HighAvailability {
    std::string socket;
    bool check = false;  ///< only say whether it may take the virtual addresses

    friend bool operator==(const HighAvailability&, const HighAvailability&) = default;
};

/// Tell the agent behind a control socket that a node is going to fail.
struct Drain {
    std::string socket;
    std::string node;          ///< empty: the agent's own; else it is also drained in the kernel
    std::optional<Moment> at;  ///< with a node, always

    friend bool operator==(const Drain&, const Drain&) = default;
};

/// Have the agent behind a control socket do what one word says.
struct AgentDo {
    std::string socket;
    std::string what;  ///< "undrain": its node is not going to fail after all; "handover", "resume": of a dispatcher

    friend bool operator==(const AgentDo&, const AgentDo&) = default;
};

/// Print how a session was placed: asks the kernel, and the agent behind a control socket.
struct Explain {
    std::string socket;
    std::optional<SessionId> session;
    std::optional<FlowKey> flow;
    std::optional<std::string> call_id;  ///< with a flow, of a service with key call-id

    friend bool operator==(const Explain&, const Explain&) = default;
};

/// A port, and what is spoken there.
struct AppPort {
    App app = App::none;
    Port port = 0;

    friend bool operator==(const AppPort&, const AppPort&) = default;
};

/// Identify the sessions in a capture.
struct Inspect {
    std::string file;
    std::vector<Address> vips;
    std::vector<AppPort> ports;

    friend bool operator==(const Inspect&, const Inspect&) = default;
};

/// Look at this machine for what goes wrong in practice.
struct Doctor {
    std::set<doctor::Role> roles;  ///< empty: what it is here
    std::vector<Address> vips;     ///< of a node; empty: as its agent's file has them
    std::string config;            ///< empty: that of the agent that answers, else the first that is there
    std::string socket;            ///< empty: as the file has it

    friend bool operator==(const Doctor&, const Doctor&) = default;
};

/// Show nodes, rates and admission as they are now, and again.
struct ShowTop {
    std::string socket;
    std::chrono::milliseconds interval{};
    std::uint64_t count = 0;  ///< so many frames, printed plainly; 0: until it is quit

    friend bool operator==(const ShowTop&, const ShowTop&) = default;
};

/// Write what the kernel knows of its sessions.
struct SaveSessions {
    std::string file;  ///< "-": the standard output

    friend bool operator==(const SaveSessions&, const SaveSessions&) = default;
};

/// Give the kernel sessions that were saved.
struct RestoreSessions {
    std::string file;

    friend bool operator==(const RestoreSessions&, const RestoreSessions&) = default;
};

using Action = std::variant<Help, Execute, Show, Monitor, MonitorCluster, AgentStats, NodeLoad, HighAvailability, Drain,
                            AgentDo, Explain, Inspect, Doctor, ShowTop, SaveSessions, RestoreSessions>;

}  // namespace sara::cli
