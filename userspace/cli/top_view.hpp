// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "kern/model.hpp"

namespace sara::cli {

/// What kernel and agent told at one time. Each may be gone: then there is why.
struct TopSample {
    Time at{};
    std::string clock;  ///< the same for people
    std::vector<kern::Node> nodes;
    std::vector<kern::Service> services;
    std::optional<kern::Policy> policy;  ///< nothing: none was told
    std::string kernel_error;
    nlohmann::ordered_json agent;  ///< its statistics
    std::string agent_error;
};

/// Per second.
struct TopRates {
    double offered = 0;
    double refused = 0;
    double admitted = 0;
    double completed = 0;  ///< ended as the protocol ends them: BYE, TEARDOWN, FIN

    friend bool operator==(const TopRates&, const TopRates&) = default;
};

struct TopNode {
    std::string name;
    kern::NodeState state{};
    kern::Health health{};
    bool usable = false;
    std::uint64_t sessions = 0;
    std::optional<double> admitted;  ///< per second
    std::optional<kern::Load> load;  ///< nothing: the agent does not know it
    std::optional<kern::Load> forecast;
    bool stale = false;  ///< what the load is
};

/// One frame of sara top, before it is drawn.
struct TopView {
    std::string clock;
    std::uint64_t sessions = 0;
    std::optional<TopRates> rates;  ///< nothing: the sample before has no counters to compare with
    std::optional<kern::Policy> policy;
    std::vector<TopNode> nodes;
    std::string kernel_error;
    std::string agent_error;
};

/// `now`, and how fast it goes since `before`.
[[nodiscard]] TopView compare(const TopSample& before, const TopSample& now);

[[nodiscard]] nlohmann::ordered_json to_json(const TopView& view);

}  // namespace sara::cli
