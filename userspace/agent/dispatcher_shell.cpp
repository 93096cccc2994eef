// SPDX-License-Identifier: GPL-2.0
#include "agent/dispatcher_shell.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "agent/kernel_request.hpp"
#include "agent/log.hpp"
#include "agent/stats.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

namespace {

template <typename T>
kern::Result<std::vector<T>> list(kern::Channel& channel, const kern::Request& request) {
    kern::Result<kern::Listing<T>> listing = channel.dump<T>(request);
    if (!listing) {
        return listing.error();
    }
    return std::move(listing->items);
}

Error not_watching() {
    return {"this agent watches no nodes; \"dispatcher.cluster\" of its configuration makes it", {}};
}

Error no_peers() {
    return {"there are no peers: \"dispatcher.peers\" names them", {}};
}

}  // namespace

namespace {

role::SessionFound found(const kern::SessionInfo& session, bool dumped) {
    return {.session = session.id,
            .signalling = {session.flow, session.call_id},
            .dumped = dumped,
            .lifetime_left = session.lifetime.value_or(kern::Milliseconds(0))};
}

}  // namespace

Result<std::unique_ptr<DispatcherShell>> DispatcherShell::open(boost::asio::io_context& io, const Config& config,
                                                               const wire::SharedKey& key, KernelLink& kernel) {
    Result<std::unique_ptr<io::UdpSocket>> socket = io::UdpSocket::open(io, config.dispatcher->listen);
    if (!socket) {
        return socket.error();
    }
    std::unique_ptr<DispatcherShell> self(new DispatcherShell(io, config, key, kernel, std::move(*socket)));
    if (config.cluster) {
        Result<std::unique_ptr<ClusterShell>> cluster = ClusterShell::open(io, config, kernel);
        if (!cluster) {
            return cluster.error();
        }
        self->cluster_ = std::move(*cluster);
    }
    if (!config.dispatcher->peers.empty()) {
        DispatcherShell* const shell = self.get();
        auto replica = ReplicaShell::open(
            io, *config.dispatcher, key, kernel,
            [shell](wire::Incarnation process, Buffer message) {
                shell->peers_.send(process, std::move(message));
                shell->flush_peers();
            },
            [shell](const std::string& node, Time fails_at) {
                // Without a cluster nobody watches when it fails.
                if (shell->cluster_) {
                    static_cast<void>(shell->cluster_->plan(node, fails_at));
                }
            });
        if (!replica) {
            return replica.error();
        }
        self->replica_ = std::move(*replica);
    }
    self->socket_->start(
        [shell = self.get()](const Endpoint& from, Bytes datagram) { shell->on_datagram(from, datagram); },
        [shell = self.get()] { shell->flush_peers(); });
    return self;
}

DispatcherShell::DispatcherShell(boost::asio::io_context& io, const Config& config, const wire::SharedKey& key,
                                 KernelLink& kernel, std::unique_ptr<io::UdpSocket> socket)
    : config_{.tracker = {.timers = config.timers}}, kernel_(kernel), role_(config_), peers_(key, &io::random_bytes),
      socket_(std::move(socket)), busy_(config.dispatcher->retry_after), alarm_(io, [this] { on_alarm(); }) {}

kern::Status DispatcherShell::adopt(kern::Channel& channel) {
    forget_kernel();
    const Time now = io::now();
    // As they are read: a list of a million would take ten times the memory that is kept of them.
    const kern::Result<std::size_t> sessions = channel.visit(kern::session_dump(), [&](kern::Object&& object) {
        if (const auto* session = std::get_if<kern::SessionInfo>(&object)) {
            carry_out(role_.handle(found(*session, true), now));
        }
    });
    if (!sessions) {
        return sessions.error();
    }
    const kern::Result<std::size_t> announcements = channel.visit(kern::announce_dump(), [&](kern::Object&& object) {
        if (const auto* each = std::get_if<kern::AnnouncementInfo>(&object)) {
            carry_out(role_.handle(role::AnnouncementFound{each->session, each->key, each->tag}, now));
        }
    });
    if (!announcements) {
        return announcements.error();
    }
    if (cluster_) {
        if (const kern::Status adopted = cluster_->adopt(channel); !adopted) {
            return adopted.error();
        }
    }
    if (replica_) {
        if (const kern::Status adopted = replica_->adopt(channel); !adopted) {
            return adopted.error();
        }
    }
    if (*sessions > 0) {
        log(role::LogLevel::info, "adopted " + std::to_string(*sessions) + " sessions and " +
                                      std::to_string(*announcements) + " announcements from the kernel");
    }
    return Done{};
}

void DispatcherShell::forget_kernel() {
    role_ = role::Dispatcher(config_);
    pending_.clear();
    restored_.clear();
    if (replica_) {
        replica_->forget_kernel();
    }
    set_alarm();
}

