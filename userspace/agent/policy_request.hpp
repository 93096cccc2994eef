// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>

#include "core/policy/placement.hpp"
#include "core/role/cluster.hpp"
#include "kern/codec.hpp"

namespace sara::agent {

/// What the kernel shall place and admit by from now on. `names`: of the nodes; what has none is left out.
[[nodiscard]] kern::Request to_request(const policy::PolicyUpdate& update,
                                       const std::map<policy::NodeId, std::string>& names);

[[nodiscard]] kern::Request to_request(const role::SetHealth& set);

}  // namespace sara::agent
