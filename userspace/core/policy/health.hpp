// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/policy/flap.hpp"
#include "core/policy/node_clock.hpp"
#include "core/policy/sequence.hpp"
#include "core/wire/heartbeat.hpp"

namespace sara::policy {

/// What may be done with a node (paper III E).
enum class Availability : std::uint8_t {
    up,
    application_down,  ///< the machine lives, its application does not
    vip_broken,        ///< it lives, but does not answer through a virtual address
    planned,           ///< it will fail: it takes no new sessions, and its old ones may end meanwhile
    down,
};

[[nodiscard]] std::string_view to_string(Availability availability) noexcept;

/// Why it is so.
enum class Cause : std::uint8_t {
    never_heard,
    heartbeat,     ///< it said so
    silence,       ///< n periods without a heartbeat
    probe,         ///< the application did not answer the dispatcher's own probe, whatever heartbeats say
    vip_check,     ///< it did not answer through a virtual address, and others did
    planned_time,  ///< the time it announced is over
    flapping,      ///< it failed too often to be believed yet
    command,       ///< the operator said that it is going to fail
};

[[nodiscard]] std::string_view to_string(Cause cause) noexcept;

struct State {
    Availability availability = Availability::down;
    Cause cause = Cause::never_heard;

    friend bool operator==(const State&, const State&) = default;
};

/// What became of a heartbeat. All but `alive` prove nothing, and are counted.
enum class BeatVerdict : std::uint8_t {
    alive,
    late,          ///< older than what came before
    duplicate,     ///< seen before: doubled by the network, or replayed
    conflict,      ///< another node speaks under this identity; who spoke first is believed while it speaks
    unknown_host,  ///< no node has this identity
};

[[nodiscard]] std::string_view to_string(BeatVerdict verdict) noexcept;

struct DetectorConfig {
    Duration period = std::chrono::milliseconds(500);  ///< delta, above 0
    int misses = 3;                                    ///< n: down after n * delta + slack of silence; 1 to 1000
    /// What a heartbeat may be late by, 0 or more. Without it two lost ones and a late one are taken for n = 3 missing,
    /// which the simulation (tests/sim) sees 10 times as often as three lost ones.
    Duration slack = std::chrono::milliseconds(250);
    FlapConfig flap{};

    friend bool operator==(const DetectorConfig&, const DetectorConfig&) = default;
};

/// Names the first setting that is out of its range.
[[nodiscard]] Status check(const DetectorConfig& config);

/// Of the heartbeats of one identity.
struct BeatCounters {
    std::uint64_t received = 0;  ///< each one once
    std::uint64_t lost = 0;      ///< sent, as the sequence tells, and not received
    std::uint64_t late = 0;      ///< received, behind a newer one
    std::uint64_t duplicate = 0;
    std::uint64_t conflict = 0;  ///< of another node with the same identity
    std::uint64_t restarts = 0;  ///< the sequence began anew

    friend bool operator==(const BeatCounters&, const BeatCounters&) = default;
};

/// One node's availability. Two time lines: `heard_at` and its like are on the listener's clock, which stands still
/// while the listener itself did not run, so that its own pause is not held against the node; `now` is real.
class NodeHealth {
public:
    /// Precondition: check(config).ok().
    explicit NodeHealth(const DetectorConfig& config) : config_(config), flap_(config.flap) {}

    BeatVerdict handle(const wire::Heartbeat& beat, const Address& from, Time listening, Time now);
    /// The dispatcher's own probe of the application: it stands until the next one, over what heartbeats say.
    void probed(bool answered) noexcept;
    /// What a check through the virtual addresses says: it stands until the next one, likewise.
    void vip_checked(bool broken) noexcept { vip_broken_ = broken; }
    /// The listener was away: what is left of the node's time becomes one period at least, once per silence.
    void excuse(Time listening) noexcept;

    /// As of now; notes the failure if the node went down by itself meanwhile.
    [[nodiscard]] State state(Time listening, Time now) noexcept;

    /// When state() may change without an input, as time from now; nothing: never.
    [[nodiscard]] std::optional<Duration> next_change(Time listening, Time now) const noexcept;

    [[nodiscard]] BeatCounters counters() const noexcept;
    [[nodiscard]] const std::optional<Address>& speaker() const noexcept { return speaker_; }
    /// When it said that it will fail; nothing: it did not, or took it back.
    [[nodiscard]] const std::optional<Time>& fails_at() const noexcept { return fails_at_; }
    [[nodiscard]] const NodeClock& clock() const noexcept { return clock_; }
    /// Who else speaks under the identity: the last sender of a conflict.
    [[nodiscard]] const std::optional<Address>& rival() const noexcept { return rival_; }

private:
    /// A sequence of the speaker that was believed until it began anew, or that goes on beside it and is not believed.
    struct Other {
        std::uint16_t sequence = 0;
        Time at{};
    };

    [[nodiscard]] Duration patience() const noexcept { return config_.period * config_.misses + config_.slack; }
    [[nodiscard]] bool silent(Time listening) const noexcept;
    [[nodiscard]] int reach(Time since, Time now) const noexcept;
    [[nodiscard]] int lead(const wire::Heartbeat& beat) const noexcept;
    [[nodiscard]] bool continues_other(const wire::Heartbeat& beat, Time now) const noexcept;
    BeatVerdict accept(const wire::Heartbeat& beat, const Address& from, Time listening, Time now);
    BeatVerdict refuse(const wire::Heartbeat& beat, const Address& from, Time now);
    /// Of the node alone, before its past is held against it.
    [[nodiscard]] State judge(Time listening, Time now) const noexcept;

    DetectorConfig config_;
    FlapDamper flap_;
    NodeClock clock_;
    Sequence sequence_;
    BeatCounters counters_;
    std::optional<Address> speaker_;
    std::optional<Address> rival_;
    std::optional<Other> other_;
    Time heard_at_{};  ///< listener's clock
    Time heard_{};     ///< real
    bool excused_ = false;
    wire::HeartbeatFlag flag_ = wire::HeartbeatFlag::up;
    std::optional<Time> fails_at_;  ///< planned
    bool probe_failed_ = false;
    bool vip_broken_ = false;
    bool was_well_ = false;  ///< as of the last state()
};

}  // namespace sara::policy
