// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/config.hpp"
#include "core/base/result.hpp"
#include "kern/channel.hpp"
#include "kern/codec.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// What the kernel holds of the things that the file may name.
struct KernelState {
    kern::Config bounds;
    std::vector<kern::Device> devices;
    std::vector<kern::Node> nodes;
    std::vector<kern::Service> services;
};

/// One command that brings the kernel nearer to the file; `where` is the JSON path of what asks for it.
struct ProvisionStep {
    std::string where;
    kern::Request request;
};

struct ProvisionPlan {
    std::vector<ProvisionStep> steps;  ///< in this order: devices last, so that no packet meets half of it
    Errors errors;                     ///< what no command can change
};

/// What is missing is made, what differs is set, what the file does not say stays as it is. Nothing is ever removed.
[[nodiscard]] ProvisionPlan plan_provision(const KernelConfig& wanted, const KernelState& present);

[[nodiscard]] kern::Result<KernelState> read_kernel_state(kern::Channel& channel);

/// Reads, plans, and carries out as much as the kernel lets; what it refused comes back.
[[nodiscard]] Errors provision(kern::Channel& channel, const KernelConfig& wanted);

}  // namespace sara::agent
