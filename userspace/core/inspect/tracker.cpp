// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/tracker.hpp"

#include <algorithm>
#include <chrono>
#include <list>
#include <map>
#include <set>
#include <utility>

#include "core/base/hash.hpp"
#include "core/inspect/dialog.hpp"
#include "core/inspect/media_plan.hpp"

namespace sara::inspect {

namespace {

/// Dialogs are numbered in the order in which they began.
using Number = std::uint64_t;

/// How many of the longest silent sessions are looked at when room is needed.
constexpr std::size_t kLookedAt = 64;

/// The id of a dialog that the server has not named yet; no protocol's id contains a blank.
std::string unnamed_id(const FlowKey& flow) {
    return flow.text();
}

Tag tag_of(std::string_view id) noexcept {
    return static_cast<Tag>(fnv1a(as_bytes(id)));
}

/// What is known and announced of a dialog. Owned by State::dialogs.
struct Entry {
    Entry(Number entry_number, SessionId of_session, std::string id, const MessageFacts& first)
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
    bool live = false;       ///< counted in Session::live
    std::map<AnnouncementKey, Installed> installed;
    std::vector<AnnouncementKey> inherited;  ///< adopted after a restart; wanted until its media are known anew
    std::set<AnnouncementKey> refused;       ///< by the kernel: not asked for again
    std::set<AnnouncementKey> ever;          ///< with keep_ended
    Time forget_at = kNever;                 ///< ended: the end of its tombstone; else the end of our patience
    Time due = kNever;                       ///< its place in State::deadlines
};

struct Session {
    std::vector<FlowKey> flows;
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

bool is_half(const AnnouncementKey& key) noexcept {
    return form_of(key) == AnnouncementForm::half;
}

struct Waiting {
    MessageFacts facts;
    Time until;
};

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

}  // namespace

struct SessionTracker::State {
    explicit State(const TrackerConfig& given) : config(given) {}

    TrackerConfig config;
    TrackerCounters counters;
    std::unordered_map<SessionId, Session> sessions;
    std::list<SessionId> order;  ///< least recently used first
    std::unordered_map<FlowKey, SessionId, FlowKeyHash> flows;
    std::map<Number, Entry> dialogs;
    std::set<std::pair<Time, Number>> deadlines;
    std::set<Number> ended;  ///< make room first
    std::set<Number> open;   ///< proposed, not accepted: make room next
    std::deque<Waiting> waiting;
    Number next_number = 1;

    void handle(const MessageFacts& facts, SessionId session, Effects& out, Time now);
    void wait(const MessageFacts& facts, Effects& out, Time now);
    Session* open_session(SessionId id, const FlowKey& flow);
    void drop_session(SessionId id);

    Entry* find(Session& session, const std::string& id);
    Entry* locate(SessionId id, Session& session, const MessageFacts& facts, Effects& out, Time now);
    Entry* locate_unnamed(SessionId id, Session& session, const MessageFacts& facts, Effects& out, Time now);
    Entry* create(SessionId id, Session& session, const std::string& name, const MessageFacts& facts, Effects& out,
                  Time now);
    void expire(Entry& entry, Effects& out, Time now);
    bool make_room(Session& session, Effects& out, Time now);
    void rename(Session& session, Entry& entry, const std::string& name);
    void inherit(Session& session, Entry& entry, Tag tag);
    void forget(Number number);

