// SPDX-License-Identifier: GPL-2.0
#include "core/replica/node_settings.hpp"

#include <algorithm>
#include <utility>

namespace sara::replica {

std::string_view to_string(NodeUse use) noexcept {
    switch (use) {
    case NodeUse::up:
        return "up";
    case NodeUse::drain:
        return "drain";
    case NodeUse::down:
        return "down";
    }
    return "?";
}

void NodeSettings::say(Node& node) noexcept {
    ++node.version;
    node.setter = self_;
    node.is_due = false;
    ++news_;
}

void NodeSettings::present(std::string_view name, NodeUse use, std::uint16_t weight) {
    auto found = nodes_.find(name);
    if (found == nodes_.end()) {
        if (nodes_.size() >= kMaxNodes) {
            return;
        }
        found = nodes_.emplace(name, Node{}).first;
    }
    Node& node = found->second;
    const bool is_first = !std::exchange(node.is_present, true);
    if (is_first && node.version == 0) {
        node.wanted = {.use = use, .weight = weight, .fails_at = {}};
        return;
    }
    const bool is_other = node.wanted.use != use || node.wanted.weight != weight;
    if (is_first) {
        // Of a plan the kernel knows nothing.
        node.is_due = is_other || node.wanted.fails_at;
        return;
    }
    if (!is_other || node.is_due) {
        return;
    }
    node.wanted.use = use;
    node.wanted.weight = weight;
    if (use == NodeUse::up) {
        node.wanted.fails_at.reset();
    }
    say(node);
}

void NodeSettings::plan(std::string_view name, Time fails_at) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end() || !found->second.is_present) {
        return;
    }
    found->second.wanted.fails_at = fails_at;
    say(found->second);
}

void NodeSettings::gone(std::string_view name) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) {
        return;
    }
    if (found->second.version == 0) {
        nodes_.erase(found);
        return;
    }
    found->second.is_present = found->second.is_due = false;
}

void NodeSettings::kernel_down() noexcept {
    std::erase_if(nodes_, [](const auto& node) { return node.second.version == 0; });
    for (auto& [name, node] : nodes_) {
        node.is_present = node.is_due = false;
    }
}

void NodeSettings::merge(const NodeRecords& records, Time now) {
    for (const NodeRecord& record : records.nodes) {
        auto found = nodes_.find(record.node);
        if (found == nodes_.end()) {
            if (nodes_.size() >= kMaxNodes) {
                continue;
            }
            found = nodes_.emplace(record.node, Node{}).first;
        }
        Node& node = found->second;
        if (std::pair(record.version, record.setter) <= std::pair(node.version, node.setter)) {
            continue;
        }
        const Setting was =
            std::exchange(node.wanted, {.use = record.setting.use, .weight = record.setting.weight, .fails_at = {}});
        if (record.setting.fails_in) {
            node.wanted.fails_at = now + *record.setting.fails_in;
        }
        node.version = record.version;
        node.setter = record.setter;
        node.is_due = node.is_present && (node.is_due || node.wanted.use != was.use ||
                                          node.wanted.weight != was.weight || node.wanted.fails_at);
        ++news_;  // a third one may not be linked with who said it
    }
}

std::optional<NodeChange> NodeSettings::next() {
    for (auto& [name, node] : nodes_) {
        if (std::exchange(node.is_due, false)) {
            return NodeChange{name, node.wanted.use, node.wanted.weight, node.wanted.fails_at};
        }
    }
    return std::nullopt;
}

std::vector<NodeRecord> NodeSettings::records(Time now) const {
    std::vector<NodeRecord> all;
    for (const auto& [name, node] : nodes_) {
        if (node.version == 0) {
            continue;
        }
        NodeRecord record{.node = name,
                          .setting = {.use = node.wanted.use, .weight = node.wanted.weight, .fails_in = {}},
                          .version = node.version,
                          .setter = node.setter};
        if (node.wanted.fails_at) {
            record.setting.fails_in =
                std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(*node.wanted.fails_at - now));
        }
        all.push_back(std::move(record));
    }
    return all;
}

}  // namespace sara::replica
