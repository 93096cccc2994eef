// SPDX-License-Identifier: GPL-2.0
#include "agent/replica_shell.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "agent/log.hpp"
#include "agent/replica_request.hpp"
#include "core/base/hash.hpp"
#include "core/wire/link.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/file.hpp"

namespace sara::agent {

namespace {

/// The same for all agents of a network namespace until its module is loaded anew, and no other after that: the boot,
/// the namespace, and the number of the module's family, which is not given again.
replica::Table table_of(const kern::Channel& channel) {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    const std::string boot{std::istreambuf_iterator<char>(file), {}};
    struct stat netns {};
    static_cast<void>(stat("/proc/self/ns/net", &netns));
    const std::string name = boot + std::to_string(netns.st_dev) + "." + std::to_string(netns.st_ino) + "." +
                             std::to_string(channel.family());
    return static_cast<replica::Table>(std::max<std::uint64_t>(fnv1a(as_bytes(name)), 1));
}

replica::ReplicationConfig config_of(const DispatcherConfig& config) {
    return {.peers = config.peers,
            .peer_timeout = config.peer_timeout,
            .grace = config.peer_grace,
            .sync = config.sync,
            .strict = config.strict};
}

/// Some may be missing if the table was resized again and again.
template <typename T>
kern::Status read(kern::Channel& channel, const kern::Request& request, Holdings& out) {
    kern::Result<kern::Listing<T>> listing = channel.dump<T>(request);
    if (!listing) {
        return listing.error();
    }
    for (T& each : listing->items) {
        out.add(std::move(each));
    }
    return Done{};
}

/// In this order, so that no flow comes of a session that is not known.
kern::Status read(kern::Channel& channel, const kern::Selection& what, Holdings& out) {
    kern::Status done = read<kern::SessionInfo>(channel, kern::session_dump(what), out);
    if (done) {
        done = read<kern::FlowInfo>(channel, kern::flow_dump(what), out);
    }
    return done ? read<kern::AnnouncementInfo>(channel, kern::announce_dump(what), out) : done;
}

/// Did the conversation end, or is it only that nothing was seen of it?
bool is_over(std::optional<kern::EndReason> end) {
    return end == kern::EndReason::closed || end == kern::EndReason::finished || end == kern::EndReason::deleted;
}

bool is_forgotten(std::optional<kern::EndReason> end) {
    return end == kern::EndReason::idle || end == kern::EndReason::expired;
}

}  // namespace

Result<std::unique_ptr<ReplicaShell>> ReplicaShell::open(boost::asio::io_context& io, const DispatcherConfig& config,
                                                         const wire::SharedKey& key, KernelLink& kernel, Answer answer,
                                                         OnPlan on_plan) {
    std::unique_ptr<ReplicaShell> self(new ReplicaShell(io, config, kernel, std::move(answer), std::move(on_plan)));
    for (const Endpoint& peer : config.peers) {
        ReplicaShell* const shell = self.get();
        const std::size_t index = self->links_.size();
        // A peer knows us by our address.
        auto link = PeerLink::open(io, peer, key,
                                   {.on_datagram = [] {},
                                    .on_batch = [shell] { shell->soon(); },
                                    .on_message = [shell, index](Bytes message) { shell->take(index, message); }},
                                   config.listen.address);
        if (!link) {
            return link.error();
        }
        self->links_.push_back(std::move(*link));
    }
    self->processes_.assign(config.peers.size(), wire::Incarnation::none);
    self->told_.resize(config.peers.size());
    self->soon();
    return self;
}

ReplicaShell::ReplicaShell(boost::asio::io_context& io, const DispatcherConfig& config, KernelLink& kernel,
                           Answer answer, OnPlan on_plan)
    : kernel_(kernel), answer_(std::move(answer)), on_plan_(std::move(on_plan)),
      replication_(config_of(config), wire::draw_incarnation(&io::random_bytes), io::now()),
      nodes_(replication_.self()), yield_file_(config.yield_file), alarm_(io, [this] { work(); }) {}

kern::Status ReplicaShell::adopt(kern::Channel& channel) {
    reader_.reset();
    replication_.kernel_up(table_of(channel), io::now());
    sync_ = {};
    nodes_.kernel_down();
    kern::Status read = read_sessions(channel);
    if (read) {
        read = read_nodes(channel);
    }
    if (read) {
        read = read_devices(channel);
    }
    soon();
    return read;
}

void ReplicaShell::forget_kernel() {
    reader_.reset();
    replication_.kernel_down();
    nodes_.kernel_down();
    soon();
}

kern::Status ReplicaShell::resync(kern::Channel& channel) {
    reader_.reset();
    replication_.kernel_overrun();
    kern::Status read = read_sessions(channel);
    if (read) {
        read = read_nodes(channel);
    }
    if (read) {
        read = read_devices(channel);
    }
    soon();
    return read;
}

kern::Status ReplicaShell::read_sessions(kern::Channel& channel) {
    Holdings holdings;
    if (kern::Status done = read(channel, {}, holdings); !done) {
        return done;
    }
    for (const kern::SessionInfo& session : holdings.sessions()) {
        replication_.adopt(session.id, session.standby);
    }
    while (const std::optional<replica::Object> object = holdings.next()) {
        replication_.adopt(*object);
    }
    replication_.adopted();
    return Done{};
}

kern::Status ReplicaShell::read_nodes(kern::Channel& channel) {
    const kern::Result<kern::Listing<kern::Node>> listing = channel.dump<kern::Node>(kern::node_dump());
    if (!listing) {
        return listing.error();
    }
    for (const kern::Node& node : listing->items) {
        on_node(kern::EventKind::changed, node);
    }
    return Done{};
}

void ReplicaShell::on_node(kern::EventKind kind, const kern::Node& node) {
    if (kind == kern::EventKind::deleted) {
        nodes_.gone(node.name);
    } else {
        nodes_.present(node.name, to_use(node.state), static_cast<std::uint16_t>(node.weight));
    }
}

kern::Status ReplicaShell::read_devices(kern::Channel& channel) {
    const kern::Result<kern::Listing<kern::Device>> listing = channel.dump<kern::Device>(kern::dev_dump());
    if (!listing) {
        return listing.error();
    }
    dispatching_.clear();
    for (const kern::Device& device : listing->items) {
        on_device(kern::EventKind::changed, device);
    }
    replication_.dispatches(!dispatching_.empty());
    return Done{};
}

void ReplicaShell::on_device(kern::EventKind kind, const kern::Device& device) {
    if (kind != kern::EventKind::deleted && device.mode == kern::DevMode::dispatch) {
        dispatching_.insert(device.ifindex);
    } else {
        dispatching_.erase(device.ifindex);
    }
    replication_.dispatches(!dispatching_.empty());
}

void ReplicaShell::on_event(const kern::Event& event) {
    const Time now = io::now();
    if (const auto* session = std::get_if<kern::SessionInfo>(&event.object)) {
        on_session(event.kind, *session);
    } else if (const auto* flow = std::get_if<kern::FlowInfo>(&event.object)) {
        const replica::FlowPut put = to_put(*flow);
        if (event.kind == kern::EventKind::deleted) {
            replication_.changed(replica::FlowGone{put.session, put.key}, now);
        } else if (flow->status != kern::LifeStatus::standby) {
            replication_.changed(put, now);
        }
    } else if (const auto* announcement = std::get_if<kern::AnnouncementInfo>(&event.object)) {
        replica::AnnouncementPut put = to_put(*announcement);
        if (event.kind == kern::EventKind::deleted) {
            replication_.changed(replica::AnnouncementGone{put.session, put.key}, now);
        } else {
            replication_.changed(put, now);
        }
    } else if (const auto* node = std::get_if<kern::Node>(&event.object)) {
        on_node(event.kind, *node);
    } else if (const auto* device = std::get_if<kern::Device>(&event.object)) {
        on_device(event.kind, *device);
    } else {
        return;
    }
    soon();
}

void ReplicaShell::on_session(kern::EventKind kind, const kern::SessionInfo& session) {
    const Time now = io::now();
    if (kind == kern::EventKind::deleted) {
        replication_.session_gone(session.id, is_over(session.end), is_forgotten(session.end), now);
        return;
    }
    const replica::SessionPut put = to_put(session);
    replication_.session(put, session.standby, now);
    if (kind == kern::EventKind::created && session.placement != kern::Placement::restored) {
        replication_.wait(session.id, now);
    }
    // Of a session's first flow its own events tell that it is established.
    if (put.signalling && session.status == kern::LifeStatus::established) {
        replica::FlowPut flow;
        flow.session = session.id;
        flow.key = *put.signalling;
        flow.status = replica::FlowStatus::established;
        flow.established = true;
        replication_.changed(flow, now);
    }
}

void ReplicaShell::on_message(const wire::Received& received) {
    const std::vector<Endpoint>& peers = replication_.config().peers;
    const auto peer = std::find_if(peers.begin(), peers.end(),
                                   [&](const Endpoint& each) { return each.address == received.from.address; });
    if (peer == peers.end()) {
        ++strangers_;
        if (const auto line = stranger_log_.pass(
                role::LogLevel::warning,
                received.from.text() + " tells of its sessions, but is none of \"dispatcher.peers\"", io::now())) {
            log({*line});
        }
        return;
    }
    const auto index = static_cast<std::size_t>(peer - peers.begin());
    processes_[index] = received.process;
    take(index, received.bytes);
}

void ReplicaShell::take(std::size_t peer, Bytes message) {
    const Time now = io::now();
    Result<replica::Message> read = replica::decode(message);
    if (!read) {
        ++malformed_;
        if (const auto line =
                complaints_.pass(role::LogLevel::warning,
                                 "a peer dispatcher's message was not understood: " + read.error().text(), now)) {
            log({*line});
        }
        return;
    }
    if (auto* batch = std::get_if<replica::Batch>(&*read)) {
        replication_.handle(peer, std::move(*batch), now);
    } else if (const auto* records = std::get_if<replica::NodeRecords>(&*read)) {
        // What was said here before is older than what comes now.
        if (kernel_.is_up()) {
            kernel_.catch_up();
        }
        nodes_.merge(*records, now);
    } else {
        replication_.handle(peer, std::get<replica::Report>(*read), now);
    }
    soon();
}

void ReplicaShell::plan(const std::string& node, Time fails_at) {
    nodes_.plan(node, fails_at);
    soon();
}

void ReplicaShell::leave() {
    if (sync_ != kern::SyncSpec() && kernel_.is_up()) {
        static_cast<void>(kernel_.channel()->execute(kern::session_sync({})));
    }
}

Status ReplicaShell::hand_over() {
    Status done = replication_.hand_over(io::now());
    tell_fitness();
    return done;
}

void ReplicaShell::resume() {
    replication_.resume();
    tell_fitness();
}

void ReplicaShell::soon() {
    if (!working_) {
        alarm_.set(Time::min());
    } else {
        more_ = true;
    }
}

void ReplicaShell::work() {
    working_ = true;
    more_ = false;
    const Time now = io::now();
    for (std::size_t i = 0; i < links_.size(); ++i) {
        const wire::PeerClient& client = links_[i]->client();
        replication_.link(i, client.is_up() ? std::optional(client.peer()) : std::nullopt, now);
    }
    replication_.expire(now);
    change_nodes();
    carry_out();
    if (replication_.wants_read() && read_due_ <= now) {
        read_some();
    }
    if (!reader_ && kernel_.is_up() && replication_.wants_snapshot(now) && snapshot_due_ <= now) {
        begin_snapshot();
    }
    if (reader_) {
        go_on_with_snapshot();
    }
    talk();
    let_go();
    tell_fitness();
    working_ = false;

    const Time after = io::now();
    Time next = replication_.next_deadline();
    if (replication_.wants_read()) {
        next = std::min(next, read_due_);
    }
    for (const std::unique_ptr<PeerLink>& link : links_) {
        next = std::min(next, link->next_deadline());
    }
    if (!kernel_.is_up() || snapshot_due_ > after) {
        next = std::max(next, after + kNoWork);
    }
    alarm_.set(more_ || reader_ ? Time::min() : next);
}

void ReplicaShell::carry_out() {
    for (int i = 0; i < kBatch; ++i) {
        kern::Channel* const channel = kernel_.channel();
        const std::optional<replica::Command> command =
            channel == nullptr || !kernel_.is_up() ? std::nullopt : replication_.next_command(io::now());
        if (!command) {
            break;
        }
        const replica::Outcome outcome = execute(*channel, *command);
        // What becomes of a session is known before the next command about it.
        if (!std::holds_alternative<replica::RestoreFlow>(*command) &&
            !std::holds_alternative<replica::RestoreAnnouncement>(*command)) {
            kernel_.catch_up();
        }
        replication_.done(outcome);
        if (const auto complaint = replication_.take_complaint()) {
            if (const auto line = complaints_.pass(role::LogLevel::warning, *complaint, io::now())) {
                log({*line});
            }
        }
        more_ = more_ || i + 1 == kBatch;
    }
    if (kernel_.is_up()) {
        kernel_.drain();
    }
}

void ReplicaShell::change_nodes() {
    while (kern::Channel* const channel = kernel_.is_up() ? kernel_.channel() : nullptr) {
        const std::optional<replica::NodeChange> change = nodes_.next();
        if (!change) {
            break;
        }
        const kern::Status done = channel->execute(to_request(*change));
        if (!done) {
            log(role::LogLevel::warning, "node " + change->node + " is not set as at a peer: " + done.error().text());
        } else {
            log(role::LogLevel::info, "node " + change->node + " is set as at a peer: state " +
                                          std::string(to_string(change->use)) + ", weight " +
                                          std::to_string(change->weight));
            if (change->fails_at) {
                on_plan_(change->node, *change->fails_at);
            }
        }
        kernel_.catch_up();
    }
}

replica::Outcome ReplicaShell::execute(kern::Channel& channel, const replica::Command& command) {
    const kern::Request request = to_request(command);
    kern::Error error;
    if (std::holds_alternative<replica::RestoreSession>(command)) {
        const auto made = channel.get<kern::SessionInfo>(request);
        if (made) {
            return {.session = made->id};
        }
        error = made.error();
    } else {
        const kern::Status done = channel.execute(request);
        if (done) {
            return {};
        }
        error = done.error();
    }
    replica::Outcome outcome{.error = error.code, .session = SessionId::unknown, .sentence = error.what};
    const auto who = error.code == EEXIST ? who_has_it(command) : std::nullopt;
    if (who) {
        if (std::holds_alternative<replica::RestoreAnnouncement>(command)) {
            if (const auto found = channel.get<kern::AnnouncementInfo>(*who)) {
                outcome.session = found->session;
            }
        } else if (const auto found = channel.get<kern::FlowInfo>(*who)) {
            outcome.session = found->session;
        }
    }
    return outcome;
}

void ReplicaShell::begin_snapshot() {
    kern::Result<kern::Channel> channel = kern::Channel::open();
    if (!channel) {
        fail_snapshot(channel.error());
        return;
    }
    reader_.emplace(std::move(*channel));
    reading_ = true;
    replication_.begin_snapshot(io::now());
}

void ReplicaShell::fail_snapshot(const kern::Error& error) {
    const Time now = io::now();
    snapshot_due_ = now + kSnapshotPause;
    if (const auto line =
            complaints_.pass(role::LogLevel::warning, "reading the sessions for a peer failed: " + error.text(), now)) {
        log({*line});
    }
}

/// Some of the snapshot: reads all of it, then tells it.
void ReplicaShell::go_on_with_snapshot() {
    for (int i = 0; reading_ && i < kPieces; ++i) {
        const kern::Result<bool> whole = reader_->read_piece();
        if (!whole) {
            reader_.reset();
            replication_.cut_snapshot();
            fail_snapshot(whole.error());
            return;
        }
        reading_ = !*whole;
    }
    if (reading_) {
        return;
    }
    Holdings& holdings = reader_->holdings();
    for (int i = 0; i < kTold; ++i) {
        const std::optional<replica::Object> object = holdings.next();
        if (!object) {
            reader_.reset();
            replication_.end_snapshot(io::now());
            return;
        }
        replication_.snapshot(*object, io::now());
    }
}

void ReplicaShell::read_some() {
    kern::Channel* const channel = kernel_.channel();
    if (channel == nullptr || !kernel_.is_up()) {
        return;
    }
    Holdings holdings;
    for (const SessionId id : replication_.take_reads(kBatch)) {
        // One that has gone meanwhile is told as gone.
        static_cast<void>(read(*channel, {.session = id}, holdings));
    }
    const Time now = io::now();
    if (!replication_.wants_read()) {
        read_due_ = now + kReadPause;
    }
    while (const std::optional<replica::Object> object = holdings.next()) {
        replication_.publish(*object, now);
    }
    if (kernel_.is_up()) {
        kernel_.drain();
    }
}

void ReplicaShell::talk() {
    const Time now = io::now();
    for (std::size_t i = 0; i < links_.size(); ++i) {
        while (std::optional<Buffer> message = replication_.next_message(i, now)) {
            links_[i]->client().send(std::move(*message));
        }
        tell_nodes(i);
        links_[i]->flush();
        if (std::optional<Buffer> report = replication_.next_report(i, now)) {
            answer_(processes_[i], std::move(*report));
        }
    }
}

/// Few are ever set by hand: all of them at once, to each run of a peer and whenever one changes.
void ReplicaShell::tell_nodes(std::size_t peer) {
    wire::PeerClient& client = links_[peer]->client();
    if (!client.is_up() || told_[peer] == std::pair(client.peer(), nodes_.news())) {
        return;
    }
    told_[peer] = {client.peer(), nodes_.news()};
    const std::vector<replica::NodeRecord> records = nodes_.records(io::now());
    for (std::span<const replica::NodeRecord> rest = records; !rest.empty();) {
        client.send(replica::encode_some(rest));
    }
}

void ReplicaShell::let_go() {
    if (!kernel_.is_up()) {
        return;
    }
    const bool sync = replication_.is_sync(io::now());
    // Without an agent nobody would learn what a session announces; its client sends again, to the peer that took over.
    const kern::SyncSpec spec{.time = sync ? *replication_.config().sync : kern::Milliseconds(0),
                              .strict = sync && replication_.config().strict,
                              .orphans = replication_.is_followed()};
    if (spec != sync_) {
        // A refusal shows in its counters: without waiting, the mode is async.
        static_cast<void>(kernel_.post(kern::session_sync(spec)));
        if (spec.time != sync_.time) {
            log(role::LogLevel::info, sync ? "new sessions wait until a peer has them"
                                           : "new sessions do not wait: no peer has all sessions");
        }
        sync_ = spec;
    }
    // One that does not wait any more is refused, which is nothing to act on: the kernel counts them.
    for (const SessionId session : replication_.take_released(io::now())) {
        static_cast<void>(kernel_.post(kern::session_release(session)));
    }
}

void ReplicaShell::tell_fitness() {
    const replica::Fitness fitness = replication_.fitness(io::now());
    if (std::exchange(was_fit_, fitness.fit) != fitness.fit) {
        log(role::LogLevel::info, fitness.fit ? "fit to take the virtual addresses: " + fitness.why
                                              : "not fit to take the virtual addresses: " + fitness.why);
    }
    if (yield_file_ && std::exchange(yields_, fitness.yields) != fitness.yields) {
        write_yields(fitness.yields);
    }
}

void ReplicaShell::write_yields(bool yields) {
    if (const Status written = io::replace_file(*yield_file_, yields ? "1\n" : "0\n"); !written) {
        log(role::LogLevel::warning, "who decides about the virtual addresses is not told that this dispatcher " +
                                         std::string(yields ? "gives them away" : "keeps them") +
                                         " (dispatcher.yield_file): " + written.error().text());
    }
}

nlohmann::ordered_json ReplicaShell::stats() const {
    const Time now = io::now();
    const replica::Fitness fitness = replication_.fitness(now);
    nlohmann::ordered_json peers = nlohmann::ordered_json::array();
    std::size_t index = 0;
    for (const replica::PeerView& peer : replication_.peers(now)) {
        const auto lag = std::chrono::duration_cast<std::chrono::milliseconds>(peer.lag);
        peers.push_back({{"address", peer.peer.text()},
                         {"up", peer.up},
                         {"snapshot", to_string(peer.copy)},
                         {"sessions", peer.held},
                         {"received", peer.received.objects},
                         {"conflicts", peer.received.conflicts},
                         {"unknown", peer.received.unknown},
                         {"full", peer.received.full},
                         {"failed", peer.received.failed},
                         {"taken_over", peer.received.taken_over},
                         {"gaps", peer.received.gaps},
                         {"told", peer.told},
                         {"sent", peer.sent.objects},
                         {"waiting", peer.waiting},
                         {"lag", lag.count()},
                         {"snapshots", peer.sent.snapshots},
                         {"overflows", peer.sent.overflows},
                         {"resyncs", peer.sent.resyncs},
                         {"link", links_[index++]->stats()}});
    }
    std::array<char, 17> incarnation{};
    std::snprintf(incarnation.data(), incarnation.size(), "%016llx",
                  static_cast<unsigned long long>(replication_.self()));
    return {{"incarnation", incarnation.data()},
            {"fit", fitness.fit},
            {"why", fitness.why},
            {"standby", replication_.standby()},
            {"replication", !replication_.config().sync    ? "async"
                            : replication_.config().strict ? "strict"
                                                           : "sync"},
            {"sync", is_sync()},
            {"strangers", strangers_},
            {"malformed", malformed_},
            {"peers", std::move(peers)}};
}

ReplicationMetrics ReplicaShell::metrics() const {
    const Time now = io::now();
    return {.fit = replication_.fitness(now).fit,
            .waits = is_sync(),
            .standby = replication_.standby(),
            .peers = replication_.peers(now)};
}

}  // namespace sara::agent
