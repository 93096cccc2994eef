// SPDX-License-Identifier: GPL-2.0
#include "core/replica/replica.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "core/base/visit.hpp"

namespace sara::replica {

namespace {

std::string number(SessionId session) {
    return std::to_string(static_cast<std::uint64_t>(session));
}

}  // namespace

std::string text(const Command& command) {
    return std::visit(
        Overloaded{
            [](const RestoreSession& each) {
                return "restore the session " +
                       (each.session.signalling ? each.session.signalling->text() : each.session.label) +
                       " of service " + each.session.service + " on node " + each.session.node;
            },
            [](const ChangeSession& each) { return "change session " + number(each.session); },
            [](const EndSession& each) { return "end session " + number(each.session); },
            [](const TakeOver& each) { return "take over session " + number(each.session); },
            [](const RestoreFlow& each) {
                return "restore the flow " + each.flow.key.text() + " of session " + number(each.flow.session);
            },
            [](const DeleteFlow& each) {
                return "delete the flow " + each.key.text() + " of session " + number(each.session);
            },
            [](const RestoreAnnouncement& each) {
                return "restore the announcement " + each.announcement.key.text() + " of session " +
                       number(each.announcement.session);
            },
            [](const Withdraw& each) { return "withdraw " + each.key.text() + " of session " + number(each.session); },
            [](const KeepStandby& each) {
                return "stop the clocks of standby sessions for " + std::to_string(each.time.count()) + " ms";
            }},
        command);
}

void Replica::handle(Batch&& batch, Time now) {
    const BatchHead& head = batch.head;
    if (std::find(past_.begin(), past_.end(), head.origin) != past_.end()) {
        ++counters_.stale;
        return;
    }
    if (head.origin != origin_) {
        begin_run(head);
    }
    if (head.snapshot < snapshot_) {
        ++counters_.stale;
        return;
    }
    if (head.snapshot > snapshot_) {
        begin_snapshot(head);
    }
    if (head.sequence < next_ || early_.contains(head.sequence)) {
        ++counters_.duplicates;
        return;
    }
    if (head.sequence - applied_ >= kWindow) {
        ++counters_.beyond;
        return;
    }
    ++counters_.batches;
    early_.emplace(head.sequence, std::move(batch));
    take_in_order(now);
}

/// The agent at the other end was restarted. What it put here stays, until its first snapshot tells.
void Replica::begin_run(const BatchHead& head) {
    if (origin_ != wire::Incarnation::none) {
        past_.push_back(origin_);
        if (past_.size() > kMaxPast) {
            past_.pop_front();
        }
    }
    origin_ = head.origin;
    snapshot_ = 0;
}

void Replica::begin_snapshot(const BatchHead& head) {
    early_.clear();
    // What an earlier snapshot told is told again; what it had removed is to be removed all the same.
    std::erase_if(queue_, [](const Step& step) { return !std::holds_alternative<Command>(step); });
    gap_since_.reset();
    snapshot_ = head.snapshot;
    next_ = 0;
    applied_ = 0;
    reported_ = 0;
    resync_ = false;
    complete_ = false;
    news_ = true;
    if (std::exchange(table_, head.table) != head.table) {
        // Its kernel lost its sessions: nobody but us has them.
        take_over();
        entries_.clear();
        locals_.clear();
        wanted_.clear();
    }
}

void Replica::take_in_order(Time now) {
    for (auto first = early_.find(next_); first != early_.end(); first = early_.find(next_)) {
        if (next_ == 0) {
            queue_.emplace_back(Begin{});
        }
        counters_.objects += first->second.objects.size();
        for (Object& object : first->second.objects) {
            queue_.emplace_back(std::move(object));
        }
        queue_.emplace_back(Applied{});
        early_.erase(first);
        ++next_;
        gap_since_.reset();
    }
    if (!early_.empty() && !gap_since_) {
        gap_since_ = now;
    }
}

std::optional<Command> Replica::next(const Standby& standby) {
    while (!queue_.empty()) {
        Step step = std::move(queue_.front());
        queue_.pop_front();
        std::optional<Command> command =
            std::visit(Overloaded{[&](Object& object) { return carry_out(std::move(object), standby); },
                                  [&](Command& ready) {
                                      const auto* own = std::get_if<TakeOver>(&ready);
                                      return own == nullptr || standby.contains(own->session)
                                                 ? std::optional(std::move(ready))
                                                 : std::nullopt;
                                  },
                                  [&](Begin) {
                                      ++generation_;
                                      return std::optional<Command>();
                                  },
                                  [&](Applied) {
                                      ++applied_;
                                      news_ = true;
                                      return std::optional<Command>();
                                  },
                                  [&](Complete) {
                                      complete_ = true;
                                      ++counters_.snapshots;
                                      news_ = true;
                                      return std::optional<Command>();
                                  }},
                       step);
        if (command) {
            running_ = command;
            return command;
        }
    }
    return std::nullopt;
}

std::optional<Command> Replica::carry_out(Object&& object, const Standby& standby) {
    running_put_.reset();
    return std::visit(Overloaded{[&](SessionPut& each) { return put(std::move(each), standby); },
                                 [&](FlowPut& each) { return put(std::move(each), standby); },
                                 [&](const AnnouncementPut& each) { return put(each, standby); },
                                 [&](const SessionGone& each) { return gone(each, standby); },
                                 [&](const FlowGone& each) {
                                     Entry* const entry = find(each.session);
                                     const bool was = entry != nullptr && entry->flows.erase(each.key) > 0;
                                     return was && standby.contains(entry->local)
                                                ? std::optional<Command>(DeleteFlow{entry->local, each.key})
                                                : std::nullopt;
                                 },
                                 [&](const AnnouncementGone& each) {
                                     Entry* const entry = find(each.session);
                                     const bool was = entry != nullptr && entry->announcements.erase(each.key) > 0;
                                     return was && standby.contains(entry->local)
                                                ? std::optional<Command>(Withdraw{entry->local, each.key})
                                                : std::nullopt;
                                 },
                                 [&](const SnapshotEnd&) {
                                     sweep(standby);
                                     return std::optional<Command>();
                                 }},
                      object);
}

std::optional<Command> Replica::put(SessionPut&& put, const Standby& standby) {
    auto found = entries_.find(put.session);
    if (found == entries_.end()) {
        if (entries_.size() >= kMaxSessions) {
            ++counters_.full;
            return std::nullopt;
        }
        found = entries_.emplace(put.session, Entry{}).first;
    }
    Entry& entry = found->second;
    entry.seen = generation_;
    wanted_.erase(put.session);
    subject_ = put.session;
    if (entry.local == SessionId::unknown) {
        running_put_ = put;
        return RestoreSession{std::move(put)};
    }
    if (!standby.contains(entry.local)) {
        return std::nullopt;
    }
    ChangeSession change{entry.local, put.label, put.lifetime, put.linger};
    running_put_ = std::move(put);
    return change;
}

std::optional<Command> Replica::put(FlowPut&& put, const Standby& standby) {
    Entry* const entry = find(put.session);
    if (entry == nullptr || entry->local == SessionId::unknown) {
        return std::nullopt;
    }
    const auto [known, fresh] = entry->flows.insert_or_assign(put.key, generation_);
    if (fresh && entry->flows.size() > kMaxOfSession) {
        entry->flows.erase(known);
        ++counters_.full;
        return std::nullopt;
    }
    // What it is told of its own it tells in turn: what was known already is not said twice.
    if (!fresh && !standby.contains(entry->local)) {
        return std::nullopt;
    }
    subject_ = put.session;
    put.session = entry->local;
    return RestoreFlow{std::move(put)};
}

std::optional<Command> Replica::put(AnnouncementPut put, const Standby& standby) {
    Entry* const entry = find(put.session);
    if (entry == nullptr || entry->local == SessionId::unknown) {
        return std::nullopt;
    }
    const auto [known, fresh] = entry->announcements.insert_or_assign(put.key, generation_);
    if (fresh && entry->announcements.size() > kMaxOfSession) {
        entry->announcements.erase(known);
        ++counters_.full;
        return std::nullopt;
    }
    if (!fresh && !standby.contains(entry->local)) {
        return std::nullopt;
    }
    subject_ = put.session;
    put.session = entry->local;
    return RestoreAnnouncement{put};
}

std::optional<Command> Replica::gone(const SessionGone& gone, const Standby& standby) {
    const auto found = entries_.find(gone.session);
    wanted_.erase(gone.session);
    if (found == entries_.end()) {
        return std::nullopt;
    }
    const SessionId local = found->second.local;
    unbind(found->second);
    entries_.erase(found);
    if (local == SessionId::unknown || (!gone.over && !standby.contains(local))) {
        return std::nullopt;
    }
    return EndSession{local, gone.over};
}

/// What the snapshot did not mention is not there any more.
void Replica::sweep(const Standby& standby) {
    std::deque<Step> steps;
    for (auto it = entries_.begin(); it != entries_.end();) {
        Entry& entry = it->second;
        const bool is_standby = standby.contains(entry.local);
        if (entry.seen != generation_) {
            if (is_standby) {
                steps.emplace_back(Command(EndSession{entry.local, false}));
            }
            unbind(entry);
            it = entries_.erase(it);
            continue;
        }
        const auto drop = [&](auto& names, const auto& command) {
            for (auto name = names.begin(); name != names.end();) {
                if (name->second == generation_) {
                    ++name;
                    continue;
                }
                if (is_standby) {
                    steps.emplace_back(Command(command(name->first)));
                }
                name = names.erase(name);
            }
        };
        drop(entry.flows, [&](const SignallingKey& key) { return DeleteFlow{entry.local, key}; });
        drop(entry.announcements, [&](const AnnouncementKey& key) { return Withdraw{entry.local, key}; });
        ++it;
    }
    steps.emplace_back(Complete{});
    queue_.insert(queue_.begin(), std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
}

void Replica::done(const Outcome& outcome, const Names& had) {
    const std::optional<Command> command = std::exchange(running_, std::nullopt);
    std::optional<SessionPut> put = std::exchange(running_put_, std::nullopt);
    if (!command) {
        return;
    }
    if (!std::holds_alternative<EndSession>(*command)) {
        replacing_ = false;
    }
    const bool made_session = std::holds_alternative<RestoreSession>(*command);
    if (outcome.error == 0) {
        counters_.taken_over += std::holds_alternative<TakeOver>(*command) ? 1U : 0U;
        if (made_session && outcome.session != SessionId::unknown) {
            bind(subject_, outcome.session);
            Entry* const entry = find(subject_);
            if (entry == nullptr) {
                return;
            }
            // A snapshot that does not mention them says that they went.
            if (put && put->signalling) {
                entry->flows.emplace(*put->signalling, 0U);
            }
            for (const SignallingKey& key : had.flows) {
                entry->flows.emplace(key, 0U);
            }
            for (const AnnouncementKey& key : had.announcements) {
                entry->announcements.emplace(key, 0U);
            }
        }
        return;
    }
    switch (outcome.error) {
    case EEXIST:
        ++counters_.conflicts;
        break;
    case ENOSPC:
        ++counters_.full;
        break;
    case EBUSY:
        // A packet came meanwhile: it is this dispatcher's own.
        return;
    case ENOENT:
        if (std::holds_alternative<ChangeSession>(*command) && put) {
            // It ended here, which we shall be told; the peer has it still.
            if (Entry* const entry = find(subject_)) {
                unbind(*entry);
            }
            queue_.emplace_front(Object(std::move(*put)));
            return;
        }
        if (!made_session) {
            return;  // gone already
        }
        ++counters_.unknown;
        break;
    default:
        ++counters_.failed;
        break;
    }
    complaint_ = "the kernel refused to " + text(*command) + ": " +
                 (outcome.sentence.empty() ? "error " + std::to_string(outcome.error) : outcome.sentence);
}

void Replica::replace(EndSession left_over) {
    if (std::exchange(replacing_, true) || !running_) {
        done({.error = EEXIST});
        return;
    }
    Command again = std::move(*std::exchange(running_, std::nullopt));
    if (std::optional<SessionPut> put = std::exchange(running_put_, std::nullopt)) {
        queue_.emplace_front(Object(std::move(*put)));
    } else {
        queue_.emplace_front(std::move(again));
    }
    queue_.emplace_front(Command(left_over));
}

std::optional<std::string> Replica::take_complaint() {
    return std::exchange(complaint_, std::nullopt);
}

void Replica::bind(SessionId origin, SessionId local) {
    Entry* const entry = find(origin);
    if (entry == nullptr) {
        return;
    }
    // One session here is one there: the older one of two ended without a word.
    if (const auto other = locals_.find(local); other != locals_.end() && other->second != origin) {
        if (Entry* const before = find(other->second)) {
            before->local = SessionId::unknown;
            // What it had goes with the snapshot, unless that mentions it of the new one.
            for (const auto& [key, seen] : before->flows) {
                entry->flows.emplace(key, 0U);
            }
            for (const auto& [key, seen] : before->announcements) {
                entry->announcements.emplace(key, 0U);
            }
        }
    }
    entry->local = local;
    locals_[local] = origin;
}

void Replica::unbind(Entry& entry) {
    if (entry.local != SessionId::unknown) {
        locals_.erase(std::exchange(entry.local, SessionId::unknown));
    }
    entry.flows.clear();
    entry.announcements.clear();
}

Replica::Entry* Replica::find(SessionId origin) {
    const auto found = entries_.find(origin);
    return found == entries_.end() ? nullptr : &found->second;
}

void Replica::take_over() {
    for (const auto& [local, origin] : locals_) {
        queue_.emplace_back(Command(TakeOver{local}));
    }
}

void Replica::ended(SessionId session, bool forgotten) {
    const auto found = locals_.find(session);
    if (found == locals_.end()) {
        return;
    }
    const SessionId origin = found->second;
    if (Entry* const entry = find(origin)) {
        unbind(*entry);
    }
    if (!forgotten) {
        return;
    }
    news_ = true;
    if (wanted_.size() < kMaxWanted) {
        wanted_.insert(origin);
    } else {
        resync_ = true;
    }
}

void Replica::keep(const std::unordered_set<SessionId>& present) {
    std::vector<SessionId> lost;
    for (const auto& [local, origin] : locals_) {
        if (!present.contains(local)) {
            lost.push_back(local);
        }
    }
    for (const SessionId session : lost) {
        ended(session, true);
    }
}

void Replica::forget() {
    entries_.clear();
    locals_.clear();
    wanted_.clear();
    queue_.clear();
    early_.clear();
    gap_since_.reset();
    running_.reset();
    running_put_.reset();
    complete_ = false;
    if (origin_ != wire::Incarnation::none) {
        resync_ = true;
        news_ = true;
    }
}

void Replica::expire(Time now) {
    if (gap_since_ && now - *gap_since_ >= kGap) {
        gap_since_.reset();
        early_.clear();
        ++counters_.gaps;
        resync_ = true;
        news_ = true;
    }
}

Time Replica::next_deadline() const noexcept {
    return gap_since_ ? *gap_since_ + kGap : kNever;
}

std::optional<Report> Replica::report(wire::Incarnation self) {
    news_ = false;
    reported_ = applied_;
    if (origin_ == wire::Incarnation::none) {
        return std::nullopt;
    }
    Report report{.sender = self,
                  .origin = origin_,
                  .snapshot = snapshot_,
                  .applied = applied_,
                  .complete = complete_,
                  .resync = resync_};
    report.wanted.assign(wanted_.begin(), wanted_.end());
    wanted_.clear();
    return report;
}

CopyState Replica::state() const noexcept {
    if (origin_ == wire::Incarnation::none) {
        return CopyState::none;
    }
    return complete_ && !resync_ ? CopyState::complete : CopyState::receiving;
}

}  // namespace sara::replica
