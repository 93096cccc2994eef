// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/replica/codec.hpp"
#include "core/replica/fitness.hpp"
#include "core/replica/record.hpp"

namespace sara::replica {

/// Sessions of this kernel that are standby: restored, and no packet of them came.
using Standby = std::unordered_set<SessionId>;

/// What this kernel is to do, in its own numbers:
///
///     RestoreSession   SARA_CMD_SESSION_RESTORE   the answer is the session's number here
///     ChangeSession    SARA_CMD_SESSION_SET       id, label, lifetime (0: none), linger
///     EndSession       SARA_CMD_SESSION_DEL       id; only if it is standby, unless it is over
///     TakeOver         SARA_CMD_SESSION_SET       id, own
///     RestoreFlow      SARA_CMD_FLOW_RESTORE
///     DeleteFlow       SARA_CMD_FLOW_DEL
///     RestoreAnnouncement  SARA_CMD_ANNOUNCE_NEW
///     Withdraw         SARA_CMD_ANNOUNCE_DEL
///     KeepStandby      SARA_CMD_CONFIG_SET        standby-time
struct RestoreSession {
    SessionPut session;  ///< its number is the origin's

    friend bool operator==(const RestoreSession&, const RestoreSession&) = default;
};

struct ChangeSession {
    SessionId session = SessionId::unknown;
    std::string label;
    std::optional<Milliseconds> lifetime;
    std::optional<Milliseconds> linger;

    friend bool operator==(const ChangeSession&, const ChangeSession&) = default;
};

struct EndSession {
    SessionId session = SessionId::unknown;
    bool over = false;  ///< whoever has it

    friend bool operator==(const EndSession&, const EndSession&) = default;
};

struct TakeOver {
    SessionId session = SessionId::unknown;

    friend bool operator==(const TakeOver&, const TakeOver&) = default;
};

struct RestoreFlow {
    FlowPut flow;

    friend bool operator==(const RestoreFlow&, const RestoreFlow&) = default;
};

struct DeleteFlow {
    SessionId session = SessionId::unknown;
    SignallingKey key;

    friend bool operator==(const DeleteFlow&, const DeleteFlow&) = default;
};

struct RestoreAnnouncement {
    AnnouncementPut announcement;

    friend bool operator==(const RestoreAnnouncement&, const RestoreAnnouncement&) = default;
};

struct Withdraw {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;

    friend bool operator==(const Withdraw&, const Withdraw&) = default;
};

struct KeepStandby {
    Milliseconds time{};

    friend bool operator==(const KeepStandby&, const KeepStandby&) = default;
};

using Command = std::variant<RestoreSession, ChangeSession, EndSession, TakeOver, RestoreFlow, DeleteFlow,
                             RestoreAnnouncement, Withdraw, KeepStandby>;

/// One line for logs and tests.
[[nodiscard]] std::string text(const Command& command);

/// What a session has that was here before this agent.
struct Names {
    std::vector<SignallingKey> flows;
    std::vector<AnnouncementKey> announcements;
};

/// What the kernel said.
struct Outcome {
    int error = 0;                           ///< errno, positive; 0: done
    SessionId session = SessionId::unknown;  ///< the answer to RestoreSession; with EEXIST who has it, if that is known
    std::string sentence{};
};

/// All counters only grow.
struct ReplicaCounters {
    std::uint64_t batches = 0;
    std::uint64_t objects = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t stale = 0;      ///< of a snapshot or run that is over
    std::uint64_t beyond = 0;     ///< too far ahead: no publisher of ours sends that
    std::uint64_t gaps = 0;       ///< something did not come: asked for a new snapshot
    std::uint64_t snapshots = 0;  ///< that were completed
    std::uint64_t conflicts = 0;  ///< the kernel has the flow, on another node
    std::uint64_t unknown = 0;    ///< of a service or node that this kernel does not have
    std::uint64_t full = 0;       ///< a bound of this kernel, or of ours
    std::uint64_t failed = 0;     ///< refused for another reason
    std::uint64_t taken_over = 0;
};

/// A dispatcher's receiving end of one peer's table: brings what it tells in order, and makes this kernel's table hold
/// the same, as standby sessions. A session that this kernel has seen packets of is its own: the peer's word about it
/// no longer counts, but that the conversation is over.
///
/// Commands are pulled one by one with next(), each answered by done() before the next. It remembers of each session
/// the names of what it made here, so that a snapshot tells what is to be removed: what it does not mention.
class Replica {
public:
    static constexpr std::uint64_t kWindow = 64;       ///< batches ahead of what was carried out (Publisher::kInFlight)
    static constexpr std::uint64_t kReportEvery = 16;  ///< batches
    static constexpr Duration kGap = std::chrono::seconds(2);  ///< the channel repeats within 640 ms
    static constexpr std::size_t kMaxSessions = 1U << 21U;
    static constexpr std::size_t kMaxOfSession = 65536;  ///< flows, and announcements
    static constexpr std::size_t kMaxPast = 8;           ///< runs of the peer that are remembered as over

