// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

#include "core/base/time.hpp"
#include "core/policy/health.hpp"

namespace sara::sim {

/// Nodes that beat every delta (each at its own phase, with jitter) over a network that loses, doubles and delays; half
/// of them die at a random moment of the run.
struct DetectorSetup {
    std::uint32_t nodes = 40;
    double loss = .05;
    double doubled = .01;
    Duration most_delay = std::chrono::milliseconds(20);  ///< delays are from 0 to this, so that beats overtake nothing
    Duration jitter = std::chrono::milliseconds(5);       ///< of a node's timer, either way
    Duration run = std::chrono::minutes(30);
    Duration pause_at{};   ///< the listener does nothing from here,
    Duration pause_for{};  ///< for so long
    std::uint64_t seed = 1;
    policy::DetectorConfig detector{};
};

struct DetectorResult {
    std::uint64_t beats = 0;
    std::uint64_t lost = 0;          ///< by the network, of nodes until they died
    std::uint64_t counted_lost = 0;  ///< by the detector
    std::uint64_t deaths = 0;
    std::uint64_t undetected = 0;
    Duration fastest{};  ///< from a death to its detection
    Duration median{};
    Duration slowest{};
    std::uint64_t false_positives = 0;  ///< a living node was called down
    double node_hours = 0;
};

[[nodiscard]] DetectorResult simulate(const DetectorSetup& setup);

}  // namespace sara::sim
