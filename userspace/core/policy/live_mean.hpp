// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/time.hpp"

namespace sara::policy {

/// How many sessions a node had, in the mean, while its load was measured. A load message tells the mean of a time:
/// with one each 5 s, of sessions half of which are new, it tells of a node that is as loaded as it was 2.5 s ago. Held
/// against those that are live when it comes, sessions would seem as cheap as the node fills fast.
class LiveMean {
public:
    /// From `now` on so many are live. Time that goes backwards stands still.
    void set(std::uint64_t live, Time now) noexcept;

    /// The mean since the last take(), or else since the first set(), until `now`; what is live now, if that is no
    /// time. 0 before the first set().
    [[nodiscard]] double take(Time now) noexcept;

    [[nodiscard]] std::uint64_t now() const noexcept { return live_; }

private:
    void pass(Time now) noexcept;

    std::uint64_t live_ = 0;
    double sum_ = 0;  ///< of sessions times nanoseconds
    double time_ = 0;
    std::optional<Time> at_;
};

}  // namespace sara::policy
