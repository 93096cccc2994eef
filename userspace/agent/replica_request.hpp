// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/replica/node_settings.hpp"
#include "core/replica/replica.hpp"
#include "kern/codec.hpp"

namespace sara::agent {

/// In the kernel's words what replication asks of it.
[[nodiscard]] kern::Request to_request(const replica::Command& command);

[[nodiscard]] kern::Request to_request(const replica::NodeChange& change);

/// Whose flow or announcement is in the way of a refused command; nothing: it has no such.
[[nodiscard]] std::optional<kern::Request> who_has_it(const replica::Command& command);

/// In the words of replication what the kernel tells.
[[nodiscard]] replica::SessionPut to_put(const kern::SessionInfo& session);
[[nodiscard]] replica::FlowPut to_put(const kern::FlowInfo& flow);
[[nodiscard]] replica::NodeUse to_use(kern::NodeState state) noexcept;
[[nodiscard]] replica::AnnouncementPut to_put(const kern::AnnouncementInfo& announcement);

}  // namespace sara::agent
