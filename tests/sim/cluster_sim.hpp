// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/time.hpp"
#include "core/policy/shell.hpp"

namespace sara::sim {

/// Who decides, and how the packet path carries it out.
enum class System : std::uint8_t {
    no_control,   ///< everything is admitted; placed by shell
    as_printed,   ///< paper eq. 1 and 2 to the letter, a coin for each datagram
    coin,         ///< the equations as they must be meant, still a coin for each datagram, and no pending sessions
    verdict,      ///< one verdict per session, and pending sessions count; the paper's thresholds and forecast
    recommended,  ///< our defaults: a short ramp near the end, loads told from sessions
    moving,       ///< the same with moving thresholds (eq. 4)
    ipvs_rr,      ///< IPVS (ipvs_sim.hpp): everything is admitted, and placed in turn
    ipvs_wlc,     ///< likewise, where the fewest connections are
    ipvs_source,  ///< likewise, where the client's others are
};

[[nodiscard]] std::string_view to_string(System system) noexcept;

/// A cluster whose nodes serve `capacity` sessions each. Above that a node loses part of everybody's media; a session
/// of which more than kTolerated of its media was lost, there or by the dispatcher's thinning, is broken. Clients send
/// the first message of a session up to 7 times (RFC 3261 timer A), and say goodbye until that is heard.
struct ClusterSetup {
    System system = System::recommended;
    std::uint32_t nodes = 10;
    double offered = 1;                                       ///< of what the cluster can serve
    Duration report_period = std::chrono::milliseconds(500);  ///< how old loads are at most
    Duration hold = std::chrono::seconds(60);                 ///< mean time of a session; exponential
    std::uint32_t capacity = 400;                             ///< sessions of a node
    Duration linger{};                                        ///< the kernel keeps a session for so long after its end,
    bool tells_capacity = false;                              ///< the operator told the kernel
    bool tells_ended = true;                                  ///< and tells of how many that is so
    std::uint32_t weak = 0;                                   ///< so many of the nodes serve half of that
    double noise = .02;                                       ///< standard deviation of a measured load
    std::uint32_t clients = 10;                               ///< per node: addresses that sessions come from
    Duration forgotten = std::chrono::seconds(15);            ///< silence after which IPVS has no connection any more
    Duration warm_up = std::chrono::seconds(200);
    Duration measured = std::chrono::seconds(150);
    std::uint64_t seed = 1;
    policy::ShellConfig shell{};  ///< of what the system leaves open
};

/// Per second of the measured time, but for the last three.
struct ClusterResult {
    double ideal = 0;  ///< capacity over mean time of a session
    double completed = 0;
    double broken = 0;      ///< answered, then spoilt
    double split = 0;       ///< of those, only because their media were placed on another node
    double refused = 0;     ///< given up by the client
    double load = 0;        ///< mean of sessions over capacity
    double uneven = 0;      ///< standard deviation of sessions over capacity among the nodes, mean over time
    double cost_error = 0;  ///< of what was learnt, mean of the nodes at the end, in parts of the true cost
    double cost_least = 0;  ///< learnt by any of them, in parts of the true one
};

inline constexpr double kTolerated = .02;

[[nodiscard]] ClusterResult simulate(const ClusterSetup& setup);

}  // namespace sara::sim
