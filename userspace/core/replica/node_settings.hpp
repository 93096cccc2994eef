// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/replica/record.hpp"

namespace sara::replica {

/// A setting that this dispatcher's kernel and cluster are to get.
struct NodeChange {
    std::string node;
    NodeUse use = NodeUse::up;
    std::uint16_t weight = 1;
    std::optional<Time> fails_at;

    friend bool operator==(const NodeChange&, const NodeChange&) = default;
};

/// What operators want of nodes (drained, down, a weight, when it is going to fail), the same at all dispatchers: what
/// was said at any of them last holds at each. A node of which nobody said anything is as its configuration has it.
///
/// What the kernel has is the operator's word: a change that was not made by next() was made by hand. It raises the
/// version, which all peers are told. So a dispatcher that was away, or whose module was loaded anew, gets what was
/// said meanwhile, and what it says itself afterwards is newer. Two that are told different things at once agree on the
/// one whose agent has the higher number.
class NodeSettings {
public:
    /// Names that are kept at most; what a peer tells of more is left out.
    static constexpr std::size_t kMaxNodes = 4096;

    explicit NodeSettings(wire::Incarnation self) noexcept : self_(self) {}

    // As this kernel has it.

    void present(std::string_view node, NodeUse use, std::uint16_t weight);
    /// The operator told when it is going to fail; a node that is up again is not.
    void plan(std::string_view node, Time fails_at);
    void gone(std::string_view node);
    /// Its nodes are made anew, and then as their configuration has them.
    void kernel_down() noexcept;

    /// What a peer tells.
    void merge(const NodeRecords& records, Time now);

    /// What is to be changed here, one node after the other; done with it when this returns.
    [[nodiscard]] std::optional<NodeChange> next();

    /// Rises whenever peers are to be told.
    [[nodiscard]] std::uint64_t news() const noexcept { return news_; }
    /// All of which anything was said.
    [[nodiscard]] std::vector<NodeRecord> records(Time now) const;

private:
    struct Setting {
        NodeUse use = NodeUse::up;
        std::uint16_t weight = 1;
        std::optional<Time> fails_at;
    };
    struct Node {
        Setting wanted;
        std::uint64_t version = 0;  ///< 0: nobody said anything
        wire::Incarnation setter = wire::Incarnation::none;
        bool is_present = false;  ///< this kernel has it
        bool is_due = false;      ///< it does not have what is wanted
    };

    void say(Node& node) noexcept;

    wire::Incarnation self_;
    std::map<std::string, Node, std::less<>> nodes_;
    std::uint64_t news_ = 0;
};

}  // namespace sara::replica
