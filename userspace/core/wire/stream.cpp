// SPDX-License-Identifier: GPL-2.0
#include "core/wire/stream.hpp"

#include <algorithm>

namespace sara::wire {

StreamStats& StreamStats::operator+=(const StreamStats& other) noexcept {
    queued += other.queued;
    sent += other.sent;
    retransmitted += other.retransmitted;
    acknowledged += other.acknowledged;
    overflowed += other.overflowed;
    refused += other.refused;
    delivered += other.delivered;
    duplicates += other.duplicates;
    skipped += other.skipped;
    strayed += other.strayed;
    return *this;
}

std::optional<std::uint64_t> Stream::send(Buffer message) {
    if (message.size() > kMaxMessage) {
        ++stats_.refused;
        return std::nullopt;
    }
    ++stats_.queued;
    queued_bytes_ += message.size();
    queue_.push_back(Outgoing{.payload = std::move(message)});
    while (queue_.size() > kMaxQueued || queued_bytes_ > kMaxQueuedBytes) {
        if (!queue_.front().acknowledged) {
            ++stats_.overflowed;
        }
        pop_front();
    }
    return base_ + queue_.size() - 1;
}

bool Stream::wants_packet(Time now) const noexcept {
    return answer_ || next_deadline() <= now;
}

Time Stream::next_deadline() const noexcept {
    if (answer_) {
        return Time::min();
    }
    Time earliest = kNever;
    const std::size_t window = std::min(queue_.size(), kWindow);
    for (std::size_t i = 0; i < window; ++i) {
        if (!queue_[i].acknowledged) {
            earliest = std::min(earliest, queue_[i].due);
        }
    }
    return earliest;
}

void Stream::fill(Packet& packet, Time now) {
    packet.base = base_;
    packet.next = next_;
    packet.received.assign((arrived_.size() + 6) / 8, 0);
    for (std::size_t i = 1; i < arrived_.size(); ++i) {
        if (arrived_[i]) {
            packet.received[(i - 1) / 8] |= static_cast<std::uint8_t>(1U << ((i - 1) % 8));
        }
    }
    answer_ = false;

    std::size_t room = kPacketSize - kDataOverhead;
    const std::size_t window = std::min(queue_.size(), kWindow);
    for (std::size_t i = 0; i < window; ++i) {
        Outgoing& message = queue_[i];
        if (message.acknowledged || message.due > now) {
            continue;
        }
        const std::size_t size = kMessageOverhead + message.payload.size();
        if (size > room) {
            if (!packet.messages.empty()) {
                break;
            }
            room = size;
        }
        room -= size;
        ++(message.sent ? stats_.retransmitted : stats_.sent);
        message.sent = true;
        const Duration wait = std::min(kLastRepeat, kFirstRepeat * (1 << message.backoff));
        message.due = now + wait;
        message.backoff += wait < kLastRepeat ? 1U : 0U;
        packet.messages.push_back(Message{base_ + i, message.payload});
    }
}

std::vector<Buffer> Stream::accept(Packet&& packet) {
    acknowledged_.clear();
    take_acknowledgement(packet.next, packet.received);
    skip_to(packet.base);
    if (packet.ping || !packet.messages.empty()) {
        answer_ = true;
    }
    std::vector<Buffer> fresh;
    for (Message& message : packet.messages) {
        if (is_new(message.number)) {
            ++stats_.delivered;
            fresh.push_back(std::move(message.payload));
        }
    }
    return fresh;
}

void Stream::take_acknowledgement(std::uint64_t next, Bytes received) {
    // A peer cannot have received what was never sent; such an acknowledgement says nothing.
    if (next > base_ + queue_.size()) {
        return;
    }
    const auto acknowledge = [this](std::uint64_t number) {
        if (number < base_ || number - base_ >= std::min(queue_.size(), kWindow)) {
            return;
        }
        Outgoing& message = queue_[number - base_];
        if (message.sent && !message.acknowledged) {
            message.acknowledged = true;
            ++stats_.acknowledged;
            acknowledged_.push_back(number);
        }
    };
    for (std::uint64_t number = base_; number < next; ++number) {
        acknowledge(number);
    }
    for (std::size_t i = 0; i < received.size() * 8; ++i) {
        if ((received[i / 8] >> (i % 8) & 1U) != 0) {
            acknowledge(next + 1 + i);
        }
    }
    while (!queue_.empty() && queue_.front().acknowledged) {
        pop_front();
    }
}

void Stream::pop_front() noexcept {
    queued_bytes_ -= queue_.front().payload.size();
    queue_.pop_front();
    ++base_;
}

void Stream::skip_to(std::uint64_t base) noexcept {
    while (next_ < base && !arrived_.empty()) {
        stats_.skipped += arrived_.front() ? 0U : 1U;
        arrived_.pop_front();
        ++next_;
    }
    if (next_ < base) {
        // A fresh receiver joins in the middle: what was before it is no loss of its own.
        stats_.skipped += next_ > 1 ? base - next_ : 0U;
        next_ = base;
    }
    while (!arrived_.empty() && arrived_.front()) {
        arrived_.pop_front();
        ++next_;
    }
}

bool Stream::is_new(std::uint64_t number) noexcept {
    if (number < next_) {
        ++stats_.duplicates;
        return false;
    }
    const std::uint64_t ahead = number - next_;
    if (ahead >= kWindow) {
        ++stats_.strayed;
        return false;
    }
    if (ahead >= arrived_.size()) {
        arrived_.resize(ahead + 1);
    }
    if (arrived_[ahead]) {
        ++stats_.duplicates;
        return false;
    }
    arrived_[ahead] = true;
    while (!arrived_.empty() && arrived_.front()) {
        arrived_.pop_front();
        ++next_;
    }
    return true;
}

void Stream::rewind() noexcept {
    for (Outgoing& message : queue_) {
        message.due = Time::min();
        message.backoff = 0;
    }
}

void Stream::forget_peer() noexcept {
    next_ = 1;
    arrived_.clear();
    answer_ = false;
    for (Outgoing& message : queue_) {
        message.acknowledged = false;
    }
    rewind();
}

}  // namespace sara::wire
