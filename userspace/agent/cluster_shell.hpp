// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "agent/config.hpp"
#include "agent/control.hpp"
#include "agent/kernel_link.hpp"
#include "agent/metrics.hpp"
#include "agent/vip_check_shell.hpp"
#include "core/node/load_meter.hpp"
#include "core/role/cluster.hpp"
#include "io/alarm.hpp"
#include "io/udp_socket.hpp"

namespace sara::agent {

/// The dispatcher's watch over its nodes with its hands: reads from the kernel which nodes there are and what they
/// have, and pushes what role::Cluster decides.
class ClusterShell {
public:
    /// `kernel` must outlive this.
    [[nodiscard]] static Result<std::unique_ptr<ClusterShell>> open(boost::asio::io_context& io, const Config& config,
                                                                    KernelLink& kernel);

    using OnChange = std::function<void(const nlohmann::ordered_json& event)>;
    /// Is told of each change of a node, or of what admission refuses, as an object with "event".
    void on_change(OnChange on_change) { on_change_ = std::move(on_change); }

    /// A new channel: what an earlier agent pushed is forgotten, and its nodes are looked at anew.
    [[nodiscard]] kern::Status adopt(kern::Channel& channel);

    /// What a node said over the peer channel.
    void on_note(const Endpoint& from, Bytes note);

    /// The operator says that a node will fail; as role::Cluster::plan().
    [[nodiscard]] Status plan(const std::string& node, Time at);

    /// The kernel placed a session.
    void on_placed(const kern::SessionInfo& session);

    /// What was known and decided when the policy of this epoch was pushed; `placed`: after so many sessions of it.
    [[nodiscard]] Result<nlohmann::ordered_json> decision(const DecisionRequest& request) const;
    [[nodiscard]] nlohmann::ordered_json stats() const;
    [[nodiscard]] ClusterMetrics metrics() const;

private:
    ClusterShell(boost::asio::io_context& io, const Config& config, KernelLink& kernel);

    [[nodiscard]] kern::Status read_nodes(kern::Channel& channel);
    void carry_out(const role::ClusterOutput& output);
    void on_alarm();

    const role::ClusterConfig config_;
    const std::map<std::string, wire::HostId> hosts_;
    KernelLink& kernel_;
    OnChange on_change_ = [](const nlohmann::ordered_json&) {};
    role::Cluster role_;
    std::map<policy::NodeId, std::string> names_;  ///< of those that are watched
    std::map<std::string, policy::NodeId> ids_;    ///< of all that the kernel has
    node::LoadMeter meter_;
    policy::Load own_;  ///< load of this machine
    std::unique_ptr<io::UdpSocket> plain_;
    std::unique_ptr<VipCheckShell> vip_check_;  ///< if it is asked for
    io::Alarm alarm_;
    role::LogLimit log_{1};
    std::uint64_t policies_ = 0;
};

}  // namespace sara::agent
