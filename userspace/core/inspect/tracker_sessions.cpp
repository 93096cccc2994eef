// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <utility>

#include "core/inspect/tracker_state.hpp"

namespace sara::inspect {

namespace {

/// How many of the longest silent sessions are looked at when room is needed.
constexpr std::size_t kLookedAt = 64;

/// Signalling by which a session is known. With key source a client may use ever new flows, and with key call-id one
/// call's messages may come by several; one that is forgotten for it is asked for again when there is news of it.
constexpr std::size_t kMaxSessionSignalling = 256;

}  // namespace

Timers SessionTracker::State::timers(App app) const {
    if (const auto configured = config.timers.find(app); configured != config.timers.end()) {
        return configured->second;
    }
    const Protocol* const protocol = protocol_for(app);
    return protocol == nullptr ? Timers{} : protocol->timers();
}

SessionEntry* SessionTracker::State::open_session(SessionId id, const SignallingKey& key) {
    // Session ids grow: of two that claim the same the greater one is the living.
    const auto bound = signalling.find(key);
    if (bound != signalling.end() && bound->second != id) {
        if (bound->second > id) {
            ++counters.stale;
            return nullptr;
        }
        drop_session(bound->second);
    }
    auto found = sessions.find(id);
    if (found == sessions.end()) {
        if (sessions.size() >= config.max_sessions) {
            // An end that nobody told us of must not block new ones for ever.
            ++counters.limit_hits;
            const auto last = std::next(order.begin(), static_cast<std::ptrdiff_t>(std::min(order.size(), kLookedAt)));
            const auto idle =
                std::find_if(order.begin(), last, [this](SessionId each) { return sessions.at(each).live == 0; });
            if (idle == last) {
                return nullptr;
            }
            drop_session(*idle);
        }
        found = sessions.emplace(id, SessionEntry{}).first;
        found->second.place = order.insert(order.end(), id);
    }
    SessionEntry& session = found->second;
    order.splice(order.end(), order, session.place);
    if (signalling.emplace(key, id).second) {
        if (session.signalling.size() == kMaxSessionSignalling) {
            signalling.erase(session.signalling.front());
            session.signalling.erase(session.signalling.begin());
        }
        session.signalling.push_back(key);
    }
    return &session;
}

void SessionTracker::State::drop_session(SessionId id) {
    const auto found = sessions.find(id);
    if (found == sessions.end()) {
        return;
    }
    for (const auto& [name, number] : found->second.dialogs) {
        DialogEntry& entry = dialogs.at(number);
        deadlines.erase({entry.due, number});
        if (config.keep_ended) {
            entry.installed.clear();
            entry.due = kNever;
            ended.insert(number);
            open.erase(number);
        } else {
            ended.erase(number);
            open.erase(number);
            dialogs.erase(number);
        }
    }
    for (const SignallingKey& key : found->second.signalling) {
        signalling.erase(key);
    }
    order.erase(found->second.place);
    sessions.erase(found);
}

/// The session bears the name of its first dialog, or of the first after that ended.
void SessionTracker::State::label(SessionId id, SessionEntry& session, const DialogEntry& entry, Effects& out) {
    const Dialog& dialog = entry.dialog;
    const auto bearer = dialogs.find(session.labelled_by);
    const bool is_taken = bearer != dialogs.end() && bearer->first != entry.number && bearer->second.live;
    if (is_taken || dialog.id() == unnamed_id(dialog.flow())) {
        return;
    }
    std::string text = dialog.id();
    const Protocol* const protocol = protocol_for(dialog.app());
    if (protocol != nullptr && protocol->is_labelled_by_target() && !dialog.target().empty()) {
        text += " " + dialog.target();
    }
    session.labelled_by = entry.number;
    if (text != session.label) {
        session.label = text;
        out.emplace_back(SetLabel{id, std::move(text)});
    }
}

void SessionTracker::State::end_session(SessionId id, SessionEntry& session, App app, Effects& out) {
    session.lingering = true;
    session.told_until = Time::min();
    out.emplace_back(Linger{id, timers(app).linger});
}

}  // namespace sara::inspect
