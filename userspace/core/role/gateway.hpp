// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/inspect/extractor.hpp"
#include "core/role/log_line.hpp"

namespace sara::role {

struct GatewayCounters {
    std::uint64_t lost_copies = 0;  ///< packets that the kernel could not copy to us
    std::uint64_t sent = 0;         ///< messages for the dispatchers
    std::uint64_t not_sent = 0;     ///< messages that change nothing: not worth a datagram
    std::uint64_t too_big = 0;
    inspect::ExtractorCounters extractor;
};

struct GatewayOutput {
    std::vector<Buffer> messages;  ///< encoded facts, each to be sent to every dispatcher
    bool announces = false;        ///< at least one of them names a flow that is to be expected
    std::vector<LogLine> log;
};

/// Reads the servers' messages where they leave the cluster, and tells the dispatchers what they say.
class Gateway {
public:
    /// `lost` is the kernel's count of packets that were not copied so far, as it came with the packet.
    [[nodiscard]] GatewayOutput handle(const inspect::SignallingPacket& packet, std::uint64_t lost, Time now);

    /// To be called at or after next_deadline().
    [[nodiscard]] GatewayOutput expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept { return extractor_.next_deadline(); }

    [[nodiscard]] GatewayCounters counters() const noexcept;

private:
    void send(const std::vector<inspect::MessageFacts>& facts, GatewayOutput& out, Time now);

    inspect::Extractor extractor_;
    GatewayCounters counters_;
    std::uint64_t lost_ = 0;
    LogLimit loss_log_{1};
    LogLimit size_log_{1};
};

}  // namespace sara::role
