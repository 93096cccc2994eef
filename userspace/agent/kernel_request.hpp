// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/role/kernel_command.hpp"
#include "kern/codec.hpp"

namespace sara::agent {

/// What the role asks, in the family's terms. Durations are rounded up to milliseconds.
[[nodiscard]] kern::Request to_request(const role::KernelCommand& command);

}  // namespace sara::agent
