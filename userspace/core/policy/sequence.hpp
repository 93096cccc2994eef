// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

namespace sara::policy {

/// How far `later` is ahead of `earlier`, by RFC 1982 arithmetic: -32768 to 32767, right across the wrap.
[[nodiscard]] constexpr int sequence_step(std::uint16_t earlier, std::uint16_t later) noexcept {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(later - earlier));
}

/// What a sequence number says about the one message that has it.
enum class Arrival : std::uint8_t {
    next,       ///< newer than all before; what it leaves out counts as lost
    late,       ///< older, and was counted as lost: it is not
    duplicate,  ///< seen before, or too old to know
    jump,       ///< further ahead or behind than loss and delay explain: another sequence
};

/// Counts the heartbeats that a node sent and we did not get (paper III E, Seq_Nber).
class Sequence {
public:
    /// Begins with `first`, which counts as received. Nothing before it counts as lost. Counters go on.
    void begin(std::uint16_t first) noexcept;

    /// Precondition: begun. `reach` is how far ahead the next one may be, at least 1. A jump changes nothing.
    Arrival take(std::uint16_t number, int reach) noexcept;

    [[nodiscard]] std::uint16_t highest() const noexcept { return highest_; }
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }  ///< each one once
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    static constexpr int kWindow = 64;

    std::uint16_t highest_ = 0;
    std::uint64_t seen_ = ~std::uint64_t{0};  ///< bit i: highest - i came
    std::uint64_t received_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace sara::policy
