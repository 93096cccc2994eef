// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "core/base/hash.hpp"
#include "core/inspect/tracker_state.hpp"

namespace sara::inspect {

std::string unnamed_id(const FlowKey& flow) {
    return flow.text();
}

Tag tag_of(std::string_view id) noexcept {
    return static_cast<Tag>(fnv1a(as_bytes(id)));
}

DialogEntry* SessionTracker::State::find(SessionEntry& session, const std::string& id) {
    const auto found = session.dialogs.find(id);
    return found == session.dialogs.end() ? nullptr : &dialogs.at(found->second);
}

DialogEntry* SessionTracker::State::create(SessionId id, SessionEntry& session, const std::string& name,
                                           const MessageFacts& facts, Effects& out, Time now) {
    if (dialogs.size() >= config.max_dialogs || session.dialogs.size() >= limits::kMaxDialogsOfSession) {
        ++counters.limit_hits;
        if (!make_room(session, out, now)) {
            return nullptr;
        }
    }
    const Number number = next_number++;
    DialogEntry& entry = dialogs.try_emplace(number, number, id, name, facts).first->second;
    session.dialogs.emplace(entry.dialog.id(), number);
    const bool in_dialog =
        facts.status == 0 && facts.act == Act::propose && !facts.opens && !facts.leg.empty() && !facts.dialog.empty();
    if (in_dialog) {
        entry.dialog.set_known_before();
    }
    inherit(session, entry, entry.dialog.tag());
    if (!facts.dialog.empty()) {
        inherit(session, entry, tag_of(unnamed_id(facts.flow)));
    }
    return &entry;
}

/// What has ended goes first, then what was never accepted; what was accepted stays.
bool SessionTracker::State::make_room(SessionEntry& session, Effects& out, Time now) {
    if (session.dialogs.size() >= limits::kMaxDialogsOfSession) {
        const auto over = std::find_if(session.dialogs.begin(), session.dialogs.end(),
                                       [this](const auto& named) { return dialogs.at(named.second).dialog.ended(); });
        if (over == session.dialogs.end()) {
            return false;
        }
        forget(over->second);
    }
    if (dialogs.size() < config.max_dialogs) {
        return true;
    }
    if (ended.empty() && !open.empty()) {
        expire(dialogs.at(*open.begin()), out, now);
    }
    if (ended.empty()) {
        return false;
    }
    forget(*ended.begin());
    return true;
}

/// Its media may well go on: the kernel will see when they do not. So this does not end the session.
void SessionTracker::State::expire(DialogEntry& entry, Effects& out, Time now) {
    SessionEntry& session = sessions.at(entry.session);
    entry.dialog.end(EndReason::expired);
    session.live -= entry.live ? 1 : 0;
    entry.live = false;
    settle(session, entry, out, now);
    schedule(entry);
}

/// What the dialog of that tag had announced before the agent restarted.
void SessionTracker::State::inherit(SessionEntry& session, DialogEntry& entry, Tag tag) {
    const auto found = session.adopted.find(tag);
    if (found == session.adopted.end()) {
        return;
    }
    // With halves alone, its opening was not answered yet.
    if (!std::all_of(found->second.begin(), found->second.end(), is_half)) {
        entry.dialog.set_known_before();
    }
    for (const AnnouncementKey& key : found->second) {
        entry.inherited.push_back(key);
        entry.installed.emplace(key, DialogEntry::Installed{tag, false});
        session.users[key].push_back(entry.number);
    }
    session.adopted.erase(found);
    if (!entry.live) {
        entry.live = true;  // it was counted as one of the adopted
    } else {
        --session.live;
    }
}

void SessionTracker::State::rename(SessionEntry& session, DialogEntry& entry, const std::string& name) {
    session.dialogs.erase(entry.dialog.id());
    session.dialogs.emplace(name, entry.number);
    entry.dialog.rename(name);
    inherit(session, entry, entry.dialog.tag());
}

/// Without a word to the kernel: it has ended, or its session has.
void SessionTracker::State::forget(Number number) {
    const auto found = dialogs.find(number);
    DialogEntry& entry = found->second;
    deadlines.erase({entry.due, number});
    ended.erase(number);
    open.erase(number);
    if (const auto session = sessions.find(entry.session); session != sessions.end()) {
        const auto named = session->second.dialogs.find(entry.dialog.id());
        if (named != session->second.dialogs.end() && named->second == number) {
            session->second.dialogs.erase(named);
        }
    }
    dialogs.erase(found);
}

void SessionTracker::State::apply(SessionEntry& session, DialogEntry& entry, const MessageFacts& facts, Effects& out,
                                  Time now) {
    const bool was_ended = entry.dialog.ended();
    switch (entry.dialog.apply(facts, now)) {
    case Dialog::Outcome::applied:
        count_media(counters, facts);
        break;
    case Dialog::Outcome::stale:
        ++counters.stale;
        break;
    case Dialog::Outcome::limit:
        ++counters.limit_hits;
        break;
    }
    if (was_ended && entry.dialog.ended()) {
        if (config.keep_ended) {
            for (const auto& [key, provisional] : entry.dialog.said()) {
                entry.ever.insert(key);
            }
        }
        return;
    }
    if (was_ended) {
        ended.erase(entry.number);
        entry.begun = false;
        entry.completed = false;
    }
    settle(session, entry, out, now);
    if (!entry.dialog.ended()) {
        refresh(entry.session, session, entry, out, now);
    }
    schedule(entry);
}

/// Makes counters, announcements and the session's end follow from the dialog's state.
void SessionTracker::State::settle(SessionEntry& session, DialogEntry& entry, Effects& out, Time now) {
    const Dialog& dialog = entry.dialog;
    if (!entry.begun && !dialog.empty()) {
        entry.begun = true;
        ++counters.dialogs;
    }
    if (!entry.completed && dialog.state() == DialogState::complete) {
        entry.completed = true;
        ++counters.completed;
    }
    if (!dialog.ended() && !entry.live) {
        entry.live = true;
        ++session.live;
        entry.refused.clear();
    }
    if (dialog.ended() || dialog.accepted()) {
        open.erase(entry.number);
    } else {
        open.insert(entry.number);
    }
    if (!entry.inherited.empty() && (dialog.ended() || (!dialog.empty() && dialog.is_settled()))) {
        entry.inherited.clear();
    }
    if (dialog.accepted() && dialog.has_server_media()) {
        std::erase_if(entry.inherited, is_half);
    }
    announce(session, entry, out);
    if (!dialog.ended()) {
        return;
    }
    counters.ended += entry.begun ? 1 : 0;
    ended.insert(entry.number);
    entry.forget_at = config.keep_ended ? kNever : now + timers(dialog.app()).linger + limits::kWaitForRequest;
    if (entry.live) {
        entry.live = false;
        --session.live;
        if (session.live == 0) {
            end_session(entry.session, session, dialog.app(), out);
        }
    }
}

/// A message of a live dialog keeps its session.
void SessionTracker::State::refresh(SessionId id, SessionEntry& session, DialogEntry& entry, Effects& out, Time now) {
    const Timers times = timers(entry.dialog.app());
    const Duration lifetime =
        entry.dialog.accepted() ? entry.dialog.lifetime().value_or(times.dialog) + times.margin : times.setup;
    entry.forget_at = now + (entry.dialog.accepted() ? std::max(lifetime, limits::kForgetIdle) : lifetime);
    if (entry.dialog.empty() && entry.inherited.empty()) {
        return;
    }
    const Time until = now + lifetime;
    const Duration slack = std::min(lifetime / 8, limits::kRetellAfter);
    if (session.told_until == Time::min() || until - session.told_until > slack) {
        session.lingering = false;
        session.told_until = until;
        out.emplace_back(SetLifetime{id, lifetime});
    }
    label(id, session, entry, out);
}

void SessionTracker::State::schedule(DialogEntry& entry) {
    const Time due = std::min(entry.forget_at, entry.dialog.request_deadline());
    if (due == entry.due && due != kNever) {
        return;
    }
    deadlines.erase({entry.due, entry.number});
    entry.due = due;
    if (due != kNever) {
        deadlines.emplace(due, entry.number);
    }
}

}  // namespace sara::inspect
