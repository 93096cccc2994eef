// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/dialog.hpp"

#include <algorithm>
#include <utility>

#include "core/base/hash.hpp"
#include "core/inspect/limits.hpp"

namespace sara::inspect {

namespace {

constexpr std::uint16_t kRequestTerminated = 487;  // RFC 3261 section 21.4.25: the answer to a cancelled INVITE

std::size_t index(Sender sender) noexcept {
    return static_cast<std::size_t>(sender);
}

Sender other(Sender sender) noexcept {
    return sender == Sender::client ? Sender::server : Sender::client;
}

/// Numbers may begin anywhere, and go round (RFC 1982 section 3.2): a place in a TCP stream does.
bool is_before(std::uint32_t a, std::uint32_t b) noexcept {
    return static_cast<std::int32_t>(a - b) < 0;
}

Tag tag_of(std::string_view id) noexcept {
    return static_cast<Tag>(fnv1a(as_bytes(id)));
}

}  // namespace

TransactionId transaction_of(const MessageFacts& facts) noexcept {
    return {facts.status == 0 ? facts.sender : other(facts.sender), facts.cseq};
}

// --- Half -------------------------------------------------------------------------------------------------------

bool Half::put(TransactionId said_in, const std::vector<MediaEndpoint>& media, bool decided) {
    const std::size_t initiator = index(said_in.initiator);
    if ((newest_[initiator] && is_before(said_in.cseq, *newest_[initiator])) ||
        (decided_[initiator] && !is_before(*decided_[initiator], said_in.cseq))) {
        return false;
    }
    newest_[initiator] = said_in.cseq;
    const auto same = std::find_if(versions_.begin(), versions_.end(),
                                   [&](const Version& version) { return version.said_in == said_in; });
    if (same != versions_.end()) {
        same->media = media;
    } else {
        if (versions_.size() == limits::kMaxVersions) {
            versions_.erase(versions_.begin() + 1);  // the oldest proposal, not what was agreed
        }
        versions_.push_back({said_in, media, false});
    }
    if (decided) {
        decide(said_in);
    }
    return true;
}

void Half::decide(TransactionId said_in) {
    const auto agreed = std::find_if(versions_.begin(), versions_.end(),
                                     [&](const Version& version) { return version.said_in == said_in; });
    if (agreed == versions_.end()) {
        return;
    }
    agreed->decided = true;
    decided_[index(said_in.initiator)] = said_in.cseq;
    versions_.erase(versions_.begin(), agreed);
}

void Half::reject(TransactionId said_in) {
    std::erase_if(versions_, [&](const Version& version) { return version.said_in == said_in && !version.decided; });
}

bool Half::said(TransactionId id) const noexcept {
    return std::any_of(versions_.begin(), versions_.end(),
                       [&](const Version& version) { return version.said_in == id; });
}

// --- Dialog: life -----------------------------------------------------------------------------------------------

Dialog::Dialog(std::string id, const MessageFacts& first)
    : id_(std::move(id)), tag_(tag_of(id_)), app_(first.app), flow_(first.flow) {}

Dialog::Outcome Dialog::apply(const MessageFacts& facts, Time now) {
    const TransactionId id = transaction_of(facts);
    if (ended()) {
        if (facts.act == Act::refuse) {
            open_transaction(id).refused = true;  // its request may still come, and must not open anything
        }
        if (!revives(facts)) {
            record(facts, now);
            return facts.act == Act::none ? Outcome::applied : Outcome::stale;
        }
        restart();
    }
    std::uint32_t& newest = newest_cseq_[index(id.initiator)];
    newest = std::max(newest, facts.cseq);
    if (facts.lifetime) {
        lifetime_ = facts.lifetime;
    }
    if (target_.empty()) {
        target_ = facts.target;
    }
    Outcome outcome = Outcome::applied;
    switch (facts.act) {
    case Act::none:
        break;
    case Act::propose:
        outcome = propose(facts);
        break;
    case Act::progress:
    case Act::accept:
    case Act::answer:
        outcome = reply(facts, now);
        break;
    case Act::refuse:
        outcome = refuse(facts);
        break;
    case Act::decline:
        outcome = decline(facts);
        break;
    case Act::finish:
        outcome = finish(facts);
        break;
    case Act::close:
        end(EndReason::connection_closed);
        break;
    }
    update_state();
    return outcome;
}

/// A new attempt under the old id: an INVITE after 401, a SETUP on the same connection. Its reply may come first.
bool Dialog::revives(const MessageFacts& facts) const noexcept {
    const TransactionId id = transaction_of(facts);
    if (facts.cseq <= newest_cseq_[index(id.initiator)]) {
        return false;
    }
    switch (facts.act) {
    case Act::propose:
        return (facts.opens || facts.leg.empty() || facts.dialog.empty()) &&
               std::none_of(transactions_.begin(), transactions_.end(),
                            [&](const Transaction& seen) { return seen.id == id && seen.refused; });
    case Act::progress:
    case Act::accept:
        return !facts.leg.empty() &&
               std::none_of(legs_.begin(), legs_.end(), [&](const Leg& leg) { return leg.id == facts.leg; });
    case Act::none:
    case Act::refuse:
    case Act::answer:
    case Act::decline:
    case Act::finish:
    case Act::close:
        return false;
    }
    return false;
}

/// It changes nothing any more, but people who read a capture want to see what was agreed.
void Dialog::record(const MessageFacts& facts, Time now) {
    const Transaction* const answered = transaction(transaction_of(facts));
    const bool is_answer = facts.act == Act::accept || facts.act == Act::answer;
    if (is_answer && answered != nullptr && answered->request_seen) {
        static_cast<void>(reply(facts, now));
    }
}

void Dialog::restart() {
    state_ = DialogState::half;
    end_ = EndReason::none;
    end_status_ = 0;
    accepted_ = false;
    known_before_ = false;
    root_ = {};
    root_used_ = false;
    legs_.clear();
}

void Dialog::end(EndReason reason, std::uint16_t status) {
    state_ = DialogState::ended;
    end_ = reason;
    end_status_ = status;
    for (Transaction& transaction : transactions_) {
        transaction.give_up_at = kNever;
    }
}

void Dialog::update_state() {
    if (ended()) {
        return;
    }
    const auto is_complete = [this](const Leg& leg) {
        return !leg.ended && !leg.server.empty() && !client_half(leg).empty();
    };
    const bool complete = std::any_of(legs_.begin(), legs_.end(), is_complete) || (legs_.empty() && is_complete(root_));
    state_ = complete ? DialogState::complete : DialogState::half;
}

// --- Dialog: acts -----------------------------------------------------------------------------------------------

Dialog::Outcome Dialog::propose(const MessageFacts& facts) {
    const TransactionId id = transaction_of(facts);
    Transaction& transaction = open_transaction(id);
    const bool repeated = std::exchange(transaction.request_seen, true);
    transaction.give_up_at = kNever;
    if (transaction.refused) {
        return Outcome::stale;
    }
    if (transaction.anonymous) {
        name_leg(transaction, facts.leg);
    }
    transaction.leg = facts.leg;
    const bool decided = transaction.accepted;

    Leg* const leg = open_leg(facts.leg, id);
    if (leg == nullptr) {
        return Outcome::limit;
    }
    if (leg->ended) {
        if (repeated) {
            return Outcome::stale;
        }
        *leg = Leg{.id = facts.leg, .opened_by = id};
    }
    if (facts.dialog.empty() && !leg->accepted) {
        leg->opened_by = id;  // the same SETUP again, authenticated: the 401 to the one before may come later
    }
    if (!facts.media.empty()) {
        if (facts.sender == Sender::client) {
            own_client_half(*leg);
        }
        say(*leg, facts, decided);
    }
    return repeated ? Outcome::stale : Outcome::applied;
}

Dialog::Outcome Dialog::reply(const MessageFacts& facts, Time now) {
    const TransactionId id = transaction_of(facts);
    if (facts.act == Act::progress && facts.leg.empty() && facts.media.empty()) {
        return Outcome::applied;  // 100 Trying
    }
    Transaction& transaction = open_transaction(id);
    if (facts.status != 0 && id.initiator == Sender::client && !transaction.request_seen &&
        transaction.give_up_at == kNever && !known_before_) {
        transaction.give_up_at = now + limits::kWaitForRequest;
    }
    const std::string leg_id = leg_of_reply(facts, transaction);
    if (facts.act == Act::progress) {
        const Leg* const known = find_leg(leg_id);
        if (transaction.refused || (transaction.accepted && (known == nullptr || !known->accepted))) {
            return Outcome::stale;  // overtaken by the end of that transaction
        }
    }
    Leg* const leg = open_leg(leg_id, id);
    if (leg == nullptr) {
        return Outcome::limit;
    }
    if (leg->ended && facts.act != Act::accept) {
        return Outcome::stale;
    }
    leg->ended = false;

    const bool decided = facts.act != Act::progress || transaction.accepted;
    if (facts.act != Act::progress) {
        transaction.accepted = true;
        transaction.refused = false;
        own_client_half(*leg);
    }
    say(*leg, facts, decided);
    if (decided) {
        leg->client.decide(id);
        leg->server.decide(id);
    }
    if (facts.act == Act::accept) {
        leg->accepted = true;
        accepted_ = true;
        end_siblings(*leg);
    }
    return Outcome::applied;
}

Dialog::Outcome Dialog::refuse(const MessageFacts& facts) {
    const TransactionId id = transaction_of(facts);
    Transaction& transaction = open_transaction(id);
    if (transaction.accepted || transaction.refused) {
        return Outcome::stale;
    }
    transaction.refused = true;
    transaction.give_up_at = kNever;
    for (Leg& leg : legs_) {
        leg.ended = leg.ended || (leg.opened_by == id && !leg.accepted);
    }
    if (live_legs() == 0 && !accepted_ && !is_proposed_again(id)) {
        // What was offered stays: people who read a capture want to see it.
        end(facts.status == kRequestTerminated ? EndReason::cancelled : EndReason::refused, facts.status);
    } else {
        reject(id);
    }
    return Outcome::applied;
}

Dialog::Outcome Dialog::decline(const MessageFacts& facts) {
    const TransactionId id = transaction_of(facts);
    open_transaction(id).refused = true;
    reject(id);
    return Outcome::applied;
}

Dialog::Outcome Dialog::finish(const MessageFacts& facts) {
    const TransactionId id = transaction_of(facts);
    Leg* const leg = facts.leg.empty() ? nullptr : find_leg(facts.leg);
    if (facts.status >= 300) {
        const Transaction* const answered = transaction(id);
        if (!accepted_ && (answered == nullptr || !answered->accepted)) {
            return refuse(facts);
        }
    }
    if (leg != nullptr && leg->ended) {
        return Outcome::stale;
    }
    if (leg != nullptr && live_legs() > 1) {
        leg->ended = true;
        return Outcome::applied;
    }
    if (facts.status >= 300) {
        end(EndReason::refused, facts.status);
    } else {
        end(id.initiator == Sender::client ? EndReason::finished_by_client : EndReason::finished_by_server);
    }
    return Outcome::applied;
}

// --- Dialog: transactions and legs ------------------------------------------------------------------------------

bool Dialog::has_transaction(TransactionId id) const noexcept {
    return std::any_of(transactions_.begin(), transactions_.end(),
                       [&](const Transaction& seen) { return seen.id == id; });
}

/// The client heard the refusal and asked anew (an INVITE after 401) before we heard it.
bool Dialog::is_proposed_again(TransactionId refused) const noexcept {
    return std::any_of(transactions_.begin(), transactions_.end(), [&](const Transaction& each) {
        return each.id.initiator == refused.initiator && each.id.cseq > refused.cseq && each.request_seen &&
               !each.refused && each.leg.empty();
    });
}

std::optional<std::uint32_t> Dialog::first_unanswered(Sender initiator) const noexcept {
    std::optional<std::uint32_t> first;
    for (const Transaction& each : transactions_) {
        const bool open = each.request_seen && !each.accepted && !each.refused;
        if (open && each.id.initiator == initiator) {
            first = std::min(first.value_or(each.id.cseq), each.id.cseq);
        }
    }
    return first;
}

Transaction* Dialog::transaction(TransactionId id) noexcept {
    const auto found = std::find_if(transactions_.begin(), transactions_.end(),
                                    [&](const Transaction& seen) { return seen.id == id; });
    return found == transactions_.end() ? nullptr : &*found;
}

Transaction& Dialog::open_transaction(TransactionId id) {
    if (Transaction* const known = transaction(id)) {
        return *known;
    }
    if (transactions_.size() == limits::kMaxTransactions) {
        transactions_.erase(transactions_.begin());
    }
    transactions_.push_back({.id = id});
    return transactions_.back();
}

Leg* Dialog::find_leg(std::string_view id) noexcept {
    if (id.empty()) {
        return root_used_ ? &root_ : nullptr;
    }
    const auto found = std::find_if(legs_.begin(), legs_.end(), [&](const Leg& leg) { return leg.id == id; });
    return found == legs_.end() ? nullptr : &*found;
}

Leg* Dialog::open_leg(std::string_view id, TransactionId opened_by) {
    if (Leg* const known = find_leg(id)) {
        return known;
    }
    Leg leg{.id = std::string(id), .opened_by = opened_by, .accepted = known_before_};
    if (id.empty()) {
        root_used_ = true;
        root_ = std::move(leg);
        return &root_;
    }
    if (legs_.size() == limits::kMaxLegs) {
        return nullptr;
    }
    legs_.push_back(std::move(leg));
    return &legs_.back();
}

std::string Dialog::leg_of_reply(const MessageFacts& facts, Transaction& transaction) {
    if (!facts.leg.empty()) {
        return facts.leg;
    }
    if (!transaction.request_seen && transaction.leg.empty()) {
        transaction.anonymous = true;
        transaction.leg = "#" + std::to_string(facts.cseq);
    }
    return transaction.leg;
}

/// The request came after its reply, and tells what leg that was about.
void Dialog::name_leg(Transaction& transaction, const std::string& id) {
    transaction.anonymous = false;
    const auto nameless =
        std::find_if(legs_.begin(), legs_.end(), [&](const Leg& leg) { return leg.id == transaction.leg; });
    if (nameless == legs_.end()) {
        return;
    }
    Leg named = std::move(*nameless);
    named.id = id;
    legs_.erase(nameless);
    if (Leg* const older = open_leg(id, transaction.id)) {
        *older = std::move(named);
    }
}

void Dialog::own_client_half(Leg& leg) {
    if (&leg != &root_ && leg.client.empty()) {
        leg.client = root_.client;
    }
}

/// RFC 3264: who speaks of media first in a transaction offers, the other answers. A PRACK whose sender has said
/// nothing yet answers the offer that a reply made (RFC 3262 section 5).
void Dialog::say(Leg& leg, const MessageFacts& facts, bool decided) {
    const TransactionId id = transaction_of(facts);
    const Sender peer = other(facts.sender);
    const Half& said_by_peer = peer == Sender::client ? client_half(leg) : leg.server;
    const bool silent_so_far = (facts.sender == Sender::client ? client_half(leg) : leg.server).empty();
    const bool answers = facts.act == Act::propose ? silent_so_far && !said_by_peer.empty() && !said_by_peer.said(id)
                                                   : said_by_peer.said(id) || !facts.peer_media.empty();
    if (!facts.media.empty() && leg.half(facts.sender).put(id, facts.media, decided)) {
        leg.offered_by = answers ? peer : facts.sender;
    }
    if (!facts.peer_media.empty()) {
        static_cast<void>(leg.half(peer).put(id, facts.peer_media, decided));
    }
}

const Half& Dialog::client_half(const Leg& leg) const noexcept {
    return leg.client.empty() ? root_.client : leg.client;
}

/// The other forks of the same INVITE were early, and lost (RFC 3261 section 13.2.2.4).
void Dialog::end_siblings(const Leg& leg) {
    for (Leg& sibling : legs_) {
        if (&sibling != &leg && sibling.opened_by == leg.opened_by && !sibling.accepted) {
            sibling.ended = true;
        }
    }
}

void Dialog::reject(TransactionId id) {
    root_.client.reject(id);
    root_.server.reject(id);
    for (Leg& leg : legs_) {
        leg.client.reject(id);
        leg.server.reject(id);
    }
}

std::size_t Dialog::live_legs() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(legs_.begin(), legs_.end(), [](const Leg& leg) { return !leg.ended; }));
}

