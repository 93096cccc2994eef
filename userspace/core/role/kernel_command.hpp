// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/inspect/effect.hpp"

namespace sara::role {

/// What the dispatcher asks of the kernel, in netlink terms:
///
///     Announce     SARA_CMD_ANNOUNCE_NEW   session, tuple (absent fields are wildcards), tag, ttl
///     Withdraw     SARA_CMD_ANNOUNCE_DEL   session, tuple
///     SetLifetime  SARA_CMD_SESSION_SET    id, lifetime
///     Linger       SARA_CMD_SESSION_SET    id, linger
///     SetLabel     SARA_CMD_SESSION_SET    id, label (cut to SARA_LABEL_MAX)
///     FindSession  SARA_CMD_FLOW_GET       tuple, Call-ID; the answer, or ENOENT, comes back as role::FlowAnswer
///
///     SeenSession  SARA_CMD_SESSION_SEEN   flow: tuple, Call-ID; mac; what comes of it is told as a SessionFound
///
/// A refusal of any other comes back as role::Refusal.
using KernelCommand = inspect::Effect;

}  // namespace sara::role
