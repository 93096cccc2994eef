// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/policy/cost.hpp"
#include "core/policy/history.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// One node's load as its sessions let expect it: the mean of its last T measurements, moved by the sessions that came
/// and went since. It is what the dispatcher knows already; a line through past loads (eq. 6) takes the sessions that
/// the dispatcher itself placed for a trend. Eq. 7 and 8 hold it against the measurement as they do a Forecast.
class Level {
public:
    explicit Level(Window window) : ring_(window.samples()) {}

    /// O(T), no allocation. `live` sessions, 0 or more, while `measured` was: their mean; each of them makes `cost`.
    void sample(Load measured, double live, Cost cost) noexcept;
    void clear() noexcept;

    /// Before the first sample, all below are 1.
    [[nodiscard]] Load expected() const noexcept { return expected_; }
    /// Eq. 7, in [0,1].
    [[nodiscard]] double error() const noexcept { return error_; }
    /// Eq. 8: a node that is loaded by something else than sessions is believed what it measures.
    [[nodiscard]] Load damped() const noexcept { return damped_; }

private:
    struct Sample {
        double load = 0;
        double live = 0;
    };

    std::vector<Sample> ring_;
    std::size_t next_ = 0;
    std::size_t size_ = 0;
    Load expected_ = Load::full();
    Load damped_ = Load::full();
    double error_ = 1;
};

}  // namespace sara::policy
