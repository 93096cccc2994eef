// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/inspect/tracker_state.hpp"

namespace sara::inspect {

namespace {

/// Messages that bring a dialog into being when it is not known. A lone failure or end does too: what it ends may
/// still be on its way to us, and must not open anything then.
bool may_create(const MessageFacts& facts) noexcept {
    switch (facts.act) {
    case Act::propose:
    case Act::accept:
    case Act::answer:
    case Act::refuse:
        return true;
    case Act::progress:
        return !facts.leg.empty() || !facts.media.empty();
    case Act::finish:
        return facts.status == 0;
    case Act::none:
    case Act::decline:
    case Act::close:
        return false;
    }
    return false;
}

/// Where sessions may be told by their Call-ID (SIP over UDP), that of the message.
SignallingKey signalling_of(const MessageFacts& facts) {
    const bool may_share = facts.app == App::sip && facts.flow.transport == Transport::udp;
    return may_share ? SignallingKey(facts.flow, facts.dialog) : SignallingKey(facts.flow);
}

}  // namespace

void SessionTracker::State::wait(const MessageFacts& facts, Effects& out, Time now) {
    if (facts.act == Act::none) {
        return;
    }
    const SignallingKey key = signalling_of(facts);
    const bool asked = waiting.contains(key);
    if (!waiting.put(facts, now)) {
        ++counters.limit_hits;
        ++counters.facts_without_session;
    }
    if (!asked) {
        out.emplace_back(FindSession{key});
    }
}

void SessionTracker::State::handle(const MessageFacts& facts, SessionId id, const std::string& call_id, Effects& out,
                                   Time now) {
    SignallingKey key(facts.flow, call_id);
    if (id == SessionId::unknown) {
        auto bound = signalling.find(signalling_of(facts));
        if (bound == signalling.end()) {
            bound = signalling.find(facts.flow);
        }
        if (bound == signalling.end()) {
            wait(facts, out, now);
            return;
        }
        std::tie(key, id) = *bound;
    }
    ++counters.facts;
    SessionEntry* const session = open_session(id, key);
    if (session == nullptr) {
        return;
    }
    if (facts.act == Act::close) {
        close_flow(id, *session, facts, out, now);
    } else if (!facts.numbered) {
        handle_unnumbered(facts, id, *session, out, now);
    } else {
        handle_in(id, *session, facts, out, now);
    }
}

void SessionTracker::State::handle_in(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out,
                                      Time now) {
    if (DialogEntry* const entry = locate(id, session, facts, out, now)) {
        if (facts.act == Act::finish && entry->dialog.empty() && entry->inherited.empty() && !entry->dialog.ended()) {
            ++counters.ends_without_dialog;
        }
        apply(session, *entry, facts, out, now);
    } else if (facts.act == Act::finish) {
        ++counters.ends_without_dialog;
        end_adopted(id, session, facts, out);
    } else if (facts.dialog.empty()) {
        keep_alive(id, session, facts, out, now);
    }
    rob(session, facts, out, now);
}

/// Replies on one connection come in the order of their requests (RFC 2326 section 9.1), so it answers the first
/// proposal that has no reply. If that one is still on its way to us, nobody can tell.
void SessionTracker::State::handle_unnumbered(MessageFacts facts, SessionId id, SessionEntry& session, Effects& out,
                                              Time now) {
    const Sender initiator = transaction_of(facts).initiator;
    std::optional<std::uint32_t> first;
    for (const auto& [name, number] : session.dialogs) {
        const Dialog& dialog = dialogs.at(number).dialog;
        const std::optional<std::uint32_t> cseq =
            dialog.flow() == facts.flow && !dialog.ended() ? dialog.first_unanswered(initiator) : std::nullopt;
        if (cseq && (!first || *cseq < *first)) {
            first = cseq;
        }
    }
    if (first) {
        facts.cseq = *first;
        handle_in(id, session, facts, out, now);
    } else if (facts.act == Act::none) {
        keep_alive(id, session, facts, out, now);
    } else {
        ++counters.replies_without_request;
    }
}

/// A restarted agent does not know dialogs that had nothing to announce.
void SessionTracker::State::end_adopted(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out) {
    if (session.was_adopted && session.live == 0 && !session.lingering) {
        end_session(id, session, facts.app, out);
    }
}

/// A message that names no dialog keeps all of its connection (RTSP OPTIONS).
void SessionTracker::State::keep_alive(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out,
                                       Time now) {
    for (const auto& [name, number] : session.dialogs) {
        DialogEntry& entry = dialogs.at(number);
        if (entry.dialog.flow() == facts.flow && !entry.dialog.ended()) {
            refresh(id, session, entry, out, now);
            schedule(entry);
        }
    }
}

/// The unnamed dialog may have lost its leg to the one that the message named.
void SessionTracker::State::rob(SessionEntry& session, const MessageFacts& facts, Effects& out, Time now) {
    DialogEntry* const unnamed = facts.dialog.empty() ? nullptr : find(session, unnamed_id(facts.flow));
    if (unnamed == nullptr || unnamed->dialog.ended()) {
        return;
    }
    settle(session, *unnamed, out, now);
    schedule(*unnamed);
    if (unnamed->dialog.empty()) {
        session.live -= unnamed->live ? 1 : 0;
        forget(unnamed->number);
    }
}

void SessionTracker::State::close_flow(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out,
                                       Time now) {
    const Protocol* const protocol = protocol_for(facts.app);
    if (protocol == nullptr || !protocol->ends_with_connection()) {
        return;
    }
    std::vector<Number> closing;
    for (const auto& [name, number] : session.dialogs) {
        const Dialog& dialog = dialogs.at(number).dialog;
        if (dialog.flow() == facts.flow && dialog.app() == facts.app && !dialog.ended()) {
            closing.push_back(number);
        }
    }
    std::sort(closing.begin(), closing.end());
    for (const Number number : closing) {
        apply(session, dialogs.at(number), facts, out, now);
    }
    // Adopted dialogs that no message has named yet end with it, too.
    if (session.adopted.empty()) {
        return;
    }
    for (const auto& [tag, keys] : std::exchange(session.adopted, {})) {
        for (const AnnouncementKey& key : keys) {
            out.emplace_back(Withdraw{id, key});
            ++counters.withdrawn;
        }
        --session.live;
    }
    if (session.live == 0) {
        end_session(id, session, facts.app, out);
    }
}

DialogEntry* SessionTracker::State::locate(SessionId id, SessionEntry& session, const MessageFacts& facts, Effects& out,
                                           Time now) {
    if (facts.dialog.empty()) {
        return locate_unnamed(id, session, facts, out, now);
    }
    const bool adopted = session.adopted.contains(tag_of(facts.dialog));
    DialogEntry* known = find(session, facts.dialog);
    DialogEntry* const unnamed = find(session, unnamed_id(facts.flow));
    if (unnamed != nullptr && !unnamed->dialog.ended()) {
        const TransactionId transaction = transaction_of(facts);
        const bool names_it =
            facts.status != 0 ? unnamed->dialog.has_transaction(transaction) : known == nullptr && !adopted;
        if (names_it && known == nullptr && unnamed->dialog.has_one_leg()) {
            rename(session, *unnamed, facts.dialog);
            return unnamed;
        }
        if (names_it && facts.status != 0) {
            known = known != nullptr ? known : create(id, session, facts.dialog, facts, out, now);
            if (known != nullptr) {
                known->dialog.take_leg(unnamed->dialog, transaction);
            }
        }
    }
    if (known != nullptr) {
        return known;
    }
    const bool lone_end = facts.act == Act::finish && session.was_adopted && session.live == 0;
    if (!adopted && (!may_create(facts) || lone_end)) {
        return nullptr;
    }
    return create(id, session, facts.dialog, facts, out, now);
}

/// RTSP before the server has named the session: by transaction, else the flow's own dialog.
DialogEntry* SessionTracker::State::locate_unnamed(SessionId id, SessionEntry& session, const MessageFacts& facts,
                                                   Effects& out, Time now) {
    const TransactionId transaction = transaction_of(facts);
    const std::string name = unnamed_id(facts.flow);
    for (const auto& [each, number] : session.dialogs) {
        DialogEntry& entry = dialogs.at(number);
        if (each != name && entry.dialog.flow() == facts.flow && entry.dialog.has_transaction(transaction)) {
            return &entry;
        }
    }
    if (DialogEntry* const entry = find(session, name)) {
        return entry;
    }
    return may_create(facts) && facts.act != Act::finish ? create(id, session, name, facts, out, now) : nullptr;
}

}  // namespace sara::inspect
