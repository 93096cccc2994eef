// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <vector>

#include "core/doctor/facts.hpp"
#include "core/doctor/finding.hpp"

namespace sara::doctor {

/// What is wrong with a machine in its roles, and what is well, in the order in which to mend it. A check whose facts
/// are missing says nothing: why they are is a finding of its own.
[[nodiscard]] std::vector<Finding> examine(const Facts& facts);

// The parts of it, in their order.
void examine_agent(const Facts& facts, Report& report);
void examine_module(const Facts& facts, Report& report);
void examine_dispatcher(const Facts& facts, Report& report);
void examine_gateway(const Facts& facts, Report& report);
void examine_node(const Facts& facts, Report& report);
void examine_way_to_dispatchers(const Facts& facts, Report& report);
void examine_clock(const Facts& facts, Report& report);

}  // namespace sara::doctor
