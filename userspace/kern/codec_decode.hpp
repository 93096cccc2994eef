// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>

#include "core/base/bytes.hpp"
#include "kern/codec.hpp"

/// One decoder for each object; each lives with the requests of its object.
namespace sara::kern::codec {

/// An object, and what happened to it when the message is an event.
template <typename T>
struct Described {
    T object;
    std::optional<EventKind> event;
};

[[nodiscard]] Result<Config> decode_config(Bytes attributes);
[[nodiscard]] Result<Described<Device>> decode_device(Bytes attributes);
[[nodiscard]] Result<Described<Service>> decode_service(Bytes attributes);
[[nodiscard]] Result<Described<Node>> decode_node(Bytes attributes);
[[nodiscard]] Result<Described<SessionInfo>> decode_session(Bytes attributes);
[[nodiscard]] Result<Refusal> decode_refusal(Bytes attributes);
[[nodiscard]] Result<Described<FlowInfo>> decode_flow(Bytes attributes);
[[nodiscard]] Result<Described<AnnouncementInfo>> decode_announcement(Bytes attributes);
[[nodiscard]] Result<Stats> decode_stats(Bytes attributes);
/// The policy, or one of its scores.
[[nodiscard]] Result<Object> decode_policy(Bytes attributes);
[[nodiscard]] Result<InspectBinding> decode_binding(Bytes attributes);
[[nodiscard]] Result<InspectedPacket> decode_inspected(Bytes attributes);

}  // namespace sara::kern::codec
