// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "agent/config.hpp"
#include "core/role/gateway.hpp"
#include "core/role/reply_hold.hpp"
#include "core/wire/peer_client.hpp"
#include "io/alarm.hpp"
#include "io/udp_socket.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// The gateway's role with its hands: one socket and one link for each dispatcher.
class GatewayShell {
public:
    /// Lets a reply go that waits in the kernel.
    using Release = std::function<void(HoldId)>;

    [[nodiscard]] static Result<std::unique_ptr<GatewayShell>>
    open(boost::asio::io_context& io, const GatewayConfig& config, const wire::SharedKey& key, Release release);

    void on_packet(const kern::InspectedPacket& packet);

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    struct Link {
        std::size_t index = 0;
        wire::PeerClient client;
        std::unique_ptr<io::UdpSocket> socket;
        bool was_up = false;
        std::optional<Time> last_up;
    };

    /// A dispatcher that has been away for so long is not waited for.
    static constexpr Duration kMissed = std::chrono::seconds(60);

    GatewayShell(boost::asio::io_context& io, const GatewayConfig& config, Release release);

    /// Returns what the dispatchers that are there have to acknowledge.
    std::vector<role::Ticket> send(const role::GatewayOutput& output);
    [[nodiscard]] bool is_there(const Link& link) const;
    void on_acknowledged(Link& link);
    void release(const std::vector<HoldId>& replies);
    void flush(Link& link);
    void on_alarm();
    void set_alarm();

    role::Gateway role_;
    std::optional<role::ReplyHold> hold_;  ///< with `announce hold`
    Release release_;
    std::vector<std::unique_ptr<Link>> links_;
    io::Alarm alarm_;
    role::LogLimit link_log_{5};
};

}  // namespace sara::agent
