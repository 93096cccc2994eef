// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "core/inspect/protocol.hpp"
#include "core/node/load_meter.hpp"
#include "core/node/vip_plan.hpp"
#include "core/role/cluster.hpp"
#include "core/role/log_line.hpp"
#include "core/role/node.hpp"
#include "core/role/probe.hpp"
#include "core/role/vip_check.hpp"
#include "core/wire/key.hpp"
#include "io/socket_queues.hpp"
#include "kern/model.hpp"
#include "json/json_object.hpp"

namespace sara::agent {

using sara::Errors;

/// How a dispatcher watches its nodes, and decides by what they say.
struct ClusterRoleConfig {
    role::ClusterConfig cluster;
    std::optional<Endpoint> plain;                  ///< bare heartbeats are heard here
    std::optional<role::VipCheckConfig> vip_check;  ///< nothing: nodes are not asked through their virtual addresses

    friend bool operator==(const ClusterRoleConfig&, const ClusterRoleConfig&) = default;
};

/// What a node tells, and to whom.
struct NodeRoleConfig {
    std::vector<Endpoint> dispatchers;
    std::vector<Endpoint> plain;  ///< who gets bare heartbeats
    role::NodeConfig node;
    std::vector<io::ListenPort> listen;  ///< of the application: their queues are its backlog
    std::vector<role::ProbeConfig> probes;
    std::optional<node::Uplink> link{};  ///< by which what is served leaves
    node::VipConfig vip{};               ///< without addresses nothing is prepared

    friend bool operator==(const NodeRoleConfig&, const NodeRoleConfig&) = default;
};

struct DispatcherConfig {
    Endpoint listen;                      ///< for gateways and nodes
    std::chrono::seconds retry_after{5};  ///< of those whom `refuse busy` refuses
    std::vector<Endpoint> peers{};        ///< other dispatchers, which hold our sessions as we hold theirs
    std::chrono::milliseconds peer_timeout = std::chrono::seconds(30);  ///< silent for so long, one is gone for good
    std::chrono::milliseconds peer_grace = std::chrono::seconds(10);    ///< that a start waits for a first one
    std::optional<std::chrono::milliseconds> sync{};  ///< that a new session waits for a peer to have it
    bool strict = false;                              ///< one that waits in vain is not served
    /// Has 1 while this dispatcher gives the virtual addresses away at once, else 0.
    std::optional<std::string> yield_file{};

    friend bool operator==(const DispatcherConfig&, const DispatcherConfig&) = default;
};

struct GatewayConfig {
    std::vector<Endpoint> dispatchers;
    std::optional<kern::HoldSpec> hold{};  ///< `announce hold`; its time is given

    friend bool operator==(const GatewayConfig&, const GatewayConfig&) = default;
};

struct DeviceConfig {
    std::string name;
    kern::DevMode mode{};

    friend bool operator==(const DeviceConfig&, const DeviceConfig&) = default;
};

/// What must be in the kernel. What else is there is left alone.
struct KernelConfig {
    kern::ConfigChange bounds;
    std::vector<DeviceConfig> devices;
    std::vector<kern::NodeSpec> nodes;
    std::vector<kern::ServiceSpec> services;
};

/// Where the status page is served.
struct StatusConfig {
    Endpoint listen;
    /// Has the token that who looks must send, as sara-agent keygen makes them; nothing: `listen` is of this machine
    /// alone.
    std::optional<std::string> token_file{};

    friend bool operator==(const StatusConfig&, const StatusConfig&) = default;
};

/// The agent's file, sara-agent.json(5).
struct Config {
    std::optional<DispatcherConfig> dispatcher;
    std::optional<ClusterRoleConfig> cluster;  ///< only with a dispatcher
    std::optional<GatewayConfig> gateway;
    std::optional<NodeRoleConfig> node;
    std::string key_file;
    std::string control = "/run/sara/agent.sock";
    std::optional<Endpoint> metrics;  ///< served here, to anybody who reaches it
    std::optional<StatusConfig> status;
    role::LogLevel log_level = role::LogLevel::info;
    std::map<App, inspect::Timers> timers;  ///< of the protocols that are named
    KernelConfig kernel;
    std::map<std::string, wire::HostId> hosts;  ///< identities of nodes, where they are not their IPv4 address
};

[[nodiscard]] Result<Config, Errors> parse_config(std::string_view text);
[[nodiscard]] Result<Config, Errors> load_config(const std::string& path);

/// What is wrong with who may use the file of a secret, and the command that mends it; nothing: it is well. It belongs
/// to root or to `user`, who reads it (root reads anybody's). Others may do nothing with it, nor may its group, unless
/// root owns it: then the group may read it, as the agent's unit has it.
[[nodiscard]] std::optional<std::string> exposure(const std::string& path, std::uint32_t owner, std::uint32_t mode,
                                                  std::uint32_t user);

/// The shared key, or a token; refuses a file that is exposed. `purpose`: what a missing one is called.
[[nodiscard]] Result<wire::SharedKey> load_key(const std::string& path,
                                               std::string_view purpose = "one key for the cluster");

/// "198.18.0.2:7100", "[fd00::2]:7100"
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

/// An address of this machine, or the wildcard, with a port.
[[nodiscard]] std::optional<Endpoint> parse_listen(std::string_view text);
inline constexpr std::string_view kListenAllowed =
    "an address and port like \"127.0.0.1:9477\" or \"[::]:9477\" (not multicast)";

/// A reachable address with a port: peers answer to where they were called, so wildcards cannot serve.
[[nodiscard]] std::optional<Endpoint> parse_peer(std::string_view text);
inline constexpr std::string_view kPeerAllowed =
    "an address and port like \"198.18.0.2:7100\" or \"[fd00::2]:7100\" (neither wildcard nor multicast)";

/// What a node is called without a "host": its IPv4 address. Nothing for IPv6.
[[nodiscard]] std::optional<wire::HostId> host_of(const Address& address);

}  // namespace sara::agent
