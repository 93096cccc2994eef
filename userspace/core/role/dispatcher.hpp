// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/announcement.hpp"
#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/signalling_key.hpp"
#include "core/base/time.hpp"
#include "core/inspect/extractor.hpp"
#include "core/inspect/tracker.hpp"
#include "core/role/kernel_command.hpp"
#include "core/role/log_line.hpp"

namespace sara::role {

/// A client's signalling packet (SARA_CMD_INSPECT_NTF).
struct InspectedPacket {
    SessionId session = SessionId::unknown;
    inspect::SignallingPacket packet;
    std::string call_id{};   ///< what tells the session, if others share its flow; else empty
    std::uint64_t lost = 0;  ///< the kernel's count of packets that were not copied so far
};

/// What a gateway sent over the peer channel.
struct PeerMessage {
    Bytes bytes;
};

/// The kernel placed a session (SARA_CMD_SESSION_NTF), or the agent found it in a dump at its start.
struct SessionFound {
    SessionId session = SessionId::unknown;
    SignallingKey signalling;
    bool dumped = false;       ///< it is older than this agent
    Duration lifetime_left{};  ///< when dumped: what remains of the lifetime it was given, or 0
};

/// An announcement found in a dump at the start.
struct AnnouncementFound {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;
    Tag tag = Tag::none;
};

/// The kernel removed a session.
struct SessionEnded {
    SessionId session = SessionId::unknown;
    FlowKey flow;  ///< its signalling
};

/// The answer to FindSession; without a session the kernel does not know what was asked for.
struct FlowAnswer {
    SignallingKey asked;
    std::optional<SessionId> session;
    bool by_call = false;  ///< the session has the call; else it has all of the flow
};

/// The kernel did not do what was asked.
struct Refusal {
    KernelCommand command;
    int error = 0;         ///< errno, positive
    std::string sentence;  ///< the kernel's extended acknowledgement
};

struct DispatcherCounters {
    std::uint64_t lost_copies = 0;    ///< packets that the kernel could not copy to us
    std::uint64_t peer_messages = 0;  ///< from gateways
    std::uint64_t peer_malformed = 0;
    std::uint64_t refused_conflict = 0;  ///< announcements: another node's session has the same
    std::uint64_t refused_limit = 0;     ///< announcements: a bound of the kernel
    std::uint64_t refused_gone = 0;      ///< commands about a session that had just ended
    std::uint64_t refused_other = 0;
    inspect::ExtractorCounters extractor;
    inspect::TrackerCounters tracker;
};

struct DispatcherOutput {
    std::vector<KernelCommand> commands;  ///< in this order
    std::vector<LogLine> log;
};

struct DispatcherConfig {
    inspect::TrackerConfig tracker;
};

/// Makes sessions whole: from the clients' messages (own inspection) and the servers' (from gateways) to announcements,
/// lifetimes and ends in the kernel.
///
/// At its start the shell feeds what the kernel holds: every session as SessionFound with `dumped`, then every
/// announcement; only then packets and peer messages.
class Dispatcher {
public:
    explicit Dispatcher(const DispatcherConfig& config = {});

    [[nodiscard]] DispatcherOutput handle(const InspectedPacket& input, Time now);
    [[nodiscard]] DispatcherOutput handle(const PeerMessage& input, Time now);
    [[nodiscard]] DispatcherOutput handle(const SessionFound& input, Time now);
    [[nodiscard]] DispatcherOutput handle(const AnnouncementFound& input, Time now);
    [[nodiscard]] DispatcherOutput handle(const SessionEnded& input, Time now);
    [[nodiscard]] DispatcherOutput handle(const FlowAnswer& input, Time now);
    [[nodiscard]] DispatcherOutput handle(const Refusal& input, Time now);

    /// To be called at or after next_deadline().
    [[nodiscard]] DispatcherOutput expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    [[nodiscard]] DispatcherCounters counters() const noexcept;
    [[nodiscard]] std::vector<inspect::DialogView> dialogs() const { return tracker_.dialogs(); }

private:
    void track(const std::vector<inspect::MessageFacts>& facts, SessionId session, const std::string& call_id,
               DispatcherOutput& out, Time now);

    inspect::Extractor extractor_;
    inspect::SessionTracker tracker_;
    DispatcherCounters counters_;
    std::uint64_t lost_ = 0;
    LogLimit loss_log_{1};
    LogLimit peer_log_{1};
    LogLimit refusal_log_{inspect::limits::kLogLinesPerSecond};
};

}  // namespace sara::role