kern::Status DispatcherShell::resync(kern::Channel& channel) {
    // The kernel acknowledges while it takes a command: what is still waiting was lost.
    pending_.clear();
    const auto sessions = list<kern::SessionInfo>(channel, kern::session_dump());
    if (!sessions) {
        return sessions.error();
    }
    const Time now = io::now();
    std::set<SessionId> present;
    for (const kern::SessionInfo& session : *sessions) {
        present.insert(session.id);
        carry_out(role_.handle(found(session, false), now));
    }
    std::map<SessionId, FlowKey> gone;
    for (const inspect::DialogView& dialog : role_.dialogs()) {
        if (!present.contains(dialog.session)) {
            gone.emplace(dialog.session, dialog.flow);
        }
    }
    for (const auto& [session, flow] : gone) {
        carry_out(role_.handle(role::SessionEnded{session, flow}, now));
    }
    if (replica_) {
        return replica_->resync(channel);
    }
    return Done{};
}

void DispatcherShell::on_packet(const kern::InspectedPacket& packet) {
    // It went to no node: of no session is anything known by it.
    if (packet.refused) {
        busy_.on_packet(packet);
        return;
    }
    carry_out(role_.handle(role::InspectedPacket{.session = packet.session,
                                                 .packet = {.app = packet.app,
                                                            .sender = packet.sender,
                                                            .flow = packet.flow,
                                                            .tcp_seq = packet.tcp_seq,
                                                            .tcp_flags = packet.tcp_flags,
                                                            .payload = packet.payload},
                                                 .call_id = packet.call_id,
                                                 .lost = packet.lost},
                           io::now()));
}

void DispatcherShell::on_event(const kern::Event& event) {
    if (replica_) {
        replica_->on_event(event);
    }
    if (const auto* session = std::get_if<kern::SessionInfo>(&event.object)) {
        on_session(event.kind, *session);
    } else if (const auto* announcement = std::get_if<kern::AnnouncementInfo>(&event.object)) {
        on_announcement(event.kind, *announcement);
    }
}

void DispatcherShell::on_session(kern::EventKind kind, const kern::SessionInfo& session) {
    switch (kind) {
    case kern::EventKind::created:
        // A restored session is older than we know, and was placed elsewhere.
        if (session.placement == kern::Placement::restored) {
            restored_.insert(session.id);
            carry_out(role_.handle(found(session, true), io::now()));
            break;
        }
        if (cluster_) {
            cluster_->on_placed(session);
        }
        carry_out(role_.handle(found(session, false), io::now()));
        break;
    case kern::EventKind::deleted:
        restored_.erase(session.id);
        carry_out(role_.handle(role::SessionEnded{session.id, session.flow}, io::now()));
        break;
    case kern::EventKind::changed:
        if (!session.standby) {
            restored_.erase(session.id);
        }
        break;
    case kern::EventKind::promoted:
    case kern::EventKind::refused:
        break;
    }
}

void DispatcherShell::on_announcement(kern::EventKind kind, const kern::AnnouncementInfo& announcement) {
    // Of all other sessions the announcements are our own.
    if (kind == kern::EventKind::created && restored_.contains(announcement.session)) {
        carry_out(
            role_.handle(role::AnnouncementFound{announcement.session, announcement.key, announcement.tag}, io::now()));
    }
}

void DispatcherShell::on_ack(const kern::Ack& ack) {
    auto node = pending_.extract(static_cast<std::uint32_t>(ack.sequence));
    if (node.empty() || !ack.error) {
        return;
    }
    role::KernelCommand& command = node.mapped();
    if (const auto* find = std::get_if<inspect::FindSession>(&command)) {
        carry_out(role_.handle(role::FlowAnswer{find->signalling, std::nullopt}, io::now()));
        return;
    }
    carry_out(role_.handle(role::Refusal{std::move(command), ack.error->code, ack.error->what}, io::now()));
}

void DispatcherShell::on_answer(const kern::Answer& answer) {
    const auto pending = pending_.find(static_cast<std::uint32_t>(answer.sequence));
    const auto* flow = std::get_if<kern::FlowInfo>(&answer.object);
    if (pending == pending_.end() || flow == nullptr) {
        return;
    }
    if (const auto* find = std::get_if<inspect::FindSession>(&pending->second)) {
        carry_out(role_.handle(role::FlowAnswer{find->signalling, flow->session, !flow->call_id.empty()}, io::now()));
    }
}

void DispatcherShell::on_change(ClusterShell::OnChange on_change) {
    if (cluster_) {
        cluster_->on_change(std::move(on_change));
    }
}

Status DispatcherShell::watched() const {
    return cluster_ ? Status(Done{}) : Status(not_watching());
}

Result<nlohmann::ordered_json> DispatcherShell::decision(const DecisionRequest& request) const {
    if (!cluster_) {
        return not_watching();
    }
    return cluster_->decision(request);
}

Status DispatcherShell::hand_over() {
    return replica_ ? replica_->hand_over() : Status(no_peers());
}

