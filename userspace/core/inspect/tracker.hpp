// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/announcement.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/signalling_key.hpp"
#include "core/base/time.hpp"
#include "core/inspect/dialog_view.hpp"
#include "core/inspect/effect.hpp"
#include "core/inspect/facts.hpp"
#include "core/inspect/limits.hpp"
#include "core/inspect/protocol.hpp"
#include "core/inspect/tracker_counters.hpp"

namespace sara::inspect {

struct TrackerConfig {
    /// Instead of Protocol::timers().
    std::map<App, Timers> timers{};

    std::size_t max_sessions = limits::kMaxSessions;
    std::size_t max_dialogs = limits::kMaxDialogs;

    /// For captures: ended dialogs stay in dialogs() (until their number is needed), with all that their messages ever
    /// announced, even when the end had overtaken it.
    bool keep_ended = false;
};

/// Knows the dialogs of every session, and which flows they announce. Facts of both ends may come in any order,
/// repeated or not at all: each end's latest word counts, by CSeq and not by arrival.
///
/// The kernel's word is final: a session lives until session_ended(), whatever the tracker thinks of its dialogs. The
/// tracker ends a session (Linger) only when a message ended its last known dialog.
class SessionTracker {
public:
    explicit SessionTracker(const TrackerConfig& config = {});
    ~SessionTracker();
    SessionTracker(SessionTracker&&) noexcept;
    SessionTracker& operator=(SessionTracker&&) noexcept;

    /// `session` unknown: found by its signalling, or asked for (FindSession) while the facts wait.
    /// `call_id`: what tells the session, if others share its flow.
    [[nodiscard]] Effects handle(const MessageFacts& facts, SessionId session, Time now,
                                 const std::string& call_id = {});

    /// `signalling` is that of `session`; facts that wait for it are handled.
    [[nodiscard]] Effects bind(const SignallingKey& signalling, SessionId session, Time now);

    /// Nobody knows `signalling`. If the facts that wait for it tell that a node serves it, they wait on, while it is
    /// made a session there (SeenSession); else they are given up.
    [[nodiscard]] Effects not_found(const SignallingKey& signalling);

    /// It is no session, nor made one: the facts that wait for it are given up.
    void give_up(const SignallingKey& signalling);

    /// A session that began without us: before this agent, or at another dispatcher, or it was only seen to be served.
    /// A dialog of it is known by its tag only until a message names it. Facts that wait for it are handled.
    /// `lifetime_left`: what remains of the lifetime it was given; nothing if it has none. Each may be told twice.
    [[nodiscard]] Effects adopt_session(SessionId session, const SignallingKey& signalling, Duration lifetime_left,
                                        Time now);
    void adopt_announcement(SessionId session, const AnnouncementKey& key, Tag tag);

    /// The kernel removed it, with all its announcements.
    void session_ended(SessionId session);

    /// The kernel did not take (or no longer holds) this announcement.
    void announcement_refused(SessionId session, const AnnouncementKey& key);

    /// To be called at or after next_deadline().
    [[nodiscard]] Effects expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    [[nodiscard]] SessionId session_of(const SignallingKey& signalling) const noexcept;
    [[nodiscard]] std::size_t sessions() const noexcept;
    [[nodiscard]] std::size_t live_dialogs(SessionId session) const noexcept;

    /// In the order in which they began.
    [[nodiscard]] std::vector<DialogView> dialogs() const;
    [[nodiscard]] const TrackerCounters& counters() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sara::inspect
