// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <linux/sara.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/announcement.hpp"
#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"

/// The module's objects as values. Words, units and meanings are those of <linux/sara.h>.
namespace sara::kern {

using Milliseconds = std::chrono::milliseconds;
using sara::Mac;

/// A value the module sent and this program does not know stays as it is; its word is "unknown".
enum class DevMode : std::uint32_t { dispatch = SARA_DEV_MODE_DISPATCH, observe = SARA_DEV_MODE_OBSERVE };

enum class SessionKey : std::uint32_t { flow = SARA_KEY_FLOW, source = SARA_KEY_SOURCE, call_id = SARA_KEY_CALL_ID };

/// What becomes of a datagram without a Call-ID where that is the key.
enum class NoCallId : std::uint32_t { drop = SARA_NO_CALL_ID_DROP, pass = SARA_NO_CALL_ID_PASS };

/// Whether new sessions may be refused by load.
enum class Admission : std::uint32_t { off = SARA_ADMISSION_OFF, on = SARA_ADMISSION_ON };

/// What a client gets whose new session is refused by load.
enum class Refuse : std::uint32_t { drop = SARA_REFUSE_DROP, reset = SARA_REFUSE_RESET, busy = SARA_REFUSE_BUSY };

/// A load, or a probability, in parts of kLoadOne.
enum class Load : std::uint32_t {};
inline constexpr Load kLoadOne{SARA_LOAD_ONE};
inline constexpr Load kScoreMax{SARA_SCORE_MAX};

enum class NodeState : std::uint32_t {
    up = SARA_NODE_STATE_UP,
    drain = SARA_NODE_STATE_DRAIN,
    down = SARA_NODE_STATE_DOWN
};

/// What the agent knows of a node; all but the first two keep new sessions away.
enum class Health : std::uint32_t {
    unwatched = SARA_HEALTH_UNWATCHED,
    up = SARA_HEALTH_UP,
    application_down = SARA_HEALTH_APPLICATION_DOWN,
    planned = SARA_HEALTH_PLANNED,
    down = SARA_HEALTH_DOWN,
    vip_broken = SARA_HEALTH_VIP_BROKEN
};

enum class Identity : std::uint32_t {
    signalling = SARA_IDENTITY_SIGNALLING,
    announced = SARA_IDENTITY_ANNOUNCED,
    secondary = SARA_IDENTITY_SECONDARY
};

enum class LifeStatus : std::uint32_t {
    fresh = SARA_STATUS_NEW,  ///< "new"
    established = SARA_STATUS_ESTABLISHED,
    inactive = SARA_STATUS_INACTIVE,
    closing = SARA_STATUS_CLOSING,
    standby = SARA_STATUS_STANDBY  ///< restored, and no packet came since
};

enum class EventKind : std::uint32_t {
    created = SARA_EVENT_CREATED,
    changed = SARA_EVENT_CHANGED,
    deleted = SARA_EVENT_DELETED,
    promoted = SARA_EVENT_PROMOTED,
    refused = SARA_EVENT_REFUSED  ///< of a service: new sessions, by load
};

enum class EndReason : std::uint32_t {
    idle = SARA_END_IDLE,
    closed = SARA_END_CLOSED,
    finished = SARA_END_FINISHED,
    expired = SARA_END_EXPIRED,
    deleted = SARA_END_DELETED,
    node_deleted = SARA_END_NODE_DELETED,
    service_deleted = SARA_END_SERVICE_DELETED,
    reclaimed = SARA_END_RECLAIMED
};

/// How the node of a session was chosen.
enum class Placement : std::uint32_t {
    shell = SARA_PLACEMENT_SHELL,
    shell_stale = SARA_PLACEMENT_SHELL_STALE,  ///< by scheduler shell without a good policy, as wlc
    wlc = SARA_PLACEMENT_WLC,
    wrr = SARA_PLACEMENT_WRR,
    mh = SARA_PLACEMENT_MH,
    restored = SARA_PLACEMENT_RESTORED  ///< not here
};

struct Config {
    std::uint32_t abi_version = 0;
    std::string module_version;
    std::uint32_t max_sessions = 0;
    std::uint32_t max_flows = 0;
    std::uint32_t max_announcements = 0;
    Milliseconds tcp_timeout{};
    Milliseconds closing_timeout{};
    Milliseconds purge_interval{};
    std::uint32_t inspect_rate = 0;   ///< packets per second; 0: no limit
    Milliseconds early_time{};        ///< 0: nothing is held
    std::uint32_t early_packets = 0;  ///< held at most
    std::uint32_t max_refused = 0;    ///< remembered at most
    Milliseconds refused_time{};      ///< so long
    std::uint32_t refuse_rate = 0;    ///< answers per second; 0: no limit
    Milliseconds standby_time{};      ///< what is left of it

