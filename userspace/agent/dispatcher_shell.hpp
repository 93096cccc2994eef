// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "agent/busy_shell.hpp"
#include "agent/cluster_shell.hpp"
#include "agent/config.hpp"
#include "agent/kernel_link.hpp"
#include "agent/replica_shell.hpp"
#include "core/role/dispatcher.hpp"
#include "core/wire/peer_server.hpp"
#include "io/alarm.hpp"
#include "io/udp_socket.hpp"

namespace sara::agent {

/// The dispatcher's role with its hands: the kernel's channel, and the socket that gateways and nodes talk to.
class DispatcherShell {
public:
    /// `kernel` must outlive this.
    [[nodiscard]] static Result<std::unique_ptr<DispatcherShell>>
    open(boost::asio::io_context& io, const Config& config, const wire::SharedKey& key, KernelLink& kernel);

    /// A new channel that is bound already: begins with what its kernel holds.
    [[nodiscard]] kern::Status adopt(kern::Channel& channel);
    /// The module is gone, and its sessions with it: their numbers mean nothing to another one.
    void forget_kernel();
    /// Something was lost on the channel: finds out what is there and what is not any more.
    [[nodiscard]] kern::Status resync(kern::Channel& channel);

    void on_packet(const kern::InspectedPacket& packet);
    void on_event(const kern::Event& event);
    void on_ack(const kern::Ack& ack);
    void on_answer(const kern::Answer& answer);

    /// The operator says that a node will fail at `at`. Refused if nodes are not watched, or not that one.
    [[nodiscard]] Status plan(const std::string& node, Time at);

    /// This agent ends.
    void leave() {
        if (replica_) {
            replica_->leave();
        }
    }
    /// As Replication::hand_over() and resume(). Refused if there are no peers.
    [[nodiscard]] Status hand_over();
    [[nodiscard]] Status resume();

    /// Is told of each change of a node, or of what admission refuses. Nothing happens if nodes are not watched.
    void on_change(ClusterShell::OnChange on_change);
    /// Are nodes watched?
    [[nodiscard]] Status watched() const;

    /// As ClusterShell::decision(). Refused if nodes are not watched.
    [[nodiscard]] Result<nlohmann::ordered_json> decision(const DecisionRequest& request) const;
    [[nodiscard]] nlohmann::ordered_json stats() const;
    /// Nothing if nodes are not watched.
    [[nodiscard]] std::optional<ClusterMetrics> metrics() const;
    /// Nothing if there are no peers.
    [[nodiscard]] std::optional<ReplicationMetrics> replication_metrics() const;

private:
    DispatcherShell(boost::asio::io_context& io, const Config& config, const wire::SharedKey& key, KernelLink& kernel,
                    std::unique_ptr<io::UdpSocket> socket);

    void on_session(kern::EventKind kind, const kern::SessionInfo& session);
    void on_announcement(kern::EventKind kind, const kern::AnnouncementInfo& announcement);
    void carry_out(role::DispatcherOutput output);
    void on_datagram(const Endpoint& from, Bytes datagram);
    void flush_peers();
    void on_alarm();
    void set_alarm();

    role::DispatcherConfig config_;
    KernelLink& kernel_;
    role::Dispatcher role_;
    wire::PeerServer peers_;
    std::unique_ptr<io::UdpSocket> socket_;
    std::unique_ptr<ClusterShell> cluster_;  ///< if nodes are watched
    std::unique_ptr<ReplicaShell> replica_;  ///< if there are peers
    BusyShell busy_;
    io::Alarm alarm_;

    /// Posted, and not acknowledged yet. The kernel acknowledges while it takes the command, so this stays small.
    std::unordered_map<std::uint32_t, role::KernelCommand> pending_;
    /// Standby sessions that came while we run: what is announced for them now was announced before.
    std::unordered_set<SessionId> restored_;
    std::uint64_t handshakes_ = 0;
    std::uint64_t refused_datagrams_ = 0;
    role::LogLimit peer_log_{5};
    role::LogLimit refused_log_{1};
};

}  // namespace sara::agent
