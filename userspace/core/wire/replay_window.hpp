// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace sara::wire {

/// Takes each sequence number of an epoch once, in any order as long as it is not kSize behind the highest one (like
/// RFC 4303 section 3.4.3).
class ReplayWindow {
public:
    static constexpr std::size_t kSize = 1024;

    /// False: seen before, or too old to know.
    [[nodiscard]] bool take(std::uint64_t sequence) noexcept {
        if (sequence > highest_) {
            const std::uint64_t step = sequence - highest_;
            for (std::uint64_t i = 1; i <= step && i <= kSize; ++i) {
                seen_.reset((highest_ + i) % kSize);
            }
            highest_ = sequence;
        } else if (highest_ - sequence >= kSize || seen_.test(sequence % kSize)) {
            return false;
        }
        seen_.set(sequence % kSize);
        return true;
    }

private:
    std::uint64_t highest_ = 0;
    std::bitset<kSize> seen_{1};  // sequence 0 is never sent
};

}  // namespace sara::wire
