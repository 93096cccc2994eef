// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "core/base/announcement.hpp"
#include "core/base/flow_key.hpp"
#include "core/inspect/facts.hpp"

namespace sara::inspect {

/// What is to be announced. `true`: only until the other end has answered, so it may expire.
using Plan = std::map<AnnouncementKey, bool>;

/// One end's media, of one or several descriptions (while a change is not decided, the old and the new).
using MediaSpan = std::span<const MediaEndpoint>;

/// The client's endpoints, the server's not being known: each may meet any port of the VIP.
void plan_half(MediaSpan client, const FlowKey& signalling, Plan& plan);

/// Both ends' endpoints, joined by stream: exact, and from any port of the client, which may not send from where it
/// receives (a NAT is between, or it is not symmetric).
void plan_pairs(MediaSpan client, MediaSpan server, const FlowKey& signalling, Plan& plan);

/// The server's endpoints, the client's not being known: from the signalling's address, and if that is all that will
/// ever be known (`blind`), from anywhere.
void plan_blind(MediaSpan server, const FlowKey& signalling, bool blind, Plan& plan);

/// Can the client's packets to this endpoint of the server be ours? Not when it is at another address than the VIP, or
/// where the signalling itself is: that would steer new sessions.
enum class ServerMedia : std::uint8_t { usable, not_active, elsewhere, unusable };
[[nodiscard]] ServerMedia judge_server_media(const MediaEndpoint& media, const FlowKey& signalling) noexcept;

}  // namespace sara::inspect