    friend bool operator==(const Config&, const Config&) = default;
};

/// For how long the clocks of standby sessions can be told to stand still.
inline constexpr Milliseconds kStandbyTimeMax = std::chrono::hours(1);

/// What is absent stays.
struct ConfigChange {
    std::optional<std::uint32_t> max_sessions;
    std::optional<std::uint32_t> max_flows;
    std::optional<std::uint32_t> max_announcements;
    std::optional<Milliseconds> tcp_timeout;
    std::optional<Milliseconds> closing_timeout;
    std::optional<Milliseconds> purge_interval;
    std::optional<std::uint32_t> inspect_rate;
    std::optional<Milliseconds> early_time;
    std::optional<std::uint32_t> early_packets;
    std::optional<std::uint32_t> max_refused{};
    std::optional<Milliseconds> refused_time{};
    std::optional<std::uint32_t> refuse_rate{};
    std::optional<Milliseconds> standby_time{};  ///< from now, up to kStandbyTimeMax; 0 ends it

    friend bool operator==(const ConfigChange&, const ConfigChange&) = default;
};

struct Device {
    std::uint32_t ifindex = 0;
    std::string name;
    DevMode mode{};
    std::uint64_t packets = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t copied = 0;

    friend bool operator==(const Device&, const Device&) = default;
};

/// What makes a service; absent fields get the module's defaults.
struct ServiceSpec {
    std::string name;
    Address vip;
    Transport transport = Transport::udp;
    Port port = 0;
    Port port_last = 0;  ///< 0: one port
    std::optional<App> app;
    std::optional<SessionKey> key;
    std::optional<NoCallId> no_call_id;
    std::optional<std::string> scheduler;
    std::optional<Milliseconds> flow_timeout;
    std::optional<Admission> admission;
    std::optional<Refuse> refuse;
    std::vector<std::string> nodes;  ///< empty: all

    friend bool operator==(const ServiceSpec&, const ServiceSpec&) = default;
};

/// What is absent stays.
struct ServiceChange {
    std::string name;
    std::optional<NoCallId> no_call_id;
    std::optional<std::string> scheduler;
    std::optional<Milliseconds> flow_timeout;
    std::optional<Admission> admission;
    std::optional<Refuse> refuse;
    std::vector<std::string> nodes;  ///< empty: as they are
    bool all_nodes = false;

    friend bool operator==(const ServiceChange&, const ServiceChange&) = default;
};

/// What became of the sessions that ended.
struct Ended {
    std::uint64_t idle = 0;
    std::uint64_t closed = 0;
    std::uint64_t finished = 0;
    std::uint64_t expired = 0;
    std::uint64_t deleted = 0;
    std::uint64_t reclaimed = 0;

