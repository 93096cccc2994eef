// SPDX-License-Identifier: GPL-2.0
#include "core/policy/sequence.hpp"

namespace sara::policy {

void Sequence::begin(std::uint16_t first) noexcept {
    highest_ = first;
    seen_ = ~std::uint64_t{0};
    ++received_;
}

Arrival Sequence::take(std::uint16_t number, int reach) noexcept {
    const int step = sequence_step(highest_, number);
    if (step > 0) {
        if (step > reach) {
            return Arrival::jump;
        }
        highest_ = number;
        seen_ = step < kWindow ? seen_ << step | 1U : 1U;
        ++received_;
        lost_ += static_cast<std::uint64_t>(step - 1);
        return Arrival::next;
    }
    if (step <= -kWindow) {
        return Arrival::jump;
    }
    const std::uint64_t bit = std::uint64_t{1} << -step;
    if ((seen_ & bit) != 0) {
        return Arrival::duplicate;
    }
    // Every gap in the window was counted as lost when it opened.
    seen_ |= bit;
    ++received_;
    --lost_;
    return Arrival::late;
}

}  // namespace sara::policy