unsigned Dialog::give_up_requests(Time now) {
    unsigned given_up = 0;
    for (Transaction& transaction : transactions_) {
        if (transaction.give_up_at <= now) {
            transaction.give_up_at = kNever;
            ++given_up;
        }
    }
    if (given_up > 0) {
        for (Leg& leg : legs_) {
            leg.blind = leg.blind || client_half(leg).empty();
        }
        root_.blind = root_.blind || root_.client.empty();
    }
    return given_up;
}

Time Dialog::request_deadline() const noexcept {
    Time deadline = kNever;
    for (const Transaction& transaction : transactions_) {
        deadline = std::min(deadline, transaction.give_up_at);
    }
    return deadline;
}

void Dialog::rename(std::string id) {
    id_ = std::move(id);
    tag_ = tag_of(id_);
}

void Dialog::take_leg(Dialog& from, TransactionId id) {
    const Transaction* const moved = from.transaction(id);
    if (moved == nullptr) {
        return;
    }
    if (target_.empty()) {
        target_ = from.target_;
    }
    const auto leg =
        std::find_if(from.legs_.begin(), from.legs_.end(), [&](const Leg& each) { return each.id == moved->leg; });
    if (leg != from.legs_.end()) {
        if (find_leg(leg->id) == nullptr && legs_.size() < limits::kMaxLegs) {
            legs_.push_back(std::move(*leg));
        }
        from.legs_.erase(leg);
    }
    open_transaction(id) = *moved;
    std::erase_if(from.transactions_, [&](const Transaction& seen) { return seen.id == id; });
    update_state();
    from.update_state();
}

