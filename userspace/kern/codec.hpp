// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/bytes.hpp"
#include "core/base/signalling_key.hpp"
#include "kern/error.hpp"
#include "kern/model.hpp"

/// Objects to and from the attributes of the family's messages. Pure: bytes in, values out. Decoding trusts nothing:
/// attributes that this program does not know are skipped, those of a wrong size or a missing required one refuse the
/// message (EPROTO).
namespace sara::kern {

/// A command of the family without its headers; the channel adds family, sequence and flags.
struct Request {
    std::uint8_t command = 0;  ///< SARA_CMD_*
    bool dump = false;
    Buffer attributes;

    friend bool operator==(const Request&, const Request&) = default;
};

// config
[[nodiscard]] Request config_get();
[[nodiscard]] Request config_set(const ConfigChange& change);

// dev
[[nodiscard]] Request dev_new(std::string_view name, DevMode mode);
[[nodiscard]] Request dev_del(std::string_view name);
[[nodiscard]] Request dev_get(std::string_view name);
[[nodiscard]] Request dev_dump();

// service
[[nodiscard]] Request service_new(const ServiceSpec& spec);
[[nodiscard]] Request service_set(const ServiceChange& change);
[[nodiscard]] Request service_del(std::string_view name, bool force = false);
[[nodiscard]] Request service_get(std::string_view name);
[[nodiscard]] Request service_dump();

// node
[[nodiscard]] Request node_new(const NodeSpec& spec);
[[nodiscard]] Request node_set(const NodeSpec& change);
[[nodiscard]] Request node_del(std::string_view name, bool force = false);
[[nodiscard]] Request node_get(std::string_view name);
[[nodiscard]] Request node_dump();

// session
[[nodiscard]] Request session_set(const SessionChange& change);
[[nodiscard]] Request session_del(SessionId id);
/// Only if it is a standby session (EBUSY).
[[nodiscard]] Request session_del_standby(SessionId id);
/// All sessions of the selection; of an empty one, all there are.
[[nodiscard]] Request session_flush(const Selection& selection);
[[nodiscard]] Request session_get(SessionId id);
[[nodiscard]] Request session_dump(const Selection& selection = {});
/// Answers with a SessionInfo that has nothing but its id.
[[nodiscard]] Request session_restore(const SessionPast& past);
/// A node was seen to serve it; answers likewise.
[[nodiscard]] Request session_seen(const SignallingKey& key, const Mac& node);
/// Whether and how new sessions wait. EPERM but for the channel of inspect_bind().
[[nodiscard]] Request session_sync(const SyncSpec& spec);
[[nodiscard]] Request session_release(SessionId id);

// refusal
/// Of the session that this flow would have made, or this call; with an empty `call_id`, not of a call. Without a flow,
/// of this call to any service. ENOENT: it was not refused, or that is forgotten.
[[nodiscard]] Request refused_get(const std::optional<FlowKey>& flow, std::string_view call_id = {});

// flow
/// Of a call, if the service at the flow's destination tells sessions by Call-ID.
[[nodiscard]] Request flow_get(const SignallingKey& key);
[[nodiscard]] Request flow_dump(const Selection& selection = {});
[[nodiscard]] Request flow_restore(SessionId session, const FlowPast& past);
/// Of a standby session (else EBUSY).
[[nodiscard]] Request flow_del(const SignallingKey& key, std::optional<SessionId> session = std::nullopt);

// announcement
[[nodiscard]] Request announce_new(const Announcement& announcement);
/// By key; with a session only when it is that session's.
[[nodiscard]] Request announce_del(const AnnouncementKey& key, std::optional<SessionId> session = std::nullopt);
/// All of a session; with a tag only those with this tag.
[[nodiscard]] Request announce_del(SessionId session, std::optional<Tag> tag = std::nullopt);
[[nodiscard]] Request announce_get(const AnnouncementKey& key);
[[nodiscard]] Request announce_dump(const Selection& selection = {});

// policy
[[nodiscard]] Request policy_set(const PolicySpec& spec);
/// Forget it, so that the next one may have any epoch.
[[nodiscard]] Request policy_del();
/// Without its scores.
[[nodiscard]] Request policy_get();
/// The scores alone: NodeScore each.
[[nodiscard]] Request policy_dump();

// stats, inspection
[[nodiscard]] Request stats_get();
/// With `hold`, replies that are copied wait for inspect_release().
[[nodiscard]] Request inspect_bind(const std::optional<HoldSpec>& hold = std::nullopt);
[[nodiscard]] Request inspect_release(HoldId id);

/// What a message of the family carries, by its command.
using Object = std::variant<Config, Device, Service, Node, SessionInfo, Refusal, FlowInfo, AnnouncementInfo, Policy,
                            NodeScore, Stats, InspectBinding, InspectedPacket, Event>;

/// `attributes` is what follows the generic netlink header.
[[nodiscard]] Result<Object> decode(std::uint8_t command, Bytes attributes);

/// What a flow or an announcement is called on the wire, for the codec's tests and for other users of the tuple.
[[nodiscard]] Result<AnnouncementKey> decode_tuple(Bytes attributes);

}  // namespace sara::kern