Status DispatcherShell::resume() {
    if (!replica_) {
        return no_peers();
    }
    replica_->resume();
    return Done{};
}

Status DispatcherShell::plan(const std::string& node, Time at) {
    if (!cluster_) {
        return not_watching();
    }
    const Status planned = cluster_->plan(node, at);
    if (planned && replica_) {
        replica_->plan(node, at);
    }
    return planned;
}

void DispatcherShell::carry_out(role::DispatcherOutput output) {
    std::deque<role::DispatcherOutput> todo;
    todo.push_back(std::move(output));
    while (!todo.empty()) {
        role::DispatcherOutput next = std::move(todo.front());
        todo.pop_front();
        log(next.log);
        if (!kernel_.is_up()) {
            continue;  // there is nobody to carry it out, and a new module begins with adopt()
        }
        for (role::KernelCommand& command : next.commands) {
            const kern::Result<kern::Sequence> sent = kernel_.post(to_request(command));
            if (sent) {
                pending_.emplace(static_cast<std::uint32_t>(*sent), std::move(command));
            } else if (!std::holds_alternative<inspect::FindSession>(command)) {
                todo.push_back(
                    role_.handle(role::Refusal{std::move(command), sent.error().code, sent.error().what}, io::now()));
            }
        }
    }
    set_alarm();
}

void DispatcherShell::on_datagram(const Endpoint& from, Bytes datagram) {
    const Time now = io::now();
    std::vector<wire::Received> messages = peers_.handle(from, datagram, now);
    std::erase_if(messages, [this](const wire::Received& received) {
        const bool is_replication = replica::is_replication(received.bytes);
        if (is_replication && replica_) {
            replica_->on_message(received);
        }
        return is_replication;
    });
    if (!messages.empty()) {
        // The request of every reply that they tell of was copied to us before it went on to its node.
        kernel_.catch_up();
        for (const wire::Received& message : messages) {
            carry_out(role_.handle(role::PeerMessage{message.bytes}, now));
        }
        // The kernel does what it is told, and answers, while it is told. So after this also what had to be asked
        // first (FindSession) is done, and flush_peers() acknowledges what is in the kernel.
        kernel_.catch_up();
    }
    for (const wire::Note& note : peers_.take_notes()) {
        if (cluster_) {
            cluster_->on_note(note.from, note.bytes);
        }
    }
    const wire::LinkStats& stats = peers_.link_stats();
    if (stats.handshakes != handshakes_) {
        handshakes_ = stats.handshakes;
        if (const auto line = peer_log_.pass(role::LogLevel::info, from.text() + " is connected", now)) {
            log({*line});
        }
    }
    const std::uint64_t refused = stats.forged + stats.version + stats.malformed;
    if (refused != refused_datagrams_) {
        refused_datagrams_ = refused;
        if (const auto line = refused_log_.pass(role::LogLevel::warning,
                                                "refused a datagram of " + from.text() +
                                                    " to the peer port: not sealed with our key and version",
                                                now)) {
            log({*line});
        }
    }
}

void DispatcherShell::flush_peers() {
    for (const wire::Datagram& datagram : peers_.poll(io::now())) {
        socket_->send(datagram.to, datagram.bytes);
    }
    set_alarm();
}

void DispatcherShell::on_alarm() {
    const Time now = io::now();
    if (role_.next_deadline() <= now) {
        carry_out(role_.expire(now));
    }
    flush_peers();
}

void DispatcherShell::set_alarm() {
    alarm_.set(std::min(role_.next_deadline(), peers_.next_deadline()));
}

nlohmann::ordered_json DispatcherShell::stats() const {
    const Time now = io::now();
    nlohmann::ordered_json peers = nlohmann::ordered_json::array();
    for (const wire::PeerServer::Peer& peer : peers_.peers()) {
        peers.push_back({{"address", peer.from.text()},
                         {"up", now - peer.heard < wire::PeerServer::kAlive},
                         {"messages", to_json(peer.stream.stats())}});
    }
    nlohmann::ordered_json out = to_json(role_.counters());
    out["commands_waiting"] = pending_.size();
    out["busy"] = busy_.stats();
    if (cluster_) {
        out["cluster"] = cluster_->stats();
    }
    if (replica_) {
        out["ha"] = replica_->stats();
    }
    out["peers"] = {{"listen", socket_->local().text()},
                    {"datagrams", to_json(peers_.link_stats())},
                    {"messages", to_json(peers_.stream_stats())},
                    {"send_failures", socket_->send_failures()},
                    {"gateways", std::move(peers)}};
    return out;
}

std::optional<ClusterMetrics> DispatcherShell::metrics() const {
    return cluster_ ? std::optional(cluster_->metrics()) : std::nullopt;
}

std::optional<ReplicationMetrics> DispatcherShell::replication_metrics() const {
    return replica_ ? std::optional(replica_->metrics()) : std::nullopt;
}

}  // namespace sara::agent
