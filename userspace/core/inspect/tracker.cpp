// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/tracker.hpp"

#include <algorithm>
#include <utility>

#include "core/inspect/tracker_state.hpp"

namespace sara::inspect {

namespace {

/// Does it say that a node serves its session, which goes on?
bool tells_who_serves(const MessageFacts& facts) noexcept {
    if (!facts.node || facts.sender != Sender::server) {
        return false;
    }
    switch (facts.act) {
    case Act::propose:
    case Act::progress:
    case Act::accept:
    case Act::answer:
        return true;
    case Act::none:
    case Act::refuse:
    case Act::decline:
    case Act::finish:
    case Act::close:
        return false;
    }
    return false;
}

}  // namespace

SessionTracker::SessionTracker(const TrackerConfig& config) : state_(std::make_unique<State>(config)) {}
SessionTracker::~SessionTracker() = default;
SessionTracker::SessionTracker(SessionTracker&&) noexcept = default;
SessionTracker& SessionTracker::operator=(SessionTracker&&) noexcept = default;

Effects SessionTracker::handle(const MessageFacts& facts, SessionId session, Time now, const std::string& call_id) {
    Effects effects;
    state_->handle(facts, session, call_id, effects, now);
    return effects;
}

Effects SessionTracker::bind(const SignallingKey& signalling, SessionId session, Time now) {
    Effects effects;
    if (session == SessionId::unknown || state_->open_session(session, signalling) == nullptr) {
        return effects;
    }
    for (const MessageFacts& facts : state_->waiting.take(signalling)) {
        state_->handle(facts, session, signalling.call_id, effects, now);
    }
    return effects;
}

Effects SessionTracker::not_found(const SignallingKey& signalling) {
    if (const MessageFacts* const served = state_->waiting.find(signalling, &tells_who_serves)) {
        return {SeenSession{signalling, *served->node}};
    }
    give_up(signalling);
    return {};
}

void SessionTracker::give_up(const SignallingKey& signalling) {
    state_->counters.facts_without_session += state_->waiting.take(signalling).size();
}

Effects SessionTracker::adopt_session(SessionId session, const SignallingKey& signalling, Duration lifetime_left,
                                      Time now) {
    SessionEntry* const adopted = state_->open_session(session, signalling);
    if (adopted == nullptr) {
        return {};
    }
    adopted->was_adopted = true;
    if (lifetime_left > Duration::zero()) {
        adopted->told_until = now + lifetime_left;
    }
    return bind(signalling, session, now);
}

void SessionTracker::adopt_announcement(SessionId session, const AnnouncementKey& key, Tag tag) {
    const auto found = state_->sessions.find(session);
    if (found == state_->sessions.end() || tag == Tag::none) {
        return;  // not the agent's: it was made by hand
    }
    if (found->second.users.contains(key)) {
        return;  // a dialog that is known has announced it meanwhile
    }
    const auto [entry, added] = found->second.adopted.try_emplace(tag);
    entry->second.push_back(key);
    found->second.live += added ? 1 : 0;
}

void SessionTracker::session_ended(SessionId session) {
    state_->drop_session(session);
}

void SessionTracker::announcement_refused(SessionId session, const AnnouncementKey& key) {
    const auto found = state_->sessions.find(session);
    if (found == state_->sessions.end()) {
        return;
    }
    const auto users = found->second.users.find(key);
    if (users == found->second.users.end()) {
        return;
    }
    ++state_->counters.conflicts;
    for (const Number number : users->second) {
        DialogEntry& entry = state_->dialogs.at(number);
        entry.installed.erase(key);
        entry.refused.insert(key);
    }
    found->second.users.erase(users);
}

Effects SessionTracker::expire(Time now) {
    Effects effects;
    state_->counters.facts_without_session += state_->waiting.expire(now);
    while (!state_->deadlines.empty() && state_->deadlines.begin()->first <= now) {
        DialogEntry& entry = state_->dialogs.at(state_->deadlines.begin()->second);
        SessionEntry& session = state_->sessions.at(entry.session);
        if (const unsigned given_up = entry.dialog.give_up_requests(now); given_up > 0) {
            state_->counters.replies_without_request += given_up;
            state_->settle(session, entry, effects, now);
        }
        if (entry.forget_at > now) {
            state_->schedule(entry);
            continue;
        }
        if (!entry.dialog.ended()) {
            state_->expire(entry, effects, now);
            continue;
        }
        state_->forget(entry.number);
    }
    return effects;
}

Time SessionTracker::next_deadline() const noexcept {
    const Time dialogs = state_->deadlines.empty() ? kNever : state_->deadlines.begin()->first;
    return std::min(state_->waiting.next_deadline(), dialogs);
}

SessionId SessionTracker::session_of(const SignallingKey& signalling) const noexcept {
    const auto found = state_->signalling.find(signalling);
    return found == state_->signalling.end() ? SessionId::unknown : found->second;
}

std::size_t SessionTracker::sessions() const noexcept {
    return state_->sessions.size();
}

std::size_t SessionTracker::live_dialogs(SessionId session) const noexcept {
    const auto found = state_->sessions.find(session);
    return found == state_->sessions.end() ? 0 : found->second.live;
}

std::vector<DialogView> SessionTracker::dialogs() const {
    std::vector<DialogView> views;
    for (const auto& [number, entry] : state_->dialogs) {
        if (entry.dialog.empty() && entry.installed.empty()) {
            continue;  // nothing was ever proposed in it
        }
        DialogView view;
        view.session = entry.session;
        entry.dialog.fill(view);
        for (const auto& [key, installed] : entry.installed) {
            view.announced.push_back(key);
        }
        view.ever_announced.assign(entry.ever.begin(), entry.ever.end());
        views.push_back(std::move(view));
    }
    return views;
}

const TrackerCounters& SessionTracker::counters() const noexcept {
    return state_->counters;
}

}  // namespace sara::inspect