    /// A batch from this peer, whose turn it may not be.
    void handle(Batch&& batch, Time now);

    /// The next command; nothing: there is nothing to do now. Precondition: done() was called for the last one.
    [[nodiscard]] std::optional<Command> next(const Standby& standby);
    void done(const Outcome& outcome, const Names& had = {});
    /// A session that is left from earlier is in the way of the last command: that one goes, for a second try.
    void replace(EndSession left_over);
    /// Why the last done() was a refusal that people should hear of; told once.
    [[nodiscard]] std::optional<std::string> take_complaint();

    /// The peer is gone for good: what is still standby becomes this dispatcher's own.
    void take_over();
    /// A session ended here. `forgotten`: for want of packets, so that it is asked for again if the peer still has it.
    void ended(SessionId session, bool forgotten);
    /// This kernel's table is another one now, and empty of what was put there.
    void forget();
    /// Events were lost; these are the sessions that this kernel has now.
    void keep(const std::unordered_set<SessionId>& present);

    /// To be called at or after next_deadline(): may find a gap.
    void expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    /// What to tell the peer; takes what is wanted. Nothing before its first batch.
    [[nodiscard]] std::optional<Report> report(wire::Incarnation self);
    /// Should the peer hear of it now? When all is done, and often enough that it goes on sending meanwhile.
    [[nodiscard]] bool has_news() const noexcept {
        return news_ && (is_idle() || applied_ >= reported_ + kReportEvery);
    }

    [[nodiscard]] bool holds(SessionId session) const noexcept { return locals_.contains(session); }
    [[nodiscard]] std::size_t sessions() const noexcept { return locals_.size(); }
    [[nodiscard]] CopyState state() const noexcept;
    [[nodiscard]] bool is_idle() const noexcept { return queue_.empty() && !running_; }
    [[nodiscard]] std::size_t buffered() const noexcept { return early_.size(); }
    [[nodiscard]] wire::Incarnation origin() const noexcept { return origin_; }
    [[nodiscard]] const ReplicaCounters& counters() const noexcept { return counters_; }

private:
    struct Entry {
        SessionId local = SessionId::unknown;  ///< unknown: not in this kernel
        std::uint32_t seen = 0;                ///< the snapshot that mentioned it
        /// Of each, the snapshot that mentioned it.
        std::map<SignallingKey, std::uint32_t> flows;
        std::map<AnnouncementKey, std::uint32_t> announcements;
    };
    /// The first batch of a snapshot is begun, a batch is carried out, all of a snapshot is.
    struct Begin {};
    struct Applied {};
    struct Complete {};
    using Step = std::variant<Object, Command, Begin, Applied, Complete>;

    void begin_run(const BatchHead& head);
    void begin_snapshot(const BatchHead& head);
    void take_in_order(Time now);

    [[nodiscard]] std::optional<Command> carry_out(Object&& object, const Standby& standby);
    [[nodiscard]] std::optional<Command> put(SessionPut&& put, const Standby& standby);
    [[nodiscard]] std::optional<Command> put(FlowPut&& put, const Standby& standby);
    [[nodiscard]] std::optional<Command> put(AnnouncementPut put, const Standby& standby);
    [[nodiscard]] std::optional<Command> gone(const SessionGone& gone, const Standby& standby);
    void sweep(const Standby& standby);
    void bind(SessionId origin, SessionId local);
    void unbind(Entry& entry);
    [[nodiscard]] Entry* find(SessionId origin);

    wire::Incarnation origin_ = wire::Incarnation::none;
    std::deque<wire::Incarnation> past_;
    Table table_ = Table::none;
    std::uint32_t snapshot_ = 0;
    std::uint64_t next_ = 0;     ///< the next batch in order
    std::uint64_t applied_ = 0;  ///< batches below it are carried out
    std::uint64_t reported_ = 0;
    std::map<std::uint64_t, Batch> early_;
    std::optional<Time> gap_since_;
    bool resync_ = false;
    bool complete_ = false;
    bool news_ = false;
    /// Counts the snapshots of all runs, so that what an earlier one mentioned is told from what this one did.
    std::uint32_t generation_ = 0;

    std::deque<Step> queue_;
    std::optional<Command> running_;
    bool replacing_ = false;                  ///< tried once for the command that is next
    std::optional<SessionPut> running_put_;   ///< what it came from
    SessionId subject_ = SessionId::unknown;  ///< the origin's number

    std::map<SessionId, Entry> entries_;
    std::unordered_map<SessionId, SessionId> locals_;  ///< this kernel's number to the origin's
    std::set<SessionId> wanted_;
    std::optional<std::string> complaint_;
    ReplicaCounters counters_;
};

}  // namespace sara::replica
