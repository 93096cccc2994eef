// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/node/load_meter.hpp"
#include "core/wire/heartbeat.hpp"

namespace sara::role {

struct NodeConfig {
    wire::HostId host{};
    /// delta, of heartbeats and loads: 1 ms to 65 s
    std::chrono::milliseconds period{500};

    friend bool operator==(const NodeConfig&, const NodeConfig&) = default;
};

using Heartbeat = std::array<std::uint8_t, wire::kHeartbeatSize>;

/// What is said once per period, to every dispatcher.
struct NodeOutput {
    Heartbeat heartbeat{};
    Buffer load;  ///< a load message; empty if nothing could be measured
};

/// Says of one node that it lives (paper III E) and how loaded it is (III G).
class Node {
public:
    /// `sequence`: of the first heartbeat and load; drawn at random, so that a restart is not taken for an old message.
    Node(const NodeConfig& config, std::uint16_t sequence)
        : config_(config), heartbeat_sequence_(sequence), load_sequence_(sequence) {}

    /// Whether the application answered its probe. Until the first one it counts as answering.
    void probed(bool answered) noexcept { answers_ = answered; }

    /// Whether this machine is prepared for its virtual addresses. Until the first word it counts as prepared.
    void prepared(bool prepared) noexcept { prepared_ = prepared; }

    /// The node will fail at `at`: heartbeats say so from the next one on, with that time. Nothing: it will not after
    /// all.
    void plan(std::optional<Time> at) noexcept { planned_ = at; }
    [[nodiscard]] const std::optional<Time>& planned() const noexcept { return planned_; }
    [[nodiscard]] wire::HeartbeatFlag flag() const noexcept;

    /// To be called at next_deadline(). `unix_now`: seconds since 1970 UTC.
    [[nodiscard]] NodeOutput beat(const node::LoadReport& report, Time now, std::uint32_t unix_now);

    /// A heartbeat before its time, as something is new; to begin with, that the node is there. It has no load: what
    /// was measured for a moment is mostly noise. The first load is told after half a second, or a period if that is
    /// less.
    [[nodiscard]] Heartbeat news(Time now, std::uint32_t unix_now);

    [[nodiscard]] Time next_deadline() const noexcept { return due_.value_or(Time::min()); }

private:
    [[nodiscard]] Heartbeat heartbeat(Time now, std::uint32_t unix_now) noexcept;

    NodeConfig config_;
    std::uint16_t heartbeat_sequence_;
    std::uint32_t load_sequence_;
    bool answers_ = true;
    bool prepared_ = true;
    std::optional<Time> planned_;
    std::optional<Time> due_;  ///< nothing before the first heartbeat
};

}  // namespace sara::role
