// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "agent/config.hpp"
#include "agent/peer_link.hpp"
#include "core/role/gateway.hpp"
#include "core/role/reply_hold.hpp"
#include "io/alarm.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// The gateway's role with its hands: one link for each dispatcher.
class GatewayShell {
public:
    /// Lets a reply go that waits in the kernel.
    using Release = std::function<void(HoldId)>;

    [[nodiscard]] static Result<std::unique_ptr<GatewayShell>>
    open(boost::asio::io_context& io, const GatewayConfig& config, const wire::SharedKey& key, Release release);

    void on_packet(const kern::InspectedPacket& packet);

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    /// A dispatcher that has been away for so long is not waited for.
    static constexpr Duration kMissed = std::chrono::seconds(60);

    GatewayShell(boost::asio::io_context& io, const GatewayConfig& config, Release release);

    /// Returns what the dispatchers that are there have to acknowledge.
    std::vector<role::Ticket> send(const role::GatewayOutput& output);
    [[nodiscard]] static bool is_there(const PeerLink& link);
    /// `index`: of the link.
    void on_acknowledged(std::size_t index);
    void release(const std::vector<HoldId>& replies);
    void on_alarm();
    void set_alarm();

    role::Gateway role_;
    std::optional<role::ReplyHold> hold_;  ///< with `announce hold`
    Release release_;
    std::vector<std::unique_ptr<PeerLink>> links_;
    io::Alarm alarm_;
};

}  // namespace sara::agent
