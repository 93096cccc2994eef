// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/replica/codec.hpp"
#include "core/replica/record.hpp"

namespace sara::replica {

/// All counters only grow.
struct PublisherCounters {
    std::uint64_t snapshots = 0;  ///< that were begun
    std::uint64_t objects = 0;    ///< handed over
    std::uint64_t batches = 0;
    std::uint64_t overflows = 0;  ///< too many waited: dropped, for a new snapshot
    std::uint64_t too_big = 0;    ///< snapshots that did not fit, and were cut off
    std::uint64_t resyncs = 0;    ///< that the peer asked for
    std::uint64_t unfit = 0;      ///< objects that the wire format has no room for
};

/// A dispatcher's sending end towards one peer: all its sessions (a snapshot), then what becomes of them (deltas), in
/// order. It keeps no copy of the table: a snapshot is read from the kernel when it is due, and deltas are encoded as
/// they come. What waits is bounded; what is on its way, too: the peer says what it carried out, and no more than
/// kInFlight batches are ahead of that. Whatever is lost, is lost with all that waits, and a new snapshot begins.
class Publisher {
public:
    static constexpr std::size_t kInFlight = 64;
    static constexpr std::size_t kMaxWaiting = 65536;            ///< deltas
    static constexpr std::size_t kMaxBytes = 512U << 20U;        ///< of all that waits: a million sessions in 0.5 GB
    static constexpr Duration kPause = std::chrono::seconds(1);  ///< between the beginnings of two snapshots

    /// Nothing is published before the table is known.
    void origin(wire::Incarnation self, Table table);

    /// The link is up; `peer`: the process at its other end. Another one than before has nothing.
    void connected(wire::Incarnation peer);
    void disconnected() noexcept { connected_ = false; }

    /// Something was missed: all has to be told again.
    void resync();
    /// The kernel is to be read: begin_snapshot(), add() for each object, end_snapshot(). That may take its time: what
    /// is published meanwhile is told behind the snapshot, in which it may be or not.
    [[nodiscard]] bool wants_snapshot(Time now) const noexcept;
    void begin_snapshot(Time now);
    void add(const Object& object, Time now);
    void end_snapshot(Time now);

    /// A delta. Nothing to be done before the first snapshot, which will show it.
    void publish(const Object& object, Time now);

    void handle(const Report& report);

    /// The next message to hand to the link, if there is one and the peer has room for it.
    [[nodiscard]] std::optional<Buffer> next(Time now);
    /// When wants_snapshot() becomes true by itself.
    [[nodiscard]] Time next_deadline() const noexcept;

    /// How many objects it was told in all, those among them that still wait. 0 while nothing can be told, or a
    /// snapshot is read, behind which what happens now has no number yet.
    [[nodiscard]] std::uint64_t told() const noexcept { return streaming_ && !reading_ ? told_ : 0; }
    /// How many of these it has carried out, as told() counts. 0 before it has a snapshot whole, which covers all that
    /// was told before.
    [[nodiscard]] std::uint64_t carried_out() const noexcept { return is_live() ? told_ - waiting() : 0; }
    /// It has a snapshot whole, and gets deltas.
    [[nodiscard]] bool is_live() const noexcept { return connected_ && streaming_ && complete_; }
    /// Of what this peer is told, it has all.
    [[nodiscard]] bool is_complete() const noexcept { return complete_ && waiting() == 0; }
    /// Objects that the peer has not carried out.
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_ + in_flight_objects_; }
    /// How old the oldest of them is.
    [[nodiscard]] Duration lag(Time now) const noexcept;
    [[nodiscard]] const PublisherCounters& counters() const noexcept { return counters_; }

private:
    struct Chunk {
        Buffer bytes;
        std::size_t objects = 0;
        std::size_t deltas = 0;  ///< of them
        Time since;
    };
    struct Sent {
        std::size_t objects = 0;
        Time since;
    };

    void put(std::deque<Chunk>& to, const Object& object, bool is_delta, Time now);
    void drop_waiting() noexcept;
    void drop_sent() noexcept;

    wire::Incarnation self_ = wire::Incarnation::none;
    Table table_ = Table::none;
    wire::Incarnation peer_ = wire::Incarnation::none;
    bool connected_ = false;
    bool due_ = true;         ///< a new snapshot is
    bool streaming_ = false;  ///< one was begun, and nothing was lost since
    bool reading_ = false;    ///< the snapshot is still being read
    bool complete_ = false;
    std::uint32_t snapshot_ = 0;
    std::uint64_t sequence_ = 0;  ///< of the next batch
    std::uint64_t applied_ = 0;
    Time pause_ = Time::min();

    std::deque<Chunk> chunks_;
    std::deque<Chunk> late_;  ///< published while the snapshot was read
    std::size_t bytes_ = 0;
    std::uint64_t told_ = 0;
    std::size_t waiting_ = 0;
    std::size_t waiting_deltas_ = 0;
    std::deque<Sent> in_flight_;  ///< from applied_ to sequence_
    std::size_t in_flight_objects_ = 0;
    PublisherCounters counters_;
};

}  // namespace sara::replica
