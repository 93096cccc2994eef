// SPDX-License-Identifier: GPL-2.0
#include "core/replica/replication.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "core/base/visit.hpp"

namespace sara::replica {

Replication::Replication(ReplicationConfig config, wire::Incarnation self, Time now)
    : config_(std::move(config)), self_(self), started_(now), peers_(config_.peers.size()), sweep_(now + kSweep) {}

void Replication::kernel_up(Table table, Time now) {
    standby_.clear();
    unclaimed_.clear();
    reads_.clear();
    orphans_.clear();
    unheld_.clear();
    taken_.clear();
    waiting_.clear();
    const bool same = std::exchange(table_, table) == table;
    for (Peer& peer : peers_) {
        if (!same) {
            peer.replica.forget();
        }
        peer.publisher.origin(self_, table);
    }
    tick_ = now;
}

void Replication::kernel_down() {
    for (Peer& peer : peers_) {
        peer.replica.forget();
        peer.publisher.origin(self_, Table::none);
    }
    table_ = Table::none;
    standby_.clear();
    unclaimed_.clear();
    reads_.clear();
    orphans_.clear();
    unheld_.clear();
    taken_.clear();
    waiting_.clear();
    working_.reset();
}

void Replication::kernel_overrun() {
    standby_.clear();
    unclaimed_.clear();
    present_.clear();
    reads_.clear();
    for (Peer& peer : peers_) {
        peer.publisher.resync();
    }
}

void Replication::adopt(SessionId session, bool standby) {
    present_.insert(session);
    if (standby) {
        standby_.insert(session);
    }
}

void Replication::adopt(const Object& object) {
    const SessionId session = session_of(object);
    const bool held =
        std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) { return peer.replica.holds(session); });
    if (held || !standby_.contains(session)) {
        return;
    }
    if (const auto* flow = std::get_if<FlowPut>(&object)) {
        unclaimed_[session].flows.push_back(flow->key);
    } else if (const auto* announcement = std::get_if<AnnouncementPut>(&object)) {
        unclaimed_[session].announcements.push_back(announcement->key);
    }
}

void Replication::adopted() {
    for (Peer& peer : peers_) {
        peer.replica.keep(present_);
    }
    present_ = {};
}

void Replication::session(const SessionPut& put, bool standby, Time now) {
    if (standby) {
        standby_.insert(put.session);
        return;
    }
    if (standby_.erase(put.session) > 0) {
        // Its flows and announcements were told by another so far.
        reads_.insert(put.session);
        return;
    }
    publish(put, now);
}

void Replication::session_gone(SessionId session, bool over, bool forgotten, Time now) {
    reads_.erase(session);
    unclaimed_.erase(session);
    taken_.erase(session);
    for (Peer& peer : peers_) {
        peer.replica.ended(session, forgotten);
    }
    if (standby_.erase(session) == 0) {
        publish(SessionGone{session, over}, now);
    }
}

void Replication::changed(const Object& object, Time now) {
    if (!standby_.contains(session_of(object))) {
        publish(object, now);
    }
}

void Replication::publish(const Object& object, Time now) {
    for (Peer& peer : peers_) {
        peer.publisher.publish(object, now);
    }
}

bool Replication::is_followed() const noexcept {
    return std::any_of(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.publisher.is_live(); });
}

bool Replication::is_sync(Time now) const noexcept {
    const auto is_missed = [&](const Peer& peer) { return peer.missed && now < *peer.missed + kClosed; };
    return config_.sync && table_ != Table::none &&
           (is_followed() || (config_.strict && std::any_of(peers_.begin(), peers_.end(), is_missed)));
}

void Replication::wait(SessionId session, Time now) {
    if (!config_.sync) {
        return;
    }
    std::vector<std::uint64_t> told;
    told.reserve(peers_.size());
    for (const Peer& peer : peers_) {
        told.push_back(peer.publisher.told());
    }
    // The kernel keeps closed what waited in vain, and may be told of it still.
    const Duration closed = config_.strict ? kClosed : Duration::zero();
    waiting_.wait(session, std::move(told), now + *config_.sync + closed);
}

std::vector<SessionId> Replication::take_released(Time now) {
    carried_out_.clear();
    for (const Peer& peer : peers_) {
        carried_out_.push_back(peer.publisher.carried_out());
    }
    return waiting_.release(carried_out_, now);
}

bool Replication::wants_snapshot(Time now) const noexcept {
    return std::any_of(peers_.begin(), peers_.end(),
                       [&](const Peer& peer) { return peer.publisher.wants_snapshot(now); });
}

void Replication::begin_snapshot(Time now) {
    reading_.clear();
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        if (peers_[i].publisher.wants_snapshot(now)) {
            peers_[i].publisher.begin_snapshot(now);
            reading_.push_back(i);
        }
    }
}