// --- Dialog: what follows ---------------------------------------------------------------------------------------

Plan Dialog::plan() const {
    return ended() ? Plan{} : said();
}

Plan Dialog::said() const {
    Plan plan;
    if (legs_.empty()) {
        plan_leg(root_, plan);
    }
    for (const Leg& leg : legs_) {
        if (!leg.ended) {
            plan_leg(leg, plan);
        }
    }
    return plan;
}

void Dialog::plan_leg(const Leg& leg, Plan& plan) const {
    const Half& client = client_half(leg);
    if (client.empty()) {
        for (const Half::Version& server : leg.server.versions()) {
            plan_blind(server.media, flow_, leg.blind, plan);
        }
    }
    for (const Half::Version& version : client.versions()) {
        const bool answered = version.decided || leg.server.said(version.said_in);
        if (leg.server.empty() || !answered) {
            plan_half(version.media, flow_, plan);
        }
        for (const Half::Version& server : leg.server.versions()) {
            plan_pairs(version.media, server.media, flow_, plan);
        }
    }
}

bool Dialog::is_settled() const noexcept {
    const auto is_settled = [this](const Leg& leg) {
        return leg.ended || (client_half(leg).is_decided() && leg.server.is_decided());
    };
    return legs_.empty() ? is_settled(root_) : std::all_of(legs_.begin(), legs_.end(), is_settled);
}

bool Dialog::has_server_media() const noexcept {
    return !root_.server.empty() ||
           std::any_of(legs_.begin(), legs_.end(), [](const Leg& leg) { return !leg.ended && !leg.server.empty(); });
}

void Dialog::fill(DialogView& view) const {
    view.flow = flow_;
    view.app = app_;
    view.id = id_;
    view.tag = tag_;
    view.target = target_;
    view.state = state_;
    view.end = end_;
    view.end_status = end_status_;
    const auto add = [&](const Leg& leg) {
        LegView shown{.id = leg.id, .accepted = leg.accepted, .ended = leg.ended || ended()};
        shown.offered_by = leg.offered_by ? leg.offered_by : root_.offered_by;
        if (const Half& client = client_half(leg); !client.empty()) {
            shown.client_media = client.versions().back().media;
        }
        if (!leg.server.empty()) {
            shown.server_media = leg.server.versions().back().media;
        }
        view.legs.push_back(std::move(shown));
    };
    if (legs_.empty() && root_used_) {
        add(root_);
    }
    for (const Leg& leg : legs_) {
        add(leg);
    }
}

}  // namespace sara::inspect
