// SPDX-License-Identifier: GPL-2.0
#include "core/policy/health.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace sara::policy {

using wire::HeartbeatFlag;

namespace {

constexpr int kMostMisses = 1000;
/// How many more heartbeats than were due a sequence may be ahead.
constexpr int kSlack = 16;

}  // namespace

std::string_view to_string(Availability availability) noexcept {
    switch (availability) {
    case Availability::up:
        return "up";
    case Availability::application_down:
        return "application-down";
    case Availability::vip_broken:
        return "vip-broken";
    case Availability::planned:
        return "planned";
    case Availability::down:
        return "down";
    }
    return "?";
}

std::string_view to_string(Cause cause) noexcept {
    switch (cause) {
    case Cause::never_heard:
        return "never heard";
    case Cause::heartbeat:
        return "heartbeat";
    case Cause::silence:
        return "silence";
    case Cause::probe:
        return "probe";
    case Cause::vip_check:
        return "VIP check";
    case Cause::planned_time:
        return "planned time is over";
    case Cause::flapping:
        return "flapping";
    case Cause::command:
        return "command";
    }
    return "?";
}

std::string_view to_string(BeatVerdict verdict) noexcept {
    switch (verdict) {
    case BeatVerdict::alive:
        return "alive";
    case BeatVerdict::late:
        return "late";
    case BeatVerdict::duplicate:
        return "duplicate";
    case BeatVerdict::conflict:
        return "two nodes with one identity";
    case BeatVerdict::unknown_host:
        return "unknown host";
    }
    return "?";
}

Status check(const DetectorConfig& config) {
    if (config.period <= Duration::zero()) {
        return Error{"a period is above 0", "period"};
    }
    if (config.misses < 1 || config.misses > kMostMisses) {
        return Error{"a node is down after 1 to 1000 periods, not after " + std::to_string(config.misses), "misses"};
    }
    if (config.slack < Duration::zero()) {
        return Error{"a slack is not below 0", "slack"};
    }
    if (const Status flap = check(config.flap); !flap) {
        return Error{flap.error().what, "flap." + flap.error().where};
    }
    return Done{};
}

bool NodeHealth::silent(Time listening) const noexcept {
    return !speaker_ || listening - heard_at_ >= patience();
}

/// Twice as many as were due since then.
int NodeHealth::reach(Time since, Time now) const noexcept {
    const Duration::rep due = 2 * ((now - since) / config_.period) + kSlack;
    return static_cast<int>(std::min<Duration::rep>(due, std::numeric_limits<std::int16_t>::max()));
}

/// Seconds that a heartbeat was sent after the node's latest. Of a planned failure that cannot be told: no node begins
/// with one.
int NodeHealth::lead(const wire::Heartbeat& beat) const noexcept {
    if (!clock_.latest()) {
        return 0;
    }
    return beat.flag == HeartbeatFlag::planned_failure ? -1
                                                       : static_cast<std::int32_t>(beat.timestamp - *clock_.latest());
}

bool NodeHealth::continues_other(const wire::Heartbeat& beat, Time now) const noexcept {
    if (!other_ || now - other_->at >= 2 * patience()) {
        return false;
    }
    const int step = sequence_step(other_->sequence, beat.sequence);
    return step > 0 && step <= reach(other_->at, now);
}

