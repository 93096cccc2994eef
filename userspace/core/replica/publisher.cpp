// SPDX-License-Identifier: GPL-2.0
#include "core/replica/publisher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sara::replica {

void Publisher::origin(wire::Incarnation self, Table table) {
    self_ = self;
    table_ = table;
    resync();
}

void Publisher::connected(wire::Incarnation peer) {
    connected_ = true;
    if (std::exchange(peer_, peer) != peer) {
        drop_sent();
        resync();
    }
}

void Publisher::resync() {
    due_ = true;
    streaming_ = false;
    reading_ = false;
    complete_ = false;
    drop_waiting();
}

bool Publisher::wants_snapshot(Time now) const noexcept {
    // A peer that takes nothing gets no second one either.
    return due_ && connected_ && table_ != Table::none && in_flight_.size() < kInFlight && now >= pause_;
}

Time Publisher::next_deadline() const noexcept {
    const bool would = due_ && connected_ && table_ != Table::none && in_flight_.size() < kInFlight;
    return would ? pause_ : kNever;
}

void Publisher::begin_snapshot(Time now) {
    drop_waiting();
    drop_sent();
    due_ = false;
    streaming_ = true;
    reading_ = true;
    complete_ = false;
    ++snapshot_;
    sequence_ = 0;
    applied_ = 0;
    pause_ = now + kPause;
    ++counters_.snapshots;
}

void Publisher::add(const Object& object, Time now) {
    put(chunks_, object, false, now);
    if (streaming_ && bytes_ > kMaxBytes) {
        ++counters_.too_big;
        resync();
    }
}

void Publisher::end_snapshot(Time now) {
    put(chunks_, SnapshotEnd{}, false, now);
    reading_ = false;
    std::move(late_.begin(), late_.end(), std::back_inserter(chunks_));
    late_.clear();
}

void Publisher::publish(const Object& object, Time now) {
    // What was read is older, or the same.
    put(reading_ ? late_ : chunks_, object, !reading_, now);
    if (streaming_ && (waiting_deltas_ > kMaxWaiting || bytes_ > kMaxBytes)) {
        ++counters_.overflows;
        resync();
    }
}

void Publisher::put(std::deque<Chunk>& to, const Object& object, bool is_delta, Time now) {
    if (!streaming_) {
        return;
    }
    const Result<Buffer> encoded = encode(object);
    if (!encoded) {
        ++counters_.unfit;
        return;
    }
    if (to.empty() || to.back().bytes.size() + encoded->size() > kMaxObjects) {
        to.push_back(Chunk{.bytes = {}, .since = now});
    }
    Chunk& chunk = to.back();
    chunk.bytes.insert(chunk.bytes.end(), encoded->begin(), encoded->end());
    bytes_ += encoded->size();
    ++chunk.objects;
    ++told_;
    ++waiting_;
    if (is_delta) {
        ++chunk.deltas;
        ++waiting_deltas_;
    }
}

void Publisher::handle(const Report& report) {
    if (report.origin != self_ || report.snapshot != snapshot_) {
        return;
    }
    if (report.resync) {
        // Its own: a snapshot that we asked to begin meanwhile has another number.
        if (!due_) {
            ++counters_.resyncs;
            resync();
        }
        drop_sent();
        return;
    }
    // Reports may overtake each other.
    while (applied_ < std::min(report.applied, sequence_) && !in_flight_.empty()) {
        in_flight_objects_ -= in_flight_.front().objects;
        in_flight_.pop_front();
        ++applied_;
    }
    complete_ = complete_ || (streaming_ && report.complete);
}

std::optional<Buffer> Publisher::next(Time now) {
    static_cast<void>(now);
    if (!connected_ || chunks_.empty() || in_flight_.size() >= kInFlight) {
        return std::nullopt;
    }
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    bytes_ -= chunk.bytes.size();
    waiting_ -= chunk.objects;
    waiting_deltas_ -= chunk.deltas;
    in_flight_.push_back({chunk.objects, chunk.since});
    in_flight_objects_ += chunk.objects;
    counters_.objects += chunk.objects;
    ++counters_.batches;
    return encode({.origin = self_, .table = table_, .snapshot = snapshot_, .sequence = sequence_++}, chunk.bytes);
}

Duration Publisher::lag(Time now) const noexcept {
    if (!in_flight_.empty()) {
        return now - in_flight_.front().since;
    }
    const std::deque<Chunk>& oldest = chunks_.empty() ? late_ : chunks_;
    return oldest.empty() ? Duration{} : now - oldest.front().since;
}

void Publisher::drop_waiting() noexcept {
    chunks_.clear();
    late_.clear();
    bytes_ = 0;
    waiting_ = 0;
    waiting_deltas_ = 0;
}

void Publisher::drop_sent() noexcept {
    in_flight_.clear();
    in_flight_objects_ = 0;
}

}  // namespace sara::replica