    friend bool operator==(const Ended&, const Ended&) = default;
};

struct Service {
    std::string name;
    std::uint32_t id = 0;
    Address vip;
    Transport transport = Transport::udp;
    Port port = 0;
    Port port_last = 0;  ///< 0: one port
    App app = App::none;
    SessionKey key = SessionKey::flow;
    std::optional<NoCallId> no_call_id;  ///< only with key call-id
    std::string scheduler;
    Milliseconds flow_timeout{};
    Admission admission = Admission::off;
    Refuse refuse = Refuse::drop;
    std::vector<std::string> nodes;  ///< empty: all
    std::uint32_t sessions = 0;
    std::uint64_t sessions_total = 0;  ///< admitted so far; with `restored`, those that ended and `sessions`
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offered = 0;  ///< admitted and refused
    std::uint64_t refused = 0;  ///< the sum of the next three
    std::uint64_t refused_load = 0;
    std::uint64_t refused_no_node = 0;
    std::uint64_t refused_full = 0;
    Ended ended;
    std::uint64_t restored = 0;

    friend bool operator==(const Service&, const Service&) = default;
};

/// What makes a node, or with set what changes of it; absent fields get the module's defaults, or stay.
struct NodeSpec {
    std::string name;
    std::optional<Address> address;  ///< with new, required
    std::optional<std::uint32_t> ifindex;
    std::optional<std::string> dev;
    std::optional<Mac> mac;
    bool mac_resolved = false;  ///< with set: the MAC is no longer fixed
    std::optional<NodeState> state;
    std::optional<Health> health{};
    std::optional<std::uint32_t> weight;
    std::optional<std::uint32_t> max_sessions;

    friend bool operator==(const NodeSpec&, const NodeSpec&) = default;
};

struct Node {
    std::string name;
    std::uint32_t id = 0;
    Address address;
    std::uint32_t ifindex = 0;
    std::string dev;
    std::optional<Mac> mac;  ///< in use now
    bool mac_resolved = false;
    NodeState state{};
    Health health{};
    std::uint32_t weight = 0;
    std::uint32_t max_sessions = 0;  ///< 0: no limit
    bool usable = false;
    std::uint32_t sessions = 0;
    std::uint32_t sessions_closing = 0;  ///< of these: over, as the agent saw; kept for what is repeated
    std::uint64_t sessions_total = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    friend bool operator==(const Node&, const Node&) = default;
};

/// What a policy says of a node.
struct NodeScore {
    std::string node;
    Load score{};              ///< up to kScoreMax
    Load cost{};               ///< of one more session
    std::int32_t pending = 0;  ///< sessions that came since the policy did, less those that went; told by the module

    friend bool operator==(const NodeScore&, const NodeScore&) = default;
};

/// What is needed to refuse sessions by load: T1 < T2 < T3 < C.
struct AdmissionNumbers {
    Load load{};  ///< of the whole
    Load cost{};  ///< of one more session
    Load t1{};
    Load t2{};
    Load t3{};
    Load c{};

    friend bool operator==(const AdmissionNumbers&, const AdmissionNumbers&) = default;
};

/// A policy to push. Its epoch must be higher than that of the last one.
struct PolicySpec {
    std::uint64_t epoch = 0;
    std::optional<Milliseconds> valid;  ///< 3 s unless given
    std::optional<AdmissionNumbers> admission;
    std::vector<NodeScore> scores;

    friend bool operator==(const PolicySpec&, const PolicySpec&) = default;
};

/// The policy that the module has.
struct Policy {
    std::uint64_t epoch = 0;
    Milliseconds valid{};
    Milliseconds age{};
    bool stale = false;        ///< no longer used
    std::uint32_t nodes = 0;   ///< scores that were pushed
    std::uint32_t placed = 0;  ///< sessions since it came
    std::int32_t pending = 0;  ///< sessions that came since, placed or restored, less those that went
    std::optional<AdmissionNumbers> admission;
    Load load_now{};  ///< with what is pending
    Load p_new{};     ///< probability to refuse a new session
    Load p_est{};     ///< probability to drop a packet of media
    std::vector<NodeScore> scores;