void Replication::snapshot(const Object& object, Time now) {
    if (standby_.contains(session_of(object))) {
        return;
    }
    for (const std::size_t i : reading_) {
        peers_[i].publisher.add(object, now);
    }
}

void Replication::end_snapshot(Time now) {
    for (const std::size_t i : reading_) {
        peers_[i].publisher.end_snapshot(now);
    }
    reading_.clear();
}

void Replication::cut_snapshot() {
    for (const std::size_t i : reading_) {
        peers_[i].publisher.resync();
    }
    reading_.clear();
}

std::vector<SessionId> Replication::take_reads(std::size_t most) {
    const auto end = std::next(reads_.begin(), static_cast<std::ptrdiff_t>(std::min(most, reads_.size())));
    std::vector<SessionId> taken(reads_.begin(), end);
    reads_.erase(reads_.begin(), end);
    return taken;
}

void Replication::link(std::size_t index, std::optional<wire::Incarnation> process, Time now) {
    Peer& peer = peers_.at(index);
    peer.linked = process.has_value();
    if (process) {
        peer.publisher.connected(*process);
        peer.missed.reset();
        heard(peer, now);
    } else {
        if (peer.publisher.is_live()) {
            peer.missed = now;
        }
        peer.publisher.disconnected();
    }
}

void Replication::heard(Peer& peer, Time now) {
    peer.heard = now;
    peer.given_up = false;
    heard_any_ = true;
}

void Replication::handle(std::size_t index, Batch&& batch, Time now) {
    Peer& peer = peers_.at(index);
    heard(peer, now);
    peer.replica.handle(std::move(batch), now);
}

void Replication::handle(std::size_t index, const Report& report, Time now) {
    Peer& peer = peers_.at(index);
    heard(peer, now);
    peer.publisher.handle(report);
    if (report.origin != self_) {
        return;
    }
    for (const SessionId session : report.wanted) {
        if (!standby_.contains(session)) {
            reads_.insert(session);
        }
    }
}

std::optional<Buffer> Replication::next_message(std::size_t peer, Time now) {
    return peers_.at(peer).publisher.next(now);
}

std::optional<Buffer> Replication::next_report(std::size_t index, Time now) {
    Peer& peer = peers_.at(index);
    if (!peer.replica.has_news() && now < peer.report_due) {
        return std::nullopt;
    }
    peer.report_due = now + kTick;
    const std::optional<Report> report = peer.replica.report(self_);
    return report ? std::optional(encode(*report)) : std::nullopt;
}

std::optional<Command> Replication::next_command(Time now) {
    if (table_ == Table::none || working_) {
        return std::nullopt;
    }
    if (std::exchange(keep_due_, false)) {
        working_ = peers_.size();
        return KeepStandby{std::chrono::duration_cast<Milliseconds>(config_.peer_timeout + kSpare)};
    }
    while (!orphans_.empty()) {
        const SessionId orphan = orphans_.front();
        orphans_.pop_front();
        if (standby_.contains(orphan)) {
            working_ = peers_.size();
            taken_.insert(orphan);
            return TakeOver{orphan};
        }
    }
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        const std::size_t index = (turn_ + i) % peers_.size();
        Peer& peer = peers_[index];
        while (std::optional<Command> command = peer.replica.next(standby_)) {
            if (is_for_another(*command, peer, now)) {
                peer.replica.done({});
                continue;
            }
            working_ = index;
            turn_ = index + 1;
            return command;
        }
    }
    return std::nullopt;
}

bool Replication::is_held(SessionId session, const Peer* but, Time now) const {
    return std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) {
        return &peer != but && peer.replica.holds(session) && !is_silent(peer, now);
    });
}

/// Two peers may both have a session: what one says to be gone the other keeps.
bool Replication::is_for_another(const Command& command, const Peer& peer, Time now) const {
    if (const auto* end = std::get_if<EndSession>(&command)) {
        return !end->over && is_held(end->session, &peer, now);
    }
    if (const auto* own = std::get_if<TakeOver>(&command)) {
        return is_held(own->session, &peer, now);
    }
    if (const auto* flow = std::get_if<DeleteFlow>(&command)) {
        return is_held(flow->session, &peer, now);
    }
    if (const auto* withdraw = std::get_if<Withdraw>(&command)) {
        return is_held(withdraw->session, &peer, now);
    }
    return false;
}

