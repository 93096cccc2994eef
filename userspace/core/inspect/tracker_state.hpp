// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/inspect/dialog.hpp"
#include "core/inspect/tracker.hpp"
#include "core/inspect/waiting_facts.hpp"

/// What the tracker knows. Only tracker*.cpp include this.
namespace sara::inspect {

/// Dialogs are numbered in the order in which they began.
using Number = std::uint64_t;

/// The id of a dialog that the server has not named yet; no protocol's id contains a blank.
[[nodiscard]] std::string unnamed_id(const FlowKey& flow);

[[nodiscard]] Tag tag_of(std::string_view id) noexcept;
[[nodiscard]] bool is_half(const AnnouncementKey& key) noexcept;

/// What is known and announced of a dialog. Owned by State::dialogs.
struct DialogEntry {
    DialogEntry(Number entry_number, SessionId of_session, std::string id, const MessageFacts& first)
        : number(entry_number), session(of_session), dialog(std::move(id), first) {}

    struct Installed {
        Tag tag = Tag::none;
        bool provisional = false;
    };

    Number number;
    SessionId session;
    Dialog dialog;
    bool begun = false;      ///< counted as a dialog: something was proposed in it
    bool completed = false;  ///< counted as complete
    bool live = false;       ///< counted in SessionEntry::live
    std::map<AnnouncementKey, Installed> installed;
    std::vector<AnnouncementKey> inherited;  ///< adopted after a restart; wanted until its media are known anew
    std::set<AnnouncementKey> refused;       ///< by the kernel: not asked for again
    std::set<AnnouncementKey> ever;          ///< with keep_ended
    Time forget_at = kNever;                 ///< ended: the end of its tombstone; else the end of our patience
    Time due = kNever;                       ///< its place in State::deadlines
};

/// Owned by State::sessions.
struct SessionEntry {
    std::vector<SignallingKey> signalling;
    std::unordered_map<std::string, Number> dialogs;
    std::map<AnnouncementKey, std::vector<Number>> users;  ///< which dialogs want a key; the last one's tag is known
    std::unordered_map<Tag, std::vector<AnnouncementKey>> adopted;  ///< of dialogs that are not known by name yet
    bool was_adopted = false;
    bool lingering = false;
    std::size_t live = 0;
    Time told_until = Time::min();  ///< the lifetime that the kernel was told
    std::string label;
    Number labelled_by = 0;
    std::list<SessionId>::iterator place;  ///< in State::order
};

struct SessionTracker::State {
    explicit State(const TrackerConfig& given) : config(given) {}

    TrackerConfig config;
    TrackerCounters counters;
    std::unordered_map<SessionId, SessionEntry> sessions;
    std::list<SessionId> order;  ///< least recently used first
    std::unordered_map<SignallingKey, SessionId, SignallingKeyHash> signalling;
    std::map<Number, DialogEntry> dialogs;
    std::set<std::pair<Time, Number>> deadlines;
    std::set<Number> ended;  ///< make room first
    std::set<Number> open;   ///< proposed, not accepted: make room next
    WaitingFacts waiting;
    Number next_number = 1;

    // tracker_messages.cpp: which dialog a message is about
    void handle(const MessageFacts& facts, SessionId session, const std::string& call_id, Effects& out, Time now);
    void handle_unnumbered(MessageFacts facts, SessionId id, SessionEntry& session, Effects& out, Time now);
    void handle_in(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out, Time now);
    void wait(const MessageFacts& facts, Effects& out, Time now);
    DialogEntry* locate(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out, Time now);
    DialogEntry* locate_unnamed(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out, Time now);
    void close_flow(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out, Time now);
    void keep_alive(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out, Time now);
    void rob(SessionEntry& session, const MessageFacts& facts, Effects& out, Time now);
    void end_adopted(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out);

    // tracker_sessions.cpp
    SessionEntry* open_session(SessionId id, const SignallingKey& key);
    void drop_session(SessionId id);
    void end_session(SessionId id, SessionEntry& session, App app, Effects& out);
    void label(SessionId id, SessionEntry& session, const DialogEntry& entry, Effects& out);
    [[nodiscard]] Timers timers(App app) const;

    // tracker_dialogs.cpp: their lives
    DialogEntry* find(SessionEntry& session, const std::string& id);
    DialogEntry* create(SessionId id, SessionEntry& session, const std::string& name, const MessageFacts& facts,
                        Effects& out, Time now);
    void inherit(SessionEntry& session, DialogEntry& entry, Tag tag);
    void rename(SessionEntry& session, DialogEntry& entry, const std::string& name);
    void apply(SessionEntry& session, DialogEntry& entry, const MessageFacts& facts, Effects& out, Time now);
    void settle(SessionEntry& session, DialogEntry& entry, Effects& out, Time now);
    void refresh(SessionId id, SessionEntry& session, DialogEntry& entry, Effects& out, Time now);
    void schedule(DialogEntry& entry);
    void expire(DialogEntry& entry, Effects& out, Time now);
    bool make_room(SessionEntry& session, Effects& out, Time now);
    void forget(Number number);

    // tracker_announcements.cpp
    void announce(SessionEntry& session, DialogEntry& entry, Effects& out);
    void drop_key(SessionEntry& session, DialogEntry& entry, const AnnouncementKey& key, Effects& out);
};

}  // namespace sara::inspect
