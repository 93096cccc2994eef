// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/announcement.hpp"
#include "core/base/session.hpp"
#include "core/base/signalling_key.hpp"
#include "core/wire/packet.hpp"

/// What dispatchers tell each other of their session tables, as values. A session is named by the dispatcher that tells
/// it: by the number that its own kernel gave. Clocks are not compared: all times are durations, counted from when they
/// are read.
namespace sara::replica {

using Milliseconds = std::chrono::milliseconds;

/// Names a kernel's session table: the same as long as its numbers mean the same sessions; another one after the module
/// was loaded anew.
enum class Table : std::uint64_t { none = 0 };

/// Longest texts, as the kernel has them.
inline constexpr std::size_t kMaxName = 31;
inline constexpr std::size_t kMaxLabel = 127;
inline constexpr std::size_t kMaxCallId = 255;

enum class FlowStatus : std::uint8_t { fresh = 0, established = 1, inactive = 2, closing = 3 };
enum class FlowIdentity : std::uint8_t { signalling = 0, secondary = 1 };

/// A session as it is now. Of its signalling flow only the name: the flow itself follows.
struct SessionPut {
    SessionId session = SessionId::unknown;
    std::string service;
    std::string node;
    std::optional<SignallingKey> signalling;  ///< nothing: it has no signalling flow any more
    std::optional<Address> source;            ///< the client whose flows it has all, with key source
    std::string label;
    std::optional<Milliseconds> lifetime;  ///< what is left
    std::optional<Milliseconds> linger;    ///< what is left
    Milliseconds age{};
    std::uint64_t packets = 0;  ///< of flows that it has no longer
    std::uint64_t bytes = 0;

    friend bool operator==(const SessionPut&, const SessionPut&) = default;
};

struct SessionGone {
    SessionId session = SessionId::unknown;
    /// The conversation ended (it was closed, finished or deleted). Else one head alone has not seen it for too long,
    /// which another head that serves it knows better.
    bool over = false;

    friend bool operator==(const SessionGone&, const SessionGone&) = default;
};

struct FlowPut {
    SessionId session = SessionId::unknown;
    SignallingKey key;
    FlowIdentity identity = FlowIdentity::signalling;
    std::optional<AnnouncementForm> form;  ///< of the announcement that brought it
    FlowStatus status = FlowStatus::fresh;
    bool established = false;
    Milliseconds idle{};
    std::optional<std::uint32_t> tcp_end;  ///< one past the highest sequence number that was seen
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    friend bool operator==(const FlowPut&, const FlowPut&) = default;
};

struct FlowGone {
    SessionId session = SessionId::unknown;
    SignallingKey key;

    friend bool operator==(const FlowGone&, const FlowGone&) = default;
};

struct AnnouncementPut {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;
    Tag tag = Tag::none;
    std::optional<Milliseconds> ttl;  ///< what is left; nothing: as long as its session
    std::uint32_t promotions = 0;     ///< one that had any does not run out

    friend bool operator==(const AnnouncementPut&, const AnnouncementPut&) = default;
};

struct AnnouncementGone {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;

    friend bool operator==(const AnnouncementGone&, const AnnouncementGone&) = default;
};

/// All that there is has been told. What was not told is not there.
struct SnapshotEnd {
    friend bool operator==(const SnapshotEnd&, const SnapshotEnd&) = default;
};

using Object = std::variant<SessionPut, SessionGone, FlowPut, FlowGone, AnnouncementPut, AnnouncementGone, SnapshotEnd>;

/// Which message of which stream. A stream is one snapshot and what follows it: its numbers begin at 0 with each.
struct BatchHead {
    wire::Incarnation origin = wire::Incarnation::none;  ///< a run of the agent that tells
    Table table = Table::none;
    std::uint32_t snapshot = 0;
    std::uint64_t sequence = 0;

    friend bool operator==(const BatchHead&, const BatchHead&) = default;
};

/// Objects in their order.
struct Batch {
    BatchHead head;
    std::vector<Object> objects;

    friend bool operator==(const Batch&, const Batch&) = default;
};

/// The answer of who holds a copy.
struct Report {
    wire::Incarnation sender = wire::Incarnation::none;  ///< who answers
    wire::Incarnation origin = wire::Incarnation::none;  ///< whom
    std::uint32_t snapshot = 0;
    std::uint64_t applied = 0;        ///< batches below this one are in its kernel
    bool complete = false;            ///< all of the snapshot is
    bool resync = false;              ///< something is missing: begin a new snapshot
    std::vector<SessionId> wanted{};  ///< it forgot these, which are there still: tell them again

    friend bool operator==(const Report&, const Report&) = default;
};

enum class NodeUse : std::uint8_t { up = 0, drain = 1, down = 2 };

[[nodiscard]] std::string_view to_string(NodeUse use) noexcept;

/// What the operator wants of a node.
struct NodeSetting {
    NodeUse use = NodeUse::up;
    std::uint16_t weight = 1;
    std::optional<Milliseconds> fails_in;  ///< it is going to fail then; only of one that is not up

    friend bool operator==(const NodeSetting&, const NodeSetting&) = default;
};

/// A setting with its age among those of its node: the highest version holds, of equal ones that of the highest setter.
struct NodeRecord {
    std::string node;
    NodeSetting setting;
    std::uint64_t version = 0;  ///< 1 or more
    wire::Incarnation setter = wire::Incarnation::none;

    friend bool operator==(const NodeRecord&, const NodeRecord&) = default;
};

/// All nodes that an operator changed, or a part of them.
struct NodeRecords {
    std::vector<NodeRecord> nodes;

    friend bool operator==(const NodeRecords&, const NodeRecords&) = default;
};

}  // namespace sara::replica
