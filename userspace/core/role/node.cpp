// SPDX-License-Identifier: GPL-2.0
#include "core/role/node.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/policy/load.hpp"

namespace sara::role {

namespace {

constexpr Duration kFirstLoad = std::chrono::milliseconds(500);

/// The failure on the calendar; a time that is over is now.
std::uint32_t calendar(Time at, Time now, std::uint32_t unix_now) {
    const auto left = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(at - now).count());
    constexpr std::int64_t kLast = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(kLast, std::int64_t{unix_now} + left));
}

/// At most kMaxRawText bytes; what is measured is ASCII.
std::string bounded(std::string text) {
    text.resize(std::min(text.size(), wire::kMaxRawText));
    return text;
}

Buffer encode_load(const NodeConfig& config, const node::LoadReport& report, std::uint32_t sequence) {
    wire::LoadMessage message{.host = config.host, .sequence = sequence, .period = config.period, .parts = {}};
    for (std::size_t i = 0; i < policy::kComponents; ++i) {
        const auto component = static_cast<policy::Component>(i);
        if (const auto load = report.loads.get(component)) {
            message.parts.push_back(
                {.component = static_cast<std::uint8_t>(component),
                 .millionths = static_cast<std::uint32_t>(std::lround(load->value() * wire::kMillion)),
                 .raw = bounded(report.raw[i])});
        }
    }
    if (message.parts.empty()) {
        return {};
    }
    Result<Buffer> bytes = wire::encode(message);
    return bytes ? std::move(*bytes) : Buffer{};
}

}  // namespace

wire::HeartbeatFlag Node::flag() const noexcept {
    if (planned_) {
        return wire::HeartbeatFlag::planned_failure;
    }
    return answers_ && prepared_ ? wire::HeartbeatFlag::up : wire::HeartbeatFlag::application_down;
}

Heartbeat Node::heartbeat(Time now, std::uint32_t unix_now) noexcept {
    return wire::encode(wire::Heartbeat{.host = config_.host,
                                        .sequence = heartbeat_sequence_++,
                                        .flag = flag(),
                                        .timestamp = planned_ ? calendar(*planned_, now, unix_now) : unix_now});
}

Heartbeat Node::news(Time now, std::uint32_t unix_now) {
    if (!due_) {
        due_ = now + std::min<Duration>(config_.period, kFirstLoad);
    }
    return heartbeat(now, unix_now);
}

NodeOutput Node::beat(const node::LoadReport& report, Time now, std::uint32_t unix_now) {
    NodeOutput out{.heartbeat = heartbeat(now, unix_now), .load = {}};
    out.load = encode_load(config_, report, load_sequence_++);
    // On the beat; what was missed while we did not run is not caught up with.
    const bool on_beat = due_ && *due_ <= now && now - *due_ < config_.period;
    due_ = (on_beat ? *due_ : now) + config_.period;
    return out;
}

}  // namespace sara::role
