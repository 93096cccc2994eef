// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "agent/config.hpp"
#include "core/role/gateway.hpp"
#include "core/wire/peer_client.hpp"
#include "io/alarm.hpp"
#include "io/udp_socket.hpp"
#include "kern/model.hpp"

namespace sara::agent {

/// The gateway's role with its hands: one socket and one link for each dispatcher.
class GatewayShell {
public:
    [[nodiscard]] static Result<std::unique_ptr<GatewayShell>>
    open(boost::asio::io_context& io, const GatewayConfig& config, const wire::SharedKey& key);

    void on_packet(const kern::InspectedPacket& packet);

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    struct Link {
        wire::PeerClient client;
        std::unique_ptr<io::UdpSocket> socket;
        bool was_up = false;
    };

    explicit GatewayShell(boost::asio::io_context& io);

    void send(const role::GatewayOutput& output);
    void flush(Link& link);
    void on_alarm();
    void set_alarm();

    role::Gateway role_;
    std::vector<std::unique_ptr<Link>> links_;
    io::Alarm alarm_;
    role::LogLimit link_log_{5};
};

}  // namespace sara::agent
