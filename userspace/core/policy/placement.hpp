// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/policy/admission.hpp"
#include "core/policy/cost.hpp"

namespace sara::policy {

/// The kernel's number of a node.
enum class NodeId : std::uint32_t {};

/// What the kernel places new sessions by: argmin of score + cost * pending, the sessions that came to the node since
/// the push less those that went (paper eq. 9 over eq. 8; without pending every new session of an interval goes to one
/// node).
struct NodeScore {
    NodeId node{};
    double score = 0;  ///< the node's load when it is pushed, 0 or more; may pass 1
    Cost cost{};

    friend bool operator==(const NodeScore&, const NodeScore&) = default;
};

/// One interval's decisions, applied as one. `nodes` are those that may take new sessions, in the order of their
/// numbers.
struct PolicyUpdate {
    std::uint64_t epoch = 0;  ///< counts up by 1 from 1; the kernel takes none that is not newer
    Admission admission;
    std::vector<NodeScore> nodes;
};

}  // namespace sara::policy
