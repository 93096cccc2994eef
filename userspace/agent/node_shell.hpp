// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "agent/config.hpp"
#include "agent/peer_link.hpp"
#include "agent/probe_shell.hpp"
#include "core/node/load_meter.hpp"
#include "core/role/node.hpp"
#include "io/alarm.hpp"
#include "io/udp_socket.hpp"

namespace sara::agent {

/// The node's role with its hands: measures once per period, and tells every dispatcher.
class NodeShell {
public:
    [[nodiscard]] static Result<std::unique_ptr<NodeShell>>
    open(boost::asio::io_context& io, const NodeRoleConfig& config, const wire::SharedKey& key);

    /// The node is going to fail at `at`: told at once. Nothing: it is not.
    void plan(std::optional<Time> at);

    /// Whether this machine is prepared for its virtual addresses: told at once.
    void prepared(bool prepared);

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    struct Plain {
        Endpoint to;
        std::unique_ptr<io::UdpSocket> socket;
    };

    NodeShell(boost::asio::io_context& io, const NodeRoleConfig& config);

    void beat();
    void news();
    void tell(const role::Heartbeat& heartbeat, const Buffer& load);
    void on_probe();
    void on_alarm();
    void set_alarm();

    NodeRoleConfig config_;
    role::Node role_;
    node::LoadMeter meter_;
    node::LoadReport report_;  ///< the last one
    std::vector<std::unique_ptr<PeerLink>> links_;
    std::vector<Plain> plain_;
    std::vector<std::unique_ptr<ProbeShell>> probes_;
    io::Alarm alarm_;
    std::uint64_t beats_ = 0;
};

}  // namespace sara::agent
