// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/replica/fitness.hpp"
#include "core/replica/publisher.hpp"
#include "core/replica/replica.hpp"
#include "core/replica/sync_queue.hpp"

namespace sara::replica {

struct ReplicationConfig {
    std::vector<Endpoint> peers;
    Duration peer_timeout = std::chrono::seconds(30);  ///< silent for so long, a peer is gone for good
    Duration grace = std::chrono::seconds(10);         ///< what a start waits for a first peer
    std::optional<Milliseconds> sync{};  ///< for so long a new session's first packet waits until a peer has it
    bool strict = false;  ///< one that waits in vain is dropped, and what comes of it until a peer has it

    friend bool operator==(const ReplicationConfig&, const ReplicationConfig&) = default;
};

/// One peer as people see it.
struct PeerView {
    Endpoint peer;
    bool up = false;
    CopyState copy = CopyState::none;  ///< of its sessions here
    std::size_t held = 0;              ///< its sessions that are here
    bool told = false;                 ///< it has all that it is told
    std::size_t waiting = 0;           ///< objects that it has not carried out
    Duration lag{};                    ///< since the oldest of them
    PublisherCounters sent;
    ReplicaCounters received;
};

/// All of a dispatcher's replication, without its hands: tells its own sessions to each peer, and keeps what they tell
/// as standby sessions of its kernel.
///
/// A session is the dispatcher's own when packets of it came. Own sessions are published, standby ones are not: their
/// owner does. So nothing goes in circles, and of two heads that both see packets of a session neither takes it from
/// the other. A standby session for which nobody speaks any more becomes own: its peer was silent for long, or lost its
/// kernel's table, or nobody told it at all.
class Replication {
public:
    static constexpr Duration kAlive = std::chrono::seconds(3);   ///< a peer that is there is heard every second
    static constexpr Duration kTick = std::chrono::seconds(1);    ///< reports, and the standby clocks
    static constexpr Duration kSpare = std::chrono::seconds(10);  ///< that standby clocks stand longer than a silence
    static constexpr Duration kClosed = std::chrono::seconds(4);  ///< as the kernel's, see session-sync
    static constexpr Duration kSweep = std::chrono::seconds(10);  ///< between looks for sessions of nobody

    Replication(ReplicationConfig config, wire::Incarnation self, Time now);

    // The kernel's table.

    /// A channel to a kernel, whose table has this name; what is in it follows as adopt(), then adopted(). Nothing is
    /// known before.
    void kernel_up(Table table, Time now);
    void kernel_down();
    /// Events were lost: what is there follows, as in the beginning.
    void kernel_overrun();
    /// Does a device take packets in mode dispatch? Without one nothing is forwarded here. True until told.
    void dispatches(bool any) noexcept { dispatches_ = any; }
    /// A session that is there already.
    void adopt(SessionId session, bool standby);
    /// A flow or an announcement; after the sessions.
    void adopt(const Object& object);
    /// That were all.
    void adopted();

    // Its events, each as it comes. `standby`: as the kernel says of the session now.

    void session(const SessionPut& put, bool standby, Time now);
    /// `forgotten`: for want of packets here.
    void session_gone(SessionId session, bool over, bool forgotten, Time now);
    /// Of a session or something of one.
    void changed(const Object& object, Time now);

    // Mode `sync`: a new session's first packet waits in the kernel until a peer has the session.

    /// Is there a peer that has all but what it was told last? It could take over.
    [[nodiscard]] bool is_followed() const noexcept;
    /// Should the kernel have them wait? Strict: also while such a peer is missed only since kClosed, as it may have
    /// been cut off, and be about to take over.
    [[nodiscard]] bool is_sync(Time now) const noexcept;
    /// A session that session() told just now waits.
    void wait(SessionId session, Time now);
    /// Those that a peer has: the kernel is to let them go.
    [[nodiscard]] std::vector<SessionId> take_released(Time now);

    // Reading it.

    /// Does a peer need a snapshot? Then: begin_snapshot(), before anything is read; snapshot() for each object, in the
    /// order sessions, flows, announcements; end_snapshot(), or cut_snapshot() if it could not be read. Other things
    /// may be done and told in between. What is standby is left out here.
    [[nodiscard]] bool wants_snapshot(Time now) const noexcept;
    void begin_snapshot(Time now);
    void snapshot(const Object& object, Time now);
    void end_snapshot(Time now);
    void cut_snapshot();