void Replication::done(const Outcome& outcome) {
    const std::optional<std::size_t> whose = std::exchange(working_, std::nullopt);
    if (!whose || *whose == peers_.size()) {
        return;
    }
    Replica& replica = peers_[*whose].replica;
    const bool is_taken = taken_.contains(outcome.session);
    if (outcome.error == EEXIST && (is_taken || standby_.contains(outcome.session)) &&
        std::none_of(peers_.begin(), peers_.end(), [&](const Peer& peer) {
            return &peer.replica != &replica && peer.replica.holds(outcome.session);
        })) {
        // Of the same peer it is an earlier session, whose end was missed.
        replica.replace({outcome.session, is_taken});
        return;
    }
    // The snapshot told of all that there was. What has the flow is left from before that, and is not what was told
    // now.
    if (outcome.error == 0 && replica.state() == CopyState::complete && unclaimed_.contains(outcome.session)) {
        replica.replace({outcome.session, false});
        return;
    }
    auto had =
        outcome.session == SessionId::unknown ? decltype(unclaimed_)::node_type() : unclaimed_.extract(outcome.session);
    replica.done(outcome, had.empty() ? Names{} : std::move(had.mapped()));
    if (std::optional<std::string> complaint = replica.take_complaint()) {
        complaint_ = std::move(complaint);
    }
}

std::optional<std::string> Replication::take_complaint() {
    return std::exchange(complaint_, std::nullopt);
}

bool Replication::is_alive(const Peer& peer, Time now) const noexcept {
    return peer.linked || (peer.heard && now - *peer.heard < kAlive);
}

bool Replication::is_silent(const Peer& peer, Time now) const noexcept {
    return !peer.linked && now - peer.heard.value_or(started_) >= config_.peer_timeout;
}

void Replication::expire(Time now) {
    for (Peer& peer : peers_) {
        if (peer.linked) {
            peer.heard = now;
        }
        peer.replica.expire(now);
        if (is_silent(peer, now) && !peer.given_up) {
            peer.given_up = true;
            peer.replica.take_over();
        }
    }
    if (now < tick_) {
        return;
    }
    tick_ = now + kTick;
    keep_due_ = std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) { return is_alive(peer, now); });
    if (now >= sweep_) {
        sweep_ = now + kSweep;
        adopt_orphans(now);
    }
}

/// Everybody has told what he has, or is gone for good: what nobody told of is nobody's. It may be a saved table that
/// was restored here, what is left of a peer that this agent never heard of, or what a gateway alone saw.
void Replication::adopt_orphans(Time now) {
    const bool settled = std::all_of(peers_.begin(), peers_.end(), [&](const Peer& peer) {
        return (peer.replica.state() == CopyState::complete && peer.replica.is_idle()) || is_silent(peer, now);
    });
    if (!settled || !orphans_.empty() || working_) {
        return;
    }
    std::unordered_set<SessionId> unheld;
    for (const SessionId session : standby_) {
        if (is_held(session, nullptr, now)) {
            continue;
        }
        if (unheld_.contains(session)) {
            unclaimed_.erase(session);
            orphans_.push_back(session);
        } else {
            unheld.insert(session);
        }
    }
    unheld_ = std::move(unheld);
}

Time Replication::next_deadline() const noexcept {
    Time earliest = tick_;
    for (const Peer& peer : peers_) {
        earliest = std::min({earliest, peer.replica.next_deadline(), peer.publisher.next_deadline()});
    }
    return earliest;
}

Status Replication::hand_over(Time now) {
    bool answers = false;
    for (const Peer& peer : peers_) {
        if (is_alive(peer, now)) {
            answers = true;
            if (peer.publisher.is_complete()) {
                handed_over_ = true;
                return Done{};
            }
        }
    }
    return Error{answers ? "no peer has all sessions of this dispatcher yet; 'sara ha show' tells how far they are"
                         : "no peer answers: nobody would take over",
                 {}};
}

Fitness Replication::fitness(Time now) const {
    if (table_ == Table::none) {
        return {.fit = false, .why = "the kernel module is not there", .yields = true};
    }
    if (!dispatches_) {
        return {.fit = false, .why = "no device is in mode dispatch; 'sara dev add' adds one", .yields = true};
    }
    // Alone it is better than nobody.
    if (handed_over_ &&
        std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) { return is_alive(peer, now); })) {
        return {.fit = false, .why = "it was handed over; 'sara ha resume' ends that", .yields = true};
    }
    std::vector<PeerFitness> judged;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        judged.push_back({config_.peers[i].text(), is_alive(peers_[i], now), peers_[i].replica.state()});
    }
    return judge(judged, heard_any_, now - started_, config_.grace);
}

std::vector<PeerView> Replication::peers(Time now) const {
    std::vector<PeerView> views;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        const Peer& peer = peers_[i];
        views.push_back({.peer = config_.peers[i],
                         .up = is_alive(peer, now),
                         .copy = peer.replica.state(),
                         .held = peer.replica.sessions(),
                         .told = peer.publisher.is_complete(),
                         .waiting = peer.publisher.waiting(),
                         .lag = peer.publisher.lag(now),
                         .sent = peer.publisher.counters(),
                         .received = peer.replica.counters()});
    }
    return views;
}

}  // namespace sara::replica
