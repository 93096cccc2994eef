// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <utility>

#include "core/base/flow_key.hpp"

namespace sara {

/// What the signalling of a session is known by: its flow; or, where a service tells sessions by Call-ID, so that
/// several share a flow, the flow and the Call-ID.
struct SignallingKey {
    SignallingKey() = default;
    /// A flow is one, too.
    SignallingKey(const FlowKey& whole_flow) : flow(whole_flow) {}
    SignallingKey(const FlowKey& shared_flow, std::string of_call) : flow(shared_flow), call_id(std::move(of_call)) {}

    FlowKey flow;
    std::string call_id;  ///< empty: all of the flow

    /// "udp 198.18.1.11:4000 > 198.18.0.100:5060 call-id 1-2345@198.18.1.11"
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const SignallingKey&, const SignallingKey&) = default;
};

/// For std::unordered_map. Not keyed: callers bound the number of entries.
struct SignallingKeyHash {
    [[nodiscard]] std::size_t operator()(const SignallingKey& key) const noexcept;
};

}  // namespace sara
