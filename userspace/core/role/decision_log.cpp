// SPDX-License-Identifier: GPL-2.0
#include "core/role/decision_log.hpp"

#include <algorithm>
#include <utility>

namespace sara::role {

void DecisionLog::push(Decision decision) {
    nodes_ += decision.nodes.size();
    entries_.push_back({.decision = std::move(decision), .placed = {}});
    shrink();
}

void DecisionLog::placed(std::uint64_t epoch, std::uint32_t position, policy::NodeId node) {
    const std::size_t at = index(epoch);
    if (at == entries_.size() || position >= kMaxPosition) {
        return;
    }
    std::vector<policy::NodeId>& placed = entries_[at].placed;
    if (position >= placed.size()) {
        placed_ += position + 1 - placed.size();
        placed.resize(position + 1, kUnknown);
    }
    placed[position] = node;
    shrink();
}

const Decision* DecisionLog::find(std::uint64_t epoch) const noexcept {
    const std::size_t at = index(epoch);
    return at == entries_.size() ? nullptr : &entries_[at].decision;
}

std::optional<std::uint32_t> DecisionLog::placed_on(std::uint64_t epoch, std::uint32_t count,
                                                    policy::NodeId node) const noexcept {
    const std::size_t at = index(epoch);
    if (at == entries_.size() || count > entries_[at].placed.size()) {
        return std::nullopt;
    }
    const auto begin = entries_[at].placed.begin();
    const auto end = begin + count;
    if (std::find(begin, end, kUnknown) != end) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(std::count(begin, end, node));
}

std::size_t DecisionLog::index(std::uint64_t epoch) const noexcept {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), epoch,
                         [](const Entry& entry, std::uint64_t wanted) { return entry.decision.epoch < wanted; });
    const bool is_there = found != entries_.end() && found->decision.epoch == epoch;
    return is_there ? static_cast<std::size_t>(found - entries_.begin()) : entries_.size();
}

void DecisionLog::shrink() {
    while (entries_.size() > 1 && (entries_.size() > kMaxDecisions || nodes_ > kMaxNodes || placed_ > kMaxPlaced)) {
        nodes_ -= entries_.front().decision.nodes.size();
        placed_ -= entries_.front().placed.size();
        entries_.pop_front();
    }
}

}  // namespace sara::role
