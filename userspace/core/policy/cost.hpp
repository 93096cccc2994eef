// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>
#include <cstdint>

#include "core/base/result.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// Load per session of one node: finite, 0 or more. A node for 400 sessions has 1/400.
class Cost {
public:
    constexpr Cost() noexcept = default;

    /// What is no number, or below 0, becomes 0.
    [[nodiscard]] static constexpr Cost of(double value) noexcept {
        Cost cost;
        cost.value_ = value > 0 && value < kHighest ? value : (value > 0 ? kHighest : 0);
        return cost;
    }

    [[nodiscard]] constexpr double value() const noexcept { return value_; }

    friend constexpr auto operator<=>(const Cost&, const Cost&) = default;

private:
    /// One session fills the node: nothing is dearer.
    static constexpr double kHighest = 1;

    double value_ = 0;
};

struct CostConfig {
    /// Believed before anything is known, in [lowest, highest]. A node gets 1 / prior sessions before its first load is
    /// heard, and many times as many before each next one, until its load tells more: dear, as a node that is overrun
    /// before its first load tells nothing of what its sessions cost. With .01 and loads each 5 s, nodes of 20 sessions
    /// at 2x broke 4 % of calls (tools/experiment, stale), with .1 none.
    double prior = .1;
    double told = .01;        ///< standard deviation of what an operator says a node is meant for, above 0
    double lowest = 1e-6;     ///< above 0
    double highest = .25;     ///< at most 1
    double forgetting = .98;  ///< what a sample counts after the next one, in [.5, 1): .98 remembers some 50 samples
    double noise = .05;       ///< standard deviation of a load at a constant number of sessions, above 0

    friend bool operator==(const CostConfig&, const CostConfig&) = default;
};

/// Names the first setting that is out of its range.
[[nodiscard]] Status check(const CostConfig& config);

/// Learns a node's load per session: the slope of load over sessions, by least squares with forgetting, drawn to the
/// prior while the session count has hardly moved. The part of the load that does not come from sessions does not
/// count; but all of the load over all of the sessions bounds the prior, so that a node of a thousand sessions, on
/// which each is hardly seen, is not taken for one of a hundred, and a tenth of that bounds what is learnt. Bounded at
/// all times; samples far off the line count as far as the line's usual error alone; a saturated node tells nothing.
/// What was learnt is not forgotten for want of movement. Not in the paper.
class CostLearner {
public:
    /// Precondition: check(config).ok().
    explicit CostLearner(const CostConfig& config = {}) noexcept
        : config_(config), prior_(config.prior), cost_(Cost::of(config.prior)), usual_error_(config.noise) {}

    /// The node is meant for so many sessions; 0: nobody said. That is the prior then, instead of CostConfig's.
    void expect(std::uint64_t capacity) noexcept;

    /// O(1). So many `sessions`, 0 or more, were live while `load` was measured: their mean.
    void sample(Load load, double sessions) noexcept;

    [[nodiscard]] Cost cost() const noexcept { return cost_; }

private:
    CostConfig config_;
    double prior_;
    bool is_told_ = false;
    Cost cost_;
    double count_ = 0;
    double mean_load_ = 0;
    double mean_sessions_ = 0;
    double variation_ = 0;    ///< of the sessions, about their mean
    double covariation_ = 0;  ///< of load and sessions
    double usual_error_;      ///< mean distance of the load from the line
};

}  // namespace sara::policy
