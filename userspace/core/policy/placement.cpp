// SPDX-License-Identifier: GPL-2.0
#include "core/policy/placement.hpp"

#include <tuple>

namespace sara::policy {

std::optional<std::size_t> choose(std::span<const NodeScore> nodes, std::span<const Placed> placed) noexcept {
    const auto rank = [&](std::size_t i) {
        return std::tuple(nodes[i].score + nodes[i].cost.value() * placed[i].since_push, placed[i].live);
    };
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!best || rank(i) < rank(*best)) {
            best = i;
        }
    }
    return best;
}

}  // namespace sara::policy
