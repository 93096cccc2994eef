// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/policy/admission.hpp"
#include "core/policy/cost.hpp"

namespace sara::policy {

/// The kernel's number of a node.
enum class NodeId : std::uint32_t {};

/// What the kernel places new sessions by: argmin of score + cost * sessions placed since the push.
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

/// Sessions of a candidate: placed since the push, and live now.
struct Placed {
    std::uint32_t since_push = 0;
    std::uint32_t live = 0;
};

/// The kernel's choice (paper eq. 9 over eq. 8, with the pending correction; without it every new session of an
/// interval goes to the same node): the index of the smallest score + cost * since_push; ties go to the fewest live
/// sessions, then to the first. Nothing without nodes. Precondition: as many `placed` as `nodes`.
[[nodiscard]] std::optional<std::size_t> choose(std::span<const NodeScore> nodes,
                                                std::span<const Placed> placed) noexcept;

}  // namespace sara::policy