    /// Sessions that became own, or that a peer asks for: to be read and told by publish(), in the same order.
    [[nodiscard]] bool wants_read() const noexcept { return !reads_.empty(); }
    [[nodiscard]] std::vector<SessionId> take_reads(std::size_t most);
    void publish(const Object& object, Time now);

    // The links. Peers are named by their place in the configuration.

    /// A link to it is up, `process` at its end; or is not.
    void link(std::size_t peer, std::optional<wire::Incarnation> process, Time now);
    void handle(std::size_t peer, Batch&& batch, Time now);
    void handle(std::size_t peer, const Report& report, Time now);
    /// Messages of our own link to it.
    [[nodiscard]] std::optional<Buffer> next_message(std::size_t peer, Time now);
    /// The answer on its link to us.
    [[nodiscard]] std::optional<Buffer> next_report(std::size_t peer, Time now);

    // What the kernel is to do, one by one.

    [[nodiscard]] std::optional<Command> next_command(Time now);
    void done(const Outcome& outcome);
    /// A refusal that people should hear of; told once.
    [[nodiscard]] std::optional<std::string> take_complaint();

    /// To be called at or after next_deadline().
    void expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    /// This dispatcher is to be taken out of service: while a peer answers it is not fit, until resume() or a restart.
    /// Refused if no peer that answers has all of its sessions.
    [[nodiscard]] Status hand_over(Time now);
    void resume() noexcept { handed_over_ = false; }
    [[nodiscard]] Fitness fitness(Time now) const;
    [[nodiscard]] std::vector<PeerView> peers(Time now) const;
    [[nodiscard]] std::size_t standby() const noexcept { return standby_.size(); }
    [[nodiscard]] wire::Incarnation self() const noexcept { return self_; }
    [[nodiscard]] const ReplicationConfig& config() const noexcept { return config_; }

private:
    struct Peer {
        Publisher publisher;
        Replica replica;
        bool linked = false;
        std::optional<Time> heard;
        std::optional<Time> missed;  ///< it had all sessions until then, and is not linked since
        bool given_up = false;       ///< what it had was taken over
        Time report_due = Time::min();
    };

    [[nodiscard]] bool is_alive(const Peer& peer, Time now) const noexcept;
    [[nodiscard]] bool is_silent(const Peer& peer, Time now) const noexcept;
    void heard(Peer& peer, Time now);
    /// Does a peer that is there tell of this session?
    [[nodiscard]] bool is_held(SessionId session, const Peer* but, Time now) const;
    [[nodiscard]] bool is_for_another(const Command& command, const Peer& peer, Time now) const;
    void adopt_orphans(Time now);

    ReplicationConfig config_;
    wire::Incarnation self_;
    Time started_;
    Table table_ = Table::none;
    bool heard_any_ = false;
    bool handed_over_ = false;
    bool dispatches_ = true;
    std::vector<Peer> peers_;
    Standby standby_;
    std::unordered_set<SessionId> present_;  ///< while adopting
    /// What standby sessions have of which no peer has told yet since this agent began.
    std::map<SessionId, Names> unclaimed_;
    std::set<SessionId> reads_;
    std::vector<std::size_t> reading_;  ///< peers that get the snapshot that is being read
    /// Own since nobody told of them, not by a packet: they give way to what a peer tells.
    std::unordered_set<SessionId> taken_;
    std::deque<SessionId> orphans_;  ///< to be taken over
    std::unordered_set<SessionId>
        unheld_;  ///< of nobody at the last look: of one that is so twice nobody is about to tell
    std::optional<std::size_t> working_;  ///< whose command runs; peers_.size(): our own
    std::size_t turn_ = 0;
    Time tick_ = Time::min();
    Time sweep_;
    bool keep_due_ = false;
    SyncQueue waiting_;
    std::vector<std::uint64_t> carried_out_;  ///< of take_released(), kept for its memory
    std::optional<std::string> complaint_;
};

}  // namespace sara::replica
