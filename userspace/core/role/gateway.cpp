// SPDX-License-Identifier: GPL-2.0
#include "core/role/gateway.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/inspect/facts_codec.hpp"

namespace sara::role {

namespace {

bool announces(const inspect::MessageFacts& facts) {
    const auto is_active = [](const inspect::MediaEndpoint& media) {
        return media.state == inspect::MediaState::active;
    };
    return std::any_of(facts.media.begin(), facts.media.end(), is_active) ||
           std::any_of(facts.peer_media.begin(), facts.peer_media.end(), is_active);
}

}  // namespace

GatewayOutput Gateway::handle(const inspect::SignallingPacket& packet, std::uint64_t lost, Time now) {
    GatewayOutput out;
    if (lost > lost_) {
        const std::uint64_t step = lost - std::exchange(lost_, lost);
        counters_.lost_copies += step;
        if (auto line = loss_log_.pass(LogLevel::warning,
                                       "the kernel could not copy " + std::to_string(step) +
                                           " signalling packets of servers; their announcements may be missing",
                                       now)) {
            out.log.push_back(std::move(*line));
        }
    }
    send(extractor_.handle(packet, now), out, now);
    return out;
}

GatewayOutput Gateway::expire(Time now) {
    GatewayOutput out;
    send(extractor_.expire(now), out, now);
    return out;
}

void Gateway::send(const std::vector<inspect::MessageFacts>& facts, GatewayOutput& out, Time now) {
    for (const inspect::MessageFacts& each : facts) {
        if (each.act == inspect::Act::none) {
            ++counters_.not_sent;
            continue;
        }
        Result<Buffer> message = inspect::encode(each);
        if (!message) {
            ++counters_.too_big;
            if (auto line = size_log_.pass(LogLevel::warning,
                                           "a server's message on " + each.flow.text() +
                                               " cannot be told to the dispatchers: " + message.error().text(),
                                           now)) {
                out.log.push_back(std::move(*line));
            }
            continue;
        }
        ++counters_.sent;
        out.announces |= announces(each);
        out.messages.push_back(std::move(message).value());
    }
}

GatewayCounters Gateway::counters() const noexcept {
    GatewayCounters counters = counters_;
    counters.extractor = extractor_.counters();
    return counters;
}

}  // namespace sara::role
