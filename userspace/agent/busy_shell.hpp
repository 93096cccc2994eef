// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/result.hpp"
#include "core/role/log_line.hpp"
#include "io/raw_udp.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// Says to clients whom a service with `refuse busy` refused that it is busy, in the service's name. The kernel bounds
/// how often (refuse_rate).
class BusyShell {
public:
    explicit BusyShell(std::chrono::seconds retry_after);

    /// Precondition: packet.refused.
    void on_packet(const kern::InspectedPacket& packet);

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    const std::chrono::seconds retry_after_;
    const std::uint64_t seed_;
    const Result<std::unique_ptr<io::RawUdp>> socket_;
    bool warned_ = false;
    role::LogLimit log_{1};
    std::uint64_t sent_ = 0;
    std::uint64_t unanswerable_ = 0;  ///< no request that begins something, or one that cannot be answered
    std::uint64_t send_failures_ = 0;
};

}  // namespace sara::agent
