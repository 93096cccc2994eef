// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/time.hpp"
#include "core/policy/health.hpp"
#include "core/wire/heartbeat.hpp"

namespace sara::policy {

/// A node's availability is another one.
struct HealthChange {
    wire::HostId host{};
    State from;
    State to;

    friend bool operator==(const HealthChange&, const HealthChange&) = default;
};

/// For people.
struct HealthView {
    wire::HostId host{};
    State state;
    std::optional<Time> fails_at;  ///< as it announced
    BeatCounters beats;
    std::optional<Address> speaker;
    std::optional<Address> rival;
    NodeClock clock;
};

/// What happened to a heartbeat, and to the nodes.
struct Heard {
    BeatVerdict verdict = BeatVerdict::unknown_host;
    std::vector<HealthChange> changes;
};

/// Failure detector of all nodes (paper III E, Fig. 7): takes heartbeats and probes, tells what changes. It watches its
/// own calls: when expire() comes later than it asked for, the listener did not run, and the time it missed is not held
/// against the nodes (a pause of 10 s takes none of them down).
///
/// Datagrams are authentic and not replayed: that is the channel's work. In plain mode anybody may speak for a node.
class HealthMonitor {
public:
    /// Precondition: check(config).ok().
    explicit HealthMonitor(const DetectorConfig& config = {}) : config_(config) {}

    /// False: it is there already. A new node is down until it is heard.
    bool add(wire::HostId host);
    /// False: it is not there.
    bool remove(wire::HostId host);

    [[nodiscard]] Heard handle(const wire::Heartbeat& beat, const Address& from, Time now);

    /// The dispatcher's own probe of the node's application. Nothing happens for an unknown node.
    [[nodiscard]] std::vector<HealthChange> probed(wire::HostId host, bool answered, Time now);

    /// A check through the virtual addresses found the node's way broken, or not. Nothing happens for an unknown node.
    [[nodiscard]] std::vector<HealthChange> vip_checked(wire::HostId host, bool broken, Time now);

    /// To be called at next_deadline(): once per period at least. O(N).
    [[nodiscard]] std::vector<HealthChange> expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept { return deadline_; }

    /// Down, never heard, for an unknown node.
    [[nodiscard]] State state(wire::HostId host) const noexcept;
    /// When the node said that it will fail. Nothing for an unknown node.
    [[nodiscard]] std::optional<Time> fails_at(wire::HostId host) const noexcept;
    [[nodiscard]] std::vector<HealthView> view() const;
    /// Heartbeats of identities that no node has.
    [[nodiscard]] std::uint64_t unknown() const noexcept { return unknown_; }
    /// How often the listener was away.
    [[nodiscard]] std::uint64_t pauses() const noexcept { return pauses_; }

private:
    struct Node {
        NodeHealth health;
        State state{};
    };

    Time listen(Time now);
    void settle(wire::HostId host, Node& node, Time now, std::vector<HealthChange>& changes);

    DetectorConfig config_;
    std::map<wire::HostId, Node> nodes_;
    std::optional<Time> called_;  ///< last
    Time listening_{};            ///< time in which we ran
    Time deadline_ = Time::min();
    std::uint64_t unknown_ = 0;
    std::uint64_t pauses_ = 0;
};

}  // namespace sara::policy