    friend bool operator==(const Policy&, const Policy&) = default;
};

/// So many sessions of a policy, or more: the kernel counts no further for each of them.
inline constexpr std::uint32_t kPlacedMax = 65535;

struct SessionInfo {
    SessionId id = SessionId::unknown;
    std::string service;
    std::string node;
    FlowKey flow;         ///< its signalling flow; empty if that is gone
    std::string call_id;  ///< only with key call-id
    LifeStatus status{};
    std::string label;
    std::optional<Milliseconds> lifetime;  ///< what is left
    std::optional<Milliseconds> linger;    ///< what is left
    Milliseconds age{};
    Milliseconds idle{};
    std::uint32_t flows = 0;
    std::uint32_t announcements = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::optional<EndReason> end;  ///< only in events
    std::optional<Placement> placement{};
    std::optional<std::uint32_t> epoch{};  ///< of the policy that held when it was placed; its lower 32 bits
    std::uint32_t placed = 0;              ///< sessions that this policy had placed before it, up to kPlacedMax
    std::int32_t pending = 0;              ///< sessions that came since that policy and before it, less those that went
    bool judged = false;                   ///< that policy's numbers admitted it
    std::optional<Address> source{};       ///< the client; only with key source
    bool standby = false;                  ///< whatever its status

    friend bool operator==(const SessionInfo&, const SessionInfo&) = default;
};

/// How it was when a new session was refused by load.
struct Refusal {
    std::string service;
    Milliseconds age{};
    Milliseconds left{};       ///< until it may ask again
    std::uint32_t epoch = 0;   ///< of the policy, its lower 32 bits
    std::uint32_t placed = 0;  ///< sessions that this policy had placed, up to kPlacedMax
    Load load{};               ///< of the whole, with what came and went since it was measured
    Load p_new{};              ///< probability with which a new session was refused

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// What is absent stays.
struct SessionChange {
    SessionId id = SessionId::unknown;
    std::optional<std::string> label;
    std::optional<Milliseconds> lifetime;  ///< 0 takes it back
    std::optional<Milliseconds> linger;
    bool own = false;      ///< it is no standby session any more
    bool standby = false;  ///< it is one now: another dispatcher has it

    friend bool operator==(const SessionChange&, const SessionChange&) = default;
};

struct FlowInfo {
    SessionId session = SessionId::unknown;
    std::string service;
    std::string node;
    FlowKey flow;
    std::string call_id;  ///< of a signalling flow with key call-id; `flow` is that of its first packet then
    Identity identity{};
    LifeStatus status{};
    Milliseconds timeout{};
    Milliseconds idle{};
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::optional<AnnouncementForm> form{};  ///< of what brought it; only of a secondary flow
    bool established = false;                ///< at some time
    std::optional<std::uint32_t> tcp_end{};  ///< the sequence number after the highest believed one; only of TCP

    friend bool operator==(const FlowInfo&, const FlowInfo&) = default;
};

struct AnnouncementInfo {
    SessionId session = SessionId::unknown;
    std::string service;
    std::string node;
    AnnouncementKey key;
    AnnouncementForm form{};
    Tag tag = Tag::none;
    std::optional<Milliseconds> ttl;  ///< what is left; nothing: stays as long as its session
    bool confirmed = false;
    std::uint32_t promotions = 0;

    friend bool operator==(const AnnouncementInfo&, const AnnouncementInfo&) = default;
};

/// A flow to restore, as it was.
struct FlowPast {
    FlowKey flow;
    std::string call_id;  ///< of a signalling flow with key call-id
    Identity identity = Identity::signalling;
    std::optional<AnnouncementForm> form;  ///< of what brought it; only of a secondary flow
    LifeStatus status = LifeStatus::fresh;
    bool established = false;  ///< at some time
    Milliseconds idle{};
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint32_t> tcp_end;  ///< if it is not known, the first segment tells it

    friend bool operator==(const FlowPast&, const FlowPast&) = default;
};

/// A session to restore, as it was. Without a flow it has a lifetime or an end, and with key source a source.
struct SessionPast {
    std::string service;
    std::string node;
    std::string label;
    std::optional<Milliseconds> lifetime;  ///< from now
    std::optional<Milliseconds> linger;    ///< from now
    Milliseconds age{};
    std::uint64_t packets = 0;  ///< of the flows that it has no longer
    std::uint64_t bytes = 0;
    std::optional<Address> source;
    std::optional<FlowPast> flow;  ///< its signalling flow

