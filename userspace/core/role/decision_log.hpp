// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/policy/health.hpp"
#include "core/policy/placement.hpp"
#include "core/policy/shell.hpp"

namespace sara::role {

/// The nodes of each service that names its nodes; a service that is not here has all.
using ServiceNodes = std::map<std::string, std::vector<std::string>>;

/// A node as it was when a policy was made.
struct DecidedNode {
    std::string name;
    std::optional<policy::Availability> availability;  ///< nothing: it was not known yet, and the kernel's word held
    bool drained = false;                              ///< the operator wanted no new sessions on it
    std::uint32_t weight = 1;                          ///< of what is placed on it, so many sessions count as one
    std::uint32_t sessions = 0;                        ///< that it had
    std::uint32_t max_sessions = 0;                    ///< that it may have; 0: any number
    bool usable = true;                                ///< frames could be sent to it
    policy::NodeView load;                             ///< with the score and the cost that were pushed, if it was up
};

/// One policy, and what it was concluded from.
struct Decision {
    std::uint64_t epoch = 0;
    Time pushed{};
    policy::Load own{};  ///< of the dispatcher itself
    policy::Admission admission;
    std::vector<DecidedNode> nodes;
    std::shared_ptr<const ServiceNodes> services;  ///< most policies share theirs
};

/// Remembers the last policies, and where each of them placed sessions, so that what was decided about one session can
/// be told later. Bounded in policies, and in nodes and sessions of all of them together: the oldest go.
class DecisionLog {
public:
    /// An hour of two policies per second, and more.
    static constexpr std::size_t kMaxDecisions = 8192;
    /// Entries of Decision::nodes, about 200 bytes each.
    static constexpr std::size_t kMaxNodes = 65536;
    /// Sessions, 4 bytes each.
    static constexpr std::size_t kMaxPlaced = std::size_t{1} << 20;
    /// Of one policy: the kernel tells no higher numbers.
    static constexpr std::uint32_t kMaxPosition = 65535;

    /// A policy is pushed. Its epoch is higher than that of the one before.
    void push(Decision decision);

    /// The policy of `epoch` placed a session on `node`, before which it had placed `position` others.
    void placed(std::uint64_t epoch, std::uint32_t position, policy::NodeId node);

    /// Nothing: it is not remembered, or never was.
    [[nodiscard]] const Decision* find(std::uint64_t epoch) const noexcept;

    /// Of the first `count` sessions that the policy placed, those on `node`. Nothing: it is not known of all of them
    /// where they went.
    [[nodiscard]] std::optional<std::uint32_t> placed_on(std::uint64_t epoch, std::uint32_t count,
                                                         policy::NodeId node) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        Decision decision;
        std::vector<policy::NodeId> placed;  ///< by position
    };

    /// No node has it: the kernel counts from 1.
    static constexpr policy::NodeId kUnknown{};

    /// Its place in `entries_`; their number if it is not there.
    [[nodiscard]] std::size_t index(std::uint64_t epoch) const noexcept;
    void shrink();

    std::deque<Entry> entries_;  ///< by epoch, rising
    std::size_t nodes_ = 0;      ///< of all entries
    std::size_t placed_ = 0;     ///< likewise
};

}  // namespace sara::role