BeatVerdict NodeHealth::handle(const wire::Heartbeat& beat, const Address& from, Time listening, Time now) {
    if (!speaker_ || (*speaker_ != from && silent(listening))) {
        counters_.restarts += speaker_ ? 1 : 0;
        sequence_.begin(beat.sequence);
        other_.reset();
        return accept(beat, from, listening, now);
    }
    if (*speaker_ != from) {
        return refuse(beat, from, now);
    }
    // A restarted node counts from anywhere, also from just behind where it was; but its time goes on, and that of what
    // was delayed or is replayed does not.
    const bool restarted_behind = sequence_step(sequence_.highest(), beat.sequence) <= 0 && lead(beat) > 0;
    if (!restarted_behind) {
        switch (sequence_.take(beat.sequence, reach(heard_, now))) {
        case Arrival::next:
            return accept(beat, from, listening, now);
        case Arrival::late:
            ++counters_.late;
            return BeatVerdict::late;
        case Arrival::duplicate:
            ++counters_.duplicate;
            return BeatVerdict::duplicate;
        case Arrival::jump:
            if (lead(beat) < 0 && !silent(listening)) {
                ++counters_.late;
                return BeatVerdict::late;
            }
            break;
        }
    }
    if (continues_other(beat, now)) {
        return refuse(beat, from, now);
    }
    ++counters_.restarts;
    other_ = Other{.sequence = sequence_.highest(), .at = heard_};
    sequence_.begin(beat.sequence);
    return accept(beat, from, listening, now);
}

BeatVerdict NodeHealth::accept(const wire::Heartbeat& beat, const Address& from, Time listening, Time now) {
    speaker_ = from;
    heard_at_ = listening;
    heard_ = now;
    excused_ = false;
    flag_ = beat.flag;
    switch (beat.flag) {
    case HeartbeatFlag::up:
    case HeartbeatFlag::application_down:
        clock_.heard(beat.timestamp, now);
        fails_at_.reset();
        break;
    case HeartbeatFlag::planned_failure:
        // Without any earlier heartbeat the node's time is not known: it drains, and its silence tells when it is down.
        fails_at_ = clock_.when(beat.timestamp);
        break;
    }
    return BeatVerdict::alive;
}

BeatVerdict NodeHealth::refuse(const wire::Heartbeat& beat, const Address& from, Time now) {
    ++counters_.conflict;
    rival_ = from;
    if (from == *speaker_) {
        other_ = Other{.sequence = beat.sequence, .at = now};
    }
    return BeatVerdict::conflict;
}

void NodeHealth::probed(bool answered) noexcept {
    probe_failed_ = !answered;
}

void NodeHealth::excuse(Time listening) noexcept {
    if (excused_ || silent(listening)) {
        return;
    }
    heard_at_ = std::max(heard_at_, listening - patience() + config_.period);
    excused_ = true;
}

State NodeHealth::judge(Time listening, Time now) const noexcept {
    if (!speaker_) {
        return {Availability::down, Cause::never_heard};
    }
    if (silent(listening)) {
        return {Availability::down, Cause::silence};
    }
    if (fails_at_ && now >= *fails_at_) {
        return {Availability::down, Cause::planned_time};
    }
    if (flag_ == HeartbeatFlag::planned_failure) {
        return {Availability::planned, Cause::heartbeat};
    }
    if (probe_failed_) {
        return {Availability::application_down, Cause::probe};
    }
    if (flag_ == HeartbeatFlag::application_down) {
        return {Availability::application_down, Cause::heartbeat};
    }
    if (vip_broken_) {
        return {Availability::vip_broken, Cause::vip_check};
    }
    return {Availability::up, Cause::heartbeat};
}

State NodeHealth::state(Time listening, Time now) noexcept {
    const State judged = judge(listening, now);
    const bool well = judged.availability == Availability::up;
    if (was_well_ && !well && judged.availability != Availability::planned) {
        flap_.failed(now);
    }
    was_well_ = well;
    return well && flap_.damped(now) ? State{Availability::down, Cause::flapping} : judged;
}

std::optional<Duration> NodeHealth::next_change(Time listening, Time now) const noexcept {
    std::optional<Duration> next;
    const auto consider = [&next](Duration left) {
        if (left > Duration::zero()) {
            next = next ? std::min(*next, left) : left;
        }
    };
    if (speaker_) {
        consider(heard_at_ + patience() - listening);
    }
    if (fails_at_) {
        consider(*fails_at_ - now);
    }
    if (flap_.damped(now)) {
        consider(flap_.until() - now);
    }
    return next;
}

BeatCounters NodeHealth::counters() const noexcept {
    BeatCounters all = counters_;
    all.received = sequence_.received();
    all.lost = sequence_.lost();
    return all;
}

}  // namespace sara::policy
