// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/json_object.hpp"
#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "core/inspect/protocol.hpp"
#include "core/role/log_line.hpp"
#include "core/wire/key.hpp"
#include "kern/model.hpp"

namespace sara::agent {

struct DispatcherConfig {
    Endpoint listen;  ///< for gateways

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

/// The agent's file, sara-agent.json(5).
struct Config {
    std::optional<DispatcherConfig> dispatcher;
    std::optional<GatewayConfig> gateway;
    std::string key_file;
    std::string control = "/run/sara/agent.sock";
    role::LogLevel log_level = role::LogLevel::info;
    std::optional<inspect::Timers> sip;
    std::optional<inspect::Timers> rtsp;
    KernelConfig kernel;
};

[[nodiscard]] Result<Config, Errors> parse_config(std::string_view text);
[[nodiscard]] Result<Config, Errors> load_config(const std::string& path);

/// The shared key; refuses a file that others than its owner may read.
[[nodiscard]] Result<wire::SharedKey> load_key(const std::string& path);

/// "198.18.0.2:7100", "[fd00::2]:7100"
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace sara::agent
