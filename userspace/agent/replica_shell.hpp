// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/config.hpp"
#include "agent/kernel_link.hpp"
#include "agent/metrics.hpp"
#include "agent/peer_link.hpp"
#include "agent/table_reader.hpp"
#include "core/replica/node_settings.hpp"
#include "core/replica/replication.hpp"
#include "core/wire/peer_server.hpp"
#include "io/alarm.hpp"

namespace sara::agent {

/// A dispatcher's replication with its hands: a link to each peer dispatcher, what they send to ours, and the kernel.
class ReplicaShell {
public:
    /// Sends on the link that this process has to us.
    using Answer = std::function<void(wire::Incarnation process, Buffer message)>;
    /// A peer's operator told when a node is going to fail.
    using OnPlan = std::function<void(const std::string& node, Time fails_at)>;

    /// `kernel` must outlive this.
    [[nodiscard]] static Result<std::unique_ptr<ReplicaShell>> open(boost::asio::io_context& io,
                                                                    const DispatcherConfig& config,
                                                                    const wire::SharedKey& key, KernelLink& kernel,
                                                                    Answer answer, OnPlan on_plan);

    /// A new channel; what its kernel holds is read from it.
    [[nodiscard]] kern::Status adopt(kern::Channel& channel);
    void forget_kernel();
    /// Something was lost on the channel.
    [[nodiscard]] kern::Status resync(kern::Channel& channel);
    void on_event(const kern::Event& event);
    /// A message of replication that came to our socket.
    void on_message(const wire::Received& received);

    /// The operator told here when a node is going to fail.
    void plan(const std::string& node, Time fails_at);

    /// This agent ends, and is not missed: new sessions go on without it.
    void leave();

    /// Another one is to take the virtual addresses.
    [[nodiscard]] Status hand_over();
    void resume();

    [[nodiscard]] nlohmann::ordered_json stats() const;
    [[nodiscard]] ReplicationMetrics metrics() const;

private:
    /// Commands until others get their turn: a few milliseconds, so that what peers send is acknowledged before they
    /// repeat it (wire::Stream::kFirstRepeat).
    static constexpr int kBatch = 64;
    /// Of a snapshot, in one turn: what is read, some hundred objects each, and what is told.
    static constexpr int kPieces = 2;
    static constexpr int kTold = 512;
    static constexpr Duration kReadPause = std::chrono::milliseconds(100);
    static constexpr Duration kSnapshotPause = std::chrono::seconds(1);  ///< after one failed
    static constexpr Duration kNoWork = std::chrono::milliseconds(50);

    ReplicaShell(boost::asio::io_context& io, const DispatcherConfig& config, KernelLink& kernel, Answer answer,
                 OnPlan on_plan);

    [[nodiscard]] kern::Status read_sessions(kern::Channel& channel);
    [[nodiscard]] kern::Status read_nodes(kern::Channel& channel);
    [[nodiscard]] kern::Status read_devices(kern::Channel& channel);
    void on_node(kern::EventKind kind, const kern::Node& node);
    void on_device(kern::EventKind kind, const kern::Device& device);
    void on_session(kern::EventKind kind, const kern::SessionInfo& session);
    void take(std::size_t peer, Bytes message);
    /// Something happened: work() is to be done, after what else has happened with it.
    void soon();
    void work();
    void carry_out();
    void change_nodes();
    [[nodiscard]] replica::Outcome execute(kern::Channel& channel, const replica::Command& command);
    void begin_snapshot();
    void fail_snapshot(const kern::Error& error);
    void go_on_with_snapshot();
    void read_some();
    void talk();
    void tell_nodes(std::size_t peer);
    /// In mode `sync`: the kernel's new sessions wait while there is a peer, until one has them.
    void let_go();
    [[nodiscard]] bool is_sync() const noexcept { return sync_.time != kern::Milliseconds(0); }
    void tell_fitness();
    void write_yields(bool yields);

    KernelLink& kernel_;
    Answer answer_;
    OnPlan on_plan_;
    replica::Replication replication_;
    replica::NodeSettings nodes_;
    std::vector<std::unique_ptr<PeerLink>> links_;
    std::vector<wire::Incarnation> processes_;  ///< of the peers' links to us
    /// What each peer was told of nodes: which run of it, and up to which news.
    std::vector<std::pair<wire::Incarnation, std::uint64_t>> told_;
    std::optional<std::string> yield_file_;
    std::optional<bool> yields_;           ///< as it stands in the file
    std::set<std::uint32_t> dispatching_;  ///< interfaces in mode dispatch
    io::Alarm alarm_;
    Time read_due_ = Time::min();
    std::optional<TableReader> reader_;  ///< of the snapshot that is being told
    bool reading_ = false;               ///< not all of it is read
    Time snapshot_due_ = Time::min();
    bool working_ = false;
    bool more_ = false;  ///< there is work left of the last turn
    bool was_fit_ = false;
    kern::SyncSpec sync_;  ///< as the kernel was told
    std::uint64_t strangers_ = 0;
    std::uint64_t malformed_ = 0;
    role::LogLimit complaints_{1};
    role::LogLimit stranger_log_{1};
};

}  // namespace sara::agent