    void apply(Session& session, Entry& entry, const MessageFacts& facts, Effects& out, Time now);
    void end_adopted(SessionId id, Session& session, const MessageFacts& facts, Effects& out);
    void keep_alive(SessionId id, Session& session, const MessageFacts& facts, Effects& out, Time now);
    void rob(Session& session, const MessageFacts& facts, Effects& out, Time now);
    void close_flow(SessionId id, Session& session, const MessageFacts& facts, Effects& out, Time now);
    void settle(Session& session, Entry& entry, Effects& out, Time now);
    void announce(Session& session, Entry& entry, Effects& out);
    void drop_key(Session& session, Entry& entry, const AnnouncementKey& key, Effects& out);
    void refresh(SessionId id, Session& session, Entry& entry, Effects& out, Time now);
    void label(SessionId id, Session& session, const Entry& entry, Effects& out);
    void end_session(SessionId id, Session& session, App app, Effects& out);
    void schedule(Entry& entry);
    void count_media(const MessageFacts& facts);
    [[nodiscard]] Timers timers(App app) const;
};

// --- sessions ---------------------------------------------------------------------------------------------------

Timers SessionTracker::State::timers(App app) const {
    switch (app) {
    case App::sip:
        if (config.sip) {
            return *config.sip;
        }
        break;
    case App::rtsp:
        if (config.rtsp) {
            return *config.rtsp;
        }
        break;
    case App::none:
        break;
    }
    const Protocol* const protocol = protocol_for(app);
    return protocol == nullptr ? Timers{} : protocol->timers();
}

Session* SessionTracker::State::open_session(SessionId id, const FlowKey& flow) {
    // Session ids grow: of two that claim a flow the greater one is the living.
    const auto bound = flows.find(flow);
    if (bound != flows.end() && bound->second != id) {
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
        found = sessions.emplace(id, Session{}).first;
        found->second.place = order.insert(order.end(), id);
    }
    Session& session = found->second;
    order.splice(order.end(), order, session.place);
    if (flows.emplace(flow, id).second) {
        session.flows.push_back(flow);
    }
    return &session;
}

void SessionTracker::State::drop_session(SessionId id) {
    const auto found = sessions.find(id);
    if (found == sessions.end()) {
        return;
    }
    for (const auto& [name, number] : found->second.dialogs) {
        Entry& entry = dialogs.at(number);
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
    for (const FlowKey& flow : found->second.flows) {
        flows.erase(flow);
    }
    order.erase(found->second.place);
    sessions.erase(found);
}

void SessionTracker::State::wait(const MessageFacts& facts, Effects& out, Time now) {
    if (facts.act == Act::none) {
        return;
    }
    const bool asked =
        std::any_of(waiting.begin(), waiting.end(), [&](const Waiting& each) { return each.facts.flow == facts.flow; });
    if (waiting.size() >= limits::kMaxWaiting) {
        ++counters.limit_hits;
        ++counters.facts_without_session;
        waiting.pop_front();
    }
    waiting.push_back({facts, now + limits::kWaitForSession});
    if (!asked) {
        out.push_back(FindSession{facts.flow});
    }
}

void SessionTracker::State::handle(const MessageFacts& facts, SessionId id, Effects& out, Time now) {
    if (id == SessionId::unknown) {
        if (const auto bound = flows.find(facts.flow); bound != flows.end()) {
            id = bound->second;
        } else {
            wait(facts, out, now);
            return;
        }
    }
    ++counters.facts;
    Session* const session = open_session(id, facts.flow);
    if (session == nullptr) {
        return;
    }
    if (facts.act == Act::close) {
        close_flow(id, *session, facts, out, now);
        return;
    }
    if (Entry* const entry = locate(id, *session, facts, out, now)) {
        if (facts.act == Act::finish && entry->dialog.empty() && entry->inherited.empty() && !entry->dialog.ended()) {
            ++counters.ends_without_dialog;
        }
        apply(*session, *entry, facts, out, now);
    } else if (facts.act == Act::finish) {
        ++counters.ends_without_dialog;
        end_adopted(id, *session, facts, out);
    } else if (facts.dialog.empty()) {
        keep_alive(id, *session, facts, out, now);
    }
    rob(*session, facts, out, now);
}

/// A restarted agent does not know dialogs that had nothing to announce.
void SessionTracker::State::end_adopted(SessionId id, Session& session, const MessageFacts& facts, Effects& out) {
    if (session.was_adopted && session.live == 0 && !session.lingering) {
        end_session(id, session, facts.app, out);
    }
}

/// A message that names no dialog keeps all of its connection (RTSP OPTIONS).
void SessionTracker::State::keep_alive(SessionId id, Session& session, const MessageFacts& facts, Effects& out,
                                       Time now) {
    for (const auto& [name, number] : session.dialogs) {
        Entry& entry = dialogs.at(number);
        if (entry.dialog.flow() == facts.flow && !entry.dialog.ended()) {
            refresh(id, session, entry, out, now);
            schedule(entry);
        }
    }
}

/// The unnamed dialog may have lost its leg to the one that the message named.
void SessionTracker::State::rob(Session& session, const MessageFacts& facts, Effects& out, Time now) {
    Entry* const unnamed = facts.dialog.empty() ? nullptr : find(session, unnamed_id(facts.flow));
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

// --- dialogs ----------------------------------------------------------------------------------------------------

Entry* SessionTracker::State::find(Session& session, const std::string& id) {
    const auto found = session.dialogs.find(id);
    return found == session.dialogs.end() ? nullptr : &dialogs.at(found->second);
}

Entry* SessionTracker::State::locate(SessionId id, Session& session, const MessageFacts& facts, Effects& out,
                                     Time now) {
    if (facts.dialog.empty()) {
        return locate_unnamed(id, session, facts, out, now);
    }
    const bool adopted = session.adopted.contains(tag_of(facts.dialog));
    Entry* known = find(session, facts.dialog);
    Entry* const unnamed = find(session, unnamed_id(facts.flow));
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
Entry* SessionTracker::State::locate_unnamed(SessionId id, Session& session, const MessageFacts& facts, Effects& out,
                                             Time now) {
    const TransactionId transaction = transaction_of(facts);
    const std::string name = unnamed_id(facts.flow);
    for (const auto& [each, number] : session.dialogs) {
        Entry& entry = dialogs.at(number);
        if (each != name && entry.dialog.flow() == facts.flow && entry.dialog.has_transaction(transaction)) {
            return &entry;
        }
    }
    if (Entry* const entry = find(session, name)) {
        return entry;
    }
    return may_create(facts) && facts.act != Act::finish ? create(id, session, name, facts, out, now) : nullptr;
}

Entry* SessionTracker::State::create(SessionId id, Session& session, const std::string& name, const MessageFacts& facts,
                                     Effects& out, Time now) {
    if (dialogs.size() >= config.max_dialogs || session.dialogs.size() >= limits::kMaxDialogsOfSession) {
        ++counters.limit_hits;
        if (!make_room(session, out, now)) {
            return nullptr;
        }
    }
    const Number number = next_number++;
    Entry& entry = dialogs.try_emplace(number, number, id, name, facts).first->second;
    session.dialogs.emplace(entry.dialog.id(), number);
    const bool in_dialog =
        facts.status == 0 && facts.act == Act::propose && !facts.leg.empty() && !facts.dialog.empty();
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
bool SessionTracker::State::make_room(Session& session, Effects& out, Time now) {
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
void SessionTracker::State::expire(Entry& entry, Effects& out, Time now) {
    Session& session = sessions.at(entry.session);
    entry.dialog.end(EndReason::expired);
    session.live -= entry.live ? 1 : 0;
    entry.live = false;
    settle(session, entry, out, now);
    schedule(entry);
}

/// What the dialog of that tag had announced before the agent restarted.
void SessionTracker::State::inherit(Session& session, Entry& entry, Tag tag) {
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
        entry.installed.emplace(key, Entry::Installed{tag, false});
        session.users[key].push_back(entry.number);
    }
    session.adopted.erase(found);
    if (!entry.live) {
        entry.live = true;  // it was counted as one of the adopted
    } else {
        --session.live;
    }
}

void SessionTracker::State::rename(Session& session, Entry& entry, const std::string& name) {
    session.dialogs.erase(entry.dialog.id());
    session.dialogs.emplace(name, entry.number);
    entry.dialog.rename(name);
    inherit(session, entry, entry.dialog.tag());
}

/// Without a word to the kernel: it has ended, or its session has.
void SessionTracker::State::forget(Number number) {
    const auto found = dialogs.find(number);
    Entry& entry = found->second;
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

void SessionTracker::State::apply(Session& session, Entry& entry, const MessageFacts& facts, Effects& out, Time now) {
    const bool was_ended = entry.dialog.ended();
    switch (entry.dialog.apply(facts, now)) {
    case Dialog::Outcome::applied:
        count_media(facts);
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

void SessionTracker::State::count_media(const MessageFacts& facts) {
    const auto count = [&](const MediaEndpoint& media, bool of_server) {
        switch (media.state) {
        case MediaState::active:
            break;
        case MediaState::rejected:
            return;
        case MediaState::interleaved:
            counters.interleaved += of_server ? 1 : 0;
            return;
        case MediaState::multicast:
            ++counters.multicast_refused;
            return;
        }
        if (!of_server) {
            if (media.address && media.address->family() != facts.flow.dst.address.family()) {
                ++counters.media_unusable;
            }
            return;
        }
        switch (judge_server_media(media, facts.flow)) {
        case ServerMedia::elsewhere:
            ++counters.media_elsewhere;
            return;
        case ServerMedia::unusable:
            ++counters.media_unusable;
            return;
        case ServerMedia::usable:
        case ServerMedia::not_active:
            return;
        }
    };
    for (const MediaEndpoint& media : facts.media) {
        count(media, facts.sender == Sender::server);
    }
}

void SessionTracker::State::close_flow(SessionId id, Session& session, const MessageFacts& facts, Effects& out,
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
            out.push_back(Withdraw{id, key});
            ++counters.withdrawn;
        }
        --session.live;
    }
    if (session.live == 0) {
        end_session(id, session, facts.app, out);
    }
}

// --- effects ----------------------------------------------------------------------------------------------------

/// Makes counters, announcements and the session's end follow from the dialog's state.
void SessionTracker::State::settle(Session& session, Entry& entry, Effects& out, Time now) {
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

void SessionTracker::State::announce(Session& session, Entry& entry, Effects& out) {
    const Timers times = timers(entry.dialog.app());
    Plan plan = entry.dialog.plan();
    for (const AnnouncementKey& key : entry.inherited) {
        plan.emplace(key, false);
    }
    for (const AnnouncementKey& key : entry.refused) {
        plan.erase(key);
    }
    while (plan.size() > limits::kMaxAnnouncements) {
        ++counters.limit_hits;
        plan.erase(std::prev(plan.end()));
    }
    // First what is new, then what is over: no packet finds a gap.
    for (const auto& [key, provisional] : plan) {
        const auto [installed, added] = entry.installed.emplace(key, Entry::Installed{entry.dialog.tag(), provisional});
        if (!added && installed->second.tag == entry.dialog.tag() && installed->second.provisional == provisional) {
            continue;
        }
        installed->second = {entry.dialog.tag(), provisional};
        std::vector<Number>& users = session.users[key];
        std::erase(users, entry.number);
        users.push_back(entry.number);
        out.push_back(Announce{entry.session, key, entry.dialog.tag(),
                               provisional ? std::optional<Duration>(times.setup) : std::nullopt});
        ++counters.announced;
        if (config.keep_ended) {
            entry.ever.insert(key);
        }
    }
    std::vector<AnnouncementKey> over;
    for (const auto& [key, installed] : entry.installed) {
        if (!plan.contains(key)) {
            over.push_back(key);
        }
    }
    for (const AnnouncementKey& key : over) {
        drop_key(session, entry, key, out);
    }
}

/// Another dialog of the session may want it still; the announcement is then that one's.
void SessionTracker::State::drop_key(Session& session, Entry& entry, const AnnouncementKey& key, Effects& out) {
    entry.installed.erase(key);
    const auto found = session.users.find(key);
    if (found == session.users.end()) {
        return;
    }
    std::vector<Number>& users = found->second;
    const bool was_its_own = !users.empty() && users.back() == entry.number;
    std::erase(users, entry.number);
    if (users.empty()) {
        session.users.erase(found);
        out.push_back(Withdraw{entry.session, key});
        ++counters.withdrawn;
    } else if (was_its_own) {
        const Entry& heir = dialogs.at(users.back());
        const Entry::Installed& installed = heir.installed.at(key);
        const std::optional<Duration> ttl =
            installed.provisional ? std::optional<Duration>(timers(heir.dialog.app()).setup) : std::nullopt;
        out.push_back(Announce{heir.session, key, installed.tag, ttl});
        ++counters.announced;
    }
}

/// A message of a live dialog keeps its session.
void SessionTracker::State::refresh(SessionId id, Session& session, Entry& entry, Effects& out, Time now) {
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
        out.push_back(SetLifetime{id, lifetime});
    }
    label(id, session, entry, out);
}

/// The session bears the name of its first dialog, or of the first after that ended.
void SessionTracker::State::label(SessionId id, Session& session, const Entry& entry, Effects& out) {
    const Dialog& dialog = entry.dialog;
    const auto bearer = dialogs.find(session.labelled_by);
    const bool is_taken = bearer != dialogs.end() && bearer->first != entry.number && bearer->second.live;
    if (is_taken || dialog.id() == unnamed_id(dialog.flow())) {
        return;
    }
    std::string text = dialog.id();
    if (dialog.app() == App::rtsp && !dialog.target().empty()) {
        text += " " + dialog.target();
    }
    session.labelled_by = entry.number;
    if (text != session.label) {
        session.label = text;
        out.push_back(SetLabel{id, std::move(text)});
    }
}

void SessionTracker::State::end_session(SessionId id, Session& session, App app, Effects& out) {
    session.lingering = true;
    session.told_until = Time::min();
    out.push_back(Linger{id, timers(app).linger});
}

void SessionTracker::State::schedule(Entry& entry) {
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

// --- the outside ------------------------------------------------------------------------------------------------

SessionTracker::SessionTracker(const TrackerConfig& config) : state_(std::make_unique<State>(config)) {}
SessionTracker::~SessionTracker() = default;
SessionTracker::SessionTracker(SessionTracker&&) noexcept = default;
SessionTracker& SessionTracker::operator=(SessionTracker&&) noexcept = default;

Effects SessionTracker::handle(const MessageFacts& facts, SessionId session, Time now) {
    Effects effects;
    state_->handle(facts, session, effects, now);
    return effects;
}

Effects SessionTracker::bind(const FlowKey& flow, SessionId session, Time now) {
    Effects effects;
    if (session == SessionId::unknown || state_->open_session(session, flow) == nullptr) {
        return effects;
    }
    std::vector<MessageFacts> ready;
    for (Waiting& each : state_->waiting) {
        if (each.facts.flow == flow) {
            ready.push_back(std::move(each.facts));
            each.until = Time::min();
        }
    }
    std::erase_if(state_->waiting, [](const Waiting& each) { return each.until == Time::min(); });
    for (const MessageFacts& facts : ready) {
        state_->handle(facts, session, effects, now);
    }
    return effects;
}

void SessionTracker::not_found(const FlowKey& flow) {
    state_->counters.facts_without_session +=
        std::erase_if(state_->waiting, [&](const Waiting& each) { return each.facts.flow == flow; });
}

void SessionTracker::adopt_session(SessionId session, const FlowKey& flow, Duration lifetime_left, Time now) {
    Session* const adopted = state_->open_session(session, flow);
    if (adopted == nullptr) {
        return;
    }
    adopted->was_adopted = true;
    if (lifetime_left > Duration::zero()) {
        adopted->told_until = now + lifetime_left;
    }
}

void SessionTracker::adopt_announcement(SessionId session, const AnnouncementKey& key, Tag tag) {
    const auto found = state_->sessions.find(session);
    if (found == state_->sessions.end() || tag == Tag::none) {
        return;  // not the agent's: it was made by hand
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
        Entry& entry = state_->dialogs.at(number);
        entry.installed.erase(key);
        entry.refused.insert(key);
    }
    found->second.users.erase(users);
}

Effects SessionTracker::expire(Time now) {
    Effects effects;
    while (!state_->waiting.empty() && state_->waiting.front().until <= now) {
        ++state_->counters.facts_without_session;
        state_->waiting.pop_front();
    }
    while (!state_->deadlines.empty() && state_->deadlines.begin()->first <= now) {
        Entry& entry = state_->dialogs.at(state_->deadlines.begin()->second);
        Session& session = state_->sessions.at(entry.session);
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
    const Time waiting = state_->waiting.empty() ? kNever : state_->waiting.front().until;
    const Time dialogs = state_->deadlines.empty() ? kNever : state_->deadlines.begin()->first;
    return std::min(waiting, dialogs);
}

SessionId SessionTracker::session_of(const FlowKey& flow) const noexcept {
    const auto found = state_->flows.find(flow);
    return found == state_->flows.end() ? SessionId::unknown : found->second;
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
