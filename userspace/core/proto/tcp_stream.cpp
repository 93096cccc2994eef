// SPDX-License-Identifier: GPL-2.0
#include "core/proto/tcp_stream.hpp"

#include <algorithm>

namespace sara::proto {
namespace {

/// How far `a` is behind `b` in sequence space (RFC 9293 section 3.4); negative when it is before it.
std::int64_t distance(std::uint32_t a, std::uint32_t b) noexcept {
    return static_cast<std::int32_t>(a - b);
}

std::uint32_t end_of(std::uint32_t seq, std::string_view bytes) noexcept {
    return seq + static_cast<std::uint32_t>(bytes.size());
}

}  // namespace

void TcpStream::push(const TcpSegment& segment, Time now, const Emit& emit) {
    if (segment.syn && (!syn_seen_ || segment.seq != isn_)) {
        restart(segment.seq, emit);
    }
    if (state_ == State::closed) {
        return;
    }
    const std::uint32_t seq = segment.seq + (segment.syn ? 1U : 0U);
    if (segment.rst) {
        if (state_ == State::open && !is_stray(seq, 0)) {
            close(StreamEvent::Kind::reset, emit);
        }
        return;
    }
    if (segment.payload.empty() && !segment.fin) {
        return;
    }
    if (state_ == State::idle) {
        join(seq, emit);
    } else if (is_stray(seq, segment.payload.size())) {
        ++counters_.out_of_window;
        if (++strays_ < limits::kRejoinAfter) {
            return;
        }
        join(seq, emit);
    }
    strays_ = 0;
    take(seq, segment.payload, now, emit);
    if (segment.fin && !fin_) {
        fin_ = end_of(seq, segment.payload);
        fin_since_ = now;
    }
    while (held_.size() > limits::kMaxHeldSegments || held_bytes_ > limits::kMaxHeldBytes) {
        skip_gap(emit);
    }
    close_at_fin(emit);
    settle();
}

void TcpStream::expire(Time now, const Emit& emit) {
    while (has_gap() && gap_deadline_ <= now) {
        skip_gap(emit);
        settle();
    }
}

void TcpStream::flush(const Emit& emit) {
    while (has_gap()) {
        skip_gap(emit);
    }
    settle();
}

void TcpStream::restart(std::uint32_t isn, const Emit& emit) {
    forget_held();
    fin_.reset();
    strays_ = 0;
    isn_ = isn;
    syn_seen_ = true;
    next_ = isn + 1;
    state_ = State::open;
    settle();
    emit({StreamEvent::Kind::start, {}, 0});
}

/// The bytes before `seq` are not known and will not be waited for.
void TcpStream::join(std::uint32_t seq, const Emit& emit) {
    forget_held();
    fin_.reset();
    next_ = seq;
    state_ = State::open;
    ++counters_.joins;
    emit({StreamEvent::Kind::lost, {}, 0});
}

/// Too far away to be a part of this stream.
bool TcpStream::is_stray(std::uint32_t seq, std::size_t size) const noexcept {
    const std::int64_t begin = distance(seq, next_);
    const std::int64_t end = begin + static_cast<std::int64_t>(size);
    return begin > std::int64_t{limits::kMaxSeqDistance} || end < -std::int64_t{limits::kMaxSeqDistance};
}

void TcpStream::take(std::uint32_t seq, std::string_view bytes, Time now, const Emit& emit) {
    if (fin_) {
        // Nothing follows a FIN.
        const std::int64_t room = std::max<std::int64_t>(distance(*fin_, seq), 0);
        bytes = bytes.substr(0, static_cast<std::size_t>(room));
    }
    if (const std::int64_t behind = distance(next_, seq); behind > 0) {
        const std::size_t old = std::min(static_cast<std::size_t>(behind), bytes.size());
        counters_.duplicate_bytes += old;
        bytes.remove_prefix(old);
        seq = next_;
    }
    if (held_.empty() && seq == next_) {
        deliver(bytes, emit);
        return;
    }
    hold(seq, bytes, now);
    drain(emit);
}

/// Keeps those parts of `bytes` that are not held yet.
void TcpStream::hold(std::uint32_t seq, std::string_view bytes, Time now) {
    std::size_t at = 0;
    while (!bytes.empty()) {
        while (at < held_.size() && distance(end_of(held_[at].seq, held_[at].bytes), seq) <= 0) {
            ++at;
        }
        std::size_t fresh = bytes.size();
        if (at < held_.size()) {
            const std::int64_t gap = std::max<std::int64_t>(distance(held_[at].seq, seq), 0);
            fresh = std::min(fresh, static_cast<std::size_t>(gap));
        }
        if (fresh != 0) {
            held_.insert(held_.begin() + static_cast<std::ptrdiff_t>(at),
                         Held{seq, std::string(bytes.substr(0, fresh)), now});
            held_bytes_ += fresh;
            ++at;
        }
        bytes.remove_prefix(fresh);
        seq += static_cast<std::uint32_t>(fresh);
        if (!bytes.empty()) {
            const std::int64_t covered = distance(end_of(held_[at].seq, held_[at].bytes), seq);
            const std::size_t repeated = std::min(static_cast<std::size_t>(covered), bytes.size());
            counters_.duplicate_bytes += repeated;
            bytes.remove_prefix(repeated);
            seq += static_cast<std::uint32_t>(repeated);
        }
    }
}

void TcpStream::deliver(std::string_view bytes, const Emit& emit) {
    if (bytes.empty()) {
        return;
    }
    next_ = end_of(next_, bytes);
    counters_.bytes += bytes.size();
    emit({StreamEvent::Kind::data, bytes, 0});
}

/// Delivers what has come into reach.
void TcpStream::drain(const Emit& emit) {
    std::size_t done = 0;
    for (; done < held_.size() && held_[done].seq == next_; ++done) {
        held_bytes_ -= held_[done].bytes.size();
        deliver(held_[done].bytes, emit);
    }
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(done));
}

/// Precondition: has_gap().
void TcpStream::skip_gap(const Emit& emit) {
    const std::uint32_t to = held_.empty() ? *fin_ : held_.front().seq;
    const std::uint32_t missing = to - next_;
    ++counters_.gaps;
    counters_.lost_bytes += missing;
    next_ = to;
    emit({StreamEvent::Kind::lost, {}, missing});
    drain(emit);
    close_at_fin(emit);
}

void TcpStream::settle() {
    if (!has_gap()) {
        gap_deadline_ = kNever;
        return;
    }
    Time oldest = fin_ ? fin_since_ : Time::max();
    for (const Held& held : held_) {
        oldest = std::min(oldest, held.since);
    }
    gap_deadline_ = oldest + limits::kGapPatience;
}

void TcpStream::forget_held() {
    held_.clear();
    held_bytes_ = 0;
}

void TcpStream::close_at_fin(const Emit& emit) {
    if (state_ == State::open && fin_ && distance(*fin_, next_) <= 0) {
        close(StreamEvent::Kind::end, emit);
    }
}

void TcpStream::close(StreamEvent::Kind kind, const Emit& emit) {
    forget_held();
    state_ = State::closed;
    settle();
    emit({kind, {}, 0});
}

}  // namespace sara::proto
