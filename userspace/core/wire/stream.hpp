// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/wire/packet.hpp"

namespace sara::wire {

/// All counters only grow.
struct StreamStats {
    std::uint64_t queued = 0;
    std::uint64_t sent = 0;           ///< first transmissions
    std::uint64_t retransmitted = 0;  ///< further ones
    std::uint64_t acknowledged = 0;
    std::uint64_t overflowed = 0;  ///< the queue was full: the oldest message was given up
    std::uint64_t refused = 0;     ///< longer than kMaxMessage
    std::uint64_t delivered = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t skipped = 0;  ///< the peer gave them up before they arrived
    std::uint64_t strayed = 0;  ///< beyond the window: no peer of ours sends that

    StreamStats& operator+=(const StreamStats& other) noexcept;
};

/// Both directions of messages between two agents: numbers, acknowledges and repeats what is sent; delivers what is
/// received once, at once and unordered. Knows nothing of epochs: outlives them.
class Stream {
public:
    /// An announcement is worth nothing after its media began, so the first repetition comes early.
    static constexpr Duration kFirstRepeat = std::chrono::milliseconds(10);
    static constexpr Duration kLastRepeat = std::chrono::milliseconds(640);
    static constexpr std::size_t kMaxQueued = 4096;
    static constexpr std::size_t kMaxQueuedBytes = 1U << 20U;

    /// The number under which it travels; nothing if it was refused.
    std::optional<std::uint64_t> send(Buffer message);

    /// True if fill() would put something into a packet now.
    [[nodiscard]] bool wants_packet(Time now) const noexcept;
    /// When wants_packet() becomes true by itself.
    [[nodiscard]] Time next_deadline() const noexcept;
    /// Adds the acknowledgement and as many due messages as fit a datagram.
    void fill(Packet& packet, Time now);

    /// The acknowledgement and messages of an authentic packet that is no replay. Returns what is new.
    [[nodiscard]] std::vector<Buffer> accept(Packet&& packet);

    /// Numbers of the messages that the last accept() found acknowledged; told once.
    [[nodiscard]] std::vector<std::uint64_t> take_acknowledged() noexcept { return std::exchange(acknowledged_, {}); }

    /// A new epoch: what is not acknowledged is due again at once.
    void rewind() noexcept;
    /// The peer is another process now: its message numbers begin anew, and it has received nothing.
    void forget_peer() noexcept;

    [[nodiscard]] const StreamStats& stats() const noexcept { return stats_; }
    [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }

private:
    struct Outgoing {
        Buffer payload;
        bool sent = false;
        unsigned backoff = 0;  ///< doublings of kFirstRepeat
        Time due = Time::min();
        bool acknowledged = false;
    };

    void take_acknowledgement(std::uint64_t next, Bytes received);
    void pop_front() noexcept;
    void skip_to(std::uint64_t base) noexcept;
    [[nodiscard]] bool is_new(std::uint64_t number) noexcept;

    /// queue_[i] has number base_ + i; only the first kWindow may be on their way.
    std::deque<Outgoing> queue_;
    std::size_t queued_bytes_ = 0;
    std::vector<std::uint64_t> acknowledged_;  ///< of the last accept()
    std::uint64_t base_ = 1;

    /// All below next_ were received or given up; arrived_[i] tells of next_ + i, arrived_[0] is always false.
    std::uint64_t next_ = 1;
    std::deque<bool> arrived_;
    bool answer_ = false;

    StreamStats stats_;
};

}  // namespace sara::wire