    friend bool operator==(const SessionPast&, const SessionPast&) = default;
};

/// As it was told of, so that it can be restored.
[[nodiscard]] FlowPast past_of(const FlowInfo& flow);

/// An announcement to make.
struct Announcement {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;
    Tag tag = Tag::none;
    std::optional<Milliseconds> ttl;
    std::uint32_t promotions = 0;  ///< flows that it brought already

    friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// Narrows a dump or a flush; all that is given must hold.
struct Selection {
    std::optional<SessionId> session{};
    std::optional<std::string> service{};
    std::optional<std::string> node{};
    std::optional<std::string> call_id{};  ///< not of a flush

    [[nodiscard]] bool empty() const noexcept { return !session && !service && !node && !call_id; }

    friend bool operator==(const Selection&, const Selection&) = default;
};

/// How new sessions wait for another dispatcher to have them, and what becomes of those that begin without an agent.
struct SyncSpec {
    Milliseconds time{};   ///< that a first packet waits for session_release() at most; 0: it does not
    bool strict = false;   ///< what waited in vain is dropped, as is all that begins in the 4 s after the channel went
    bool orphans = false;  ///< in these 4 s what begins at a service with an application is dropped

    friend bool operator==(const SyncSpec&, const SyncSpec&) = default;
};

/// One counter of the namespace: its attribute, its word, and whether it is a number of things now.
struct Counter {
    std::uint16_t attribute = 0;
    std::string_view name;
    bool gauge = false;
};

/// All counters that this program knows, in the order of their attributes.
inline constexpr std::size_t kCounterCount = SARA_A_STATS_MAX - SARA_A_STATS_PAD;
[[nodiscard]] const std::array<Counter, kCounterCount>& counters() noexcept;

/// The counters of the namespace; what the module did not send is absent.
struct Stats {
    std::array<std::optional<std::uint64_t>, SARA_A_STATS_MAX + 1> values{};

    /// `attribute`: SARA_A_STATS_*
    [[nodiscard]] std::uint64_t at(std::uint16_t attribute) const noexcept {
        return attribute < values.size() ? values[attribute].value_or(0) : 0;
    }

    friend bool operator==(const Stats&, const Stats&) = default;
};

/// A signalling packet that the module copied to the bound agent.
struct InspectedPacket {
    SessionId session = SessionId::unknown;  ///< unknown at a gateway
    std::string service;
    App app = App::none;
    Sender sender = Sender::client;
    FlowKey flow;                ///< request direction, also for a reply
    std::string call_id;         ///< only with key call-id, at a dispatcher
    std::uint32_t tcp_seq = 0;   ///< of the first payload byte
    std::uint8_t tcp_flags = 0;  ///< byte 13 of the TCP header
    std::uint64_t lost = 0;      ///< packets not copied so far; a step tells of a gap
    bool refused = false;        ///< it would have begun a session and went to no node; `session` is unknown
    HoldId hold = HoldId::none;  ///< the packet waits for inspect_release(); the last piece of it says so
    std::optional<Mac> mac;      ///< from a server, the source address of its frame
    Buffer payload;

    friend bool operator==(const InspectedPacket&, const InspectedPacket&) = default;
};

/// How replies wait at a gateway.
struct HoldSpec {
    std::optional<Milliseconds> time;      ///< at most; the kernel rounds it up to its ticks
    std::optional<std::uint32_t> packets;  ///< at once, at most; the kernel's default if absent

    friend bool operator==(const HoldSpec&, const HoldSpec&) = default;
};

/// The answer to a bind: what was lost before.
struct InspectBinding {
    std::uint64_t lost = 0;

    friend bool operator==(const InspectBinding&, const InspectBinding&) = default;
};

/// What happened to an object.
struct Event {
    EventKind kind{};
    std::variant<Device, Service, Node, SessionInfo, FlowInfo, AnnouncementInfo> object;

    friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace sara::kern
