// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/proto/limits.hpp"

namespace sara::proto {

/// What of a TCP segment matters to reassembly.
struct TcpSegment {
    std::uint32_t seq = 0;
    bool syn = false;
    bool fin = false;
    bool rst = false;
    std::string_view payload;
};

struct StreamEvent {
    enum class Kind : std::uint8_t {
        start,  ///< a SYN: a new connection; what came before on this 5-tuple is over
        data,   ///< `bytes` follow the ones before
        lost,   ///< `missing` bytes are skipped (0: the stream was joined in its middle)
        end,    ///< FIN, all before it delivered
        reset,  ///< RST
    };
    Kind kind = Kind::data;
    std::string_view bytes;  ///< valid during the call only
    std::uint32_t missing = 0;
};

/// Reassembles one direction of a TCP connection from segments in any order: late, early, repeated, overlapping (the
/// bytes that came first stay). We only listen: a segment that we miss may never come again, so a gap is given up when
/// it is older than limits::kGapPatience or too much waits behind it.
/// Holds at most limits::kMaxHeldSegments and limits::kMaxHeldBytes, and nothing while segments come in order.
class TcpStream {
public:
    struct Counters {
        std::uint64_t bytes = 0;            ///< delivered
        std::uint64_t lost_bytes = 0;       ///< skipped
        std::uint64_t gaps = 0;             ///< times bytes were skipped
        std::uint64_t duplicate_bytes = 0;  ///< came more than once, or from before the place of joining
        std::uint64_t out_of_window = 0;    ///< segments too far away to belong to the stream
        std::uint64_t joins = 0;            ///< times the stream was entered in its middle
    };

    /// Must not call back into the stream.
    using Emit = std::function<void(const StreamEvent&)>;

    void push(const TcpSegment& segment, Time now, const Emit& emit);

    /// When the oldest gap is given up; kNever if there is none.
    [[nodiscard]] Time next_deadline() const noexcept { return gap_deadline_; }

    /// To be called at or after next_deadline(); earlier it does nothing.
    void expire(Time now, const Emit& emit);

    /// Gives all gaps up at once: no more segments will come (the end of a capture).
    void flush(const Emit& emit);

    /// Of the next byte to deliver; while bytes are delivered, of the one behind them.
    [[nodiscard]] std::uint32_t next_seq() const noexcept { return next_; }

    [[nodiscard]] bool closed() const noexcept { return state_ == State::closed; }
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_bytes_; }
    [[nodiscard]] std::size_t held_segments() const noexcept { return held_.size(); }
    [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

private:
    enum class State : std::uint8_t { idle, open, closed };

    struct Held {
        std::uint32_t seq = 0;
        std::string bytes;
        Time since{};
    };

    void restart(std::uint32_t isn, const Emit& emit);
    void join(std::uint32_t seq, const Emit& emit);
    [[nodiscard]] bool is_stray(std::uint32_t seq, std::size_t size) const noexcept;
    void take(std::uint32_t seq, std::string_view bytes, Time now, const Emit& emit);
    void hold(std::uint32_t seq, std::string_view bytes, Time now);
    void deliver(std::string_view bytes, const Emit& emit);
    void drain(const Emit& emit);
    void skip_gap(const Emit& emit);
    void settle();
    void forget_held();
    void close_at_fin(const Emit& emit);
    void close(StreamEvent::Kind kind, const Emit& emit);
    [[nodiscard]] bool has_gap() const noexcept { return state_ == State::open && (!held_.empty() || fin_); }

    State state_ = State::idle;
    std::uint32_t isn_ = 0;
    bool syn_seen_ = false;
    std::uint32_t next_ = 0;            ///< sequence number of the next byte to deliver
    std::optional<std::uint32_t> fin_;  ///< sequence number of the FIN
    Time fin_since_{};
    std::vector<Held> held_;  ///< ordered by distance from next_, never overlapping, never at next_
    std::size_t held_bytes_ = 0;
    unsigned strays_ = 0;         ///< out-of-window segments in a row
    Time gap_deadline_ = kNever;  ///< patience is counted from the oldest segment that waits
    Counters counters_;
};

}  // namespace sara::proto
