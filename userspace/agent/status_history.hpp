// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/policy/admission.hpp"
#include "core/role/cluster.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// Of the sessions of all services since the module was loaded.
struct SessionCounts {
    std::uint64_t now = 0;  ///< that are there
    std::uint64_t offered = 0;
    std::uint64_t refused = 0;
    std::uint64_t completed = 0;  ///< ended by what was said: BYE, TEARDOWN, FIN
    std::uint64_t ended = 0;      ///< otherwise: silent, over their lifetime, deleted, given way

    friend bool operator==(const SessionCounts&, const SessionCounts&) = default;
};

[[nodiscard]] SessionCounts count_sessions(std::span<const kern::Service> services);

/// How the cluster was, once a second for ten minutes: what the status page draws. Bounded: 600 moments of at most 256
/// nodes, of which those that come first by name are kept, 7 MB with names of 31 bytes.
class StatusHistory {
public:
    static constexpr Duration kPeriod = std::chrono::seconds(1);
    static constexpr std::size_t kMoments = 600;
    static constexpr std::size_t kNodes = 256;

    /// `run` tells this agent's moments from an earlier one's, which had the same numbers.
    explicit StatusHistory(std::string run) : run_(std::move(run)) {}

    /// To be called once per kPeriod. What is not known is left out, and drawn as a gap.
    void add(Time now, std::span<const role::ClusterView> nodes, const std::optional<policy::Admission>& admission,
             const std::optional<SessionCounts>& counts);

    /// Moments with a higher number than `after`, the oldest first; all of them if there is none with that number:
    ///
    ///     {"run": TEXT, "period": MILLISECONDS, "moments": [
    ///       {"number": N, "age": MILLISECONDS,
    ///        "admission": {"x", "t1", "t2", "t3", "c", "p_new", "p_est"},
    ///        "sessions": {"now", "offered", "refused", "completed", "ended"},
    ///        "nodes": {NAME: [LOAD, FORECAST, ERROR], ...}}]}
    [[nodiscard]] nlohmann::ordered_json to_json(std::uint64_t after, Time now) const;

private:
    struct Node {
        std::string name;
        float load;
        float forecast;
        float error;
    };
    struct Admission {
        float x, t1, t2, t3, c, p_new, p_est;
    };
    struct Moment {
        Time at;
        std::optional<Admission> admission;
        std::optional<SessionCounts> counts;
        std::vector<Node> nodes;
    };

    std::string run_;
    std::deque<Moment> moments_;
    std::uint64_t last_ = 0;  ///< number of the newest; they begin with 1
};

}  // namespace sara::agent
