// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/wire/link.hpp"
#include "core/wire/stream.hpp"

namespace sara::wire {

/// What a peer said once, unasked for and unacknowledged.
struct Note {
    Endpoint from;
    Buffer bytes;
};

/// A message, and who sent it: a process, by the link of which it can be answered.
struct Received {
    Incarnation process = Incarnation::none;
    Endpoint from;
    Buffer bytes;
};

/// A dispatcher's end of the links to all its gateways and nodes. They are not configured: who has the key is served.
class PeerServer {
public:
    static constexpr std::size_t kMaxPeers = 1280;  ///< 1,000 nodes, and their gateways
    static constexpr std::size_t kMaxProposals = 256;
    static constexpr std::size_t kMaxNotes = 4096;
    static constexpr std::size_t kMaxAnswers = 64;                 ///< messages that wait for one peer
    static constexpr Duration kForget = std::chrono::seconds(60);  ///< a silent gateway's link
    static constexpr Duration kAlive = std::chrono::seconds(3);    ///< a gateway that pings is heard every second

    struct Peer {
        Endpoint from;
        Incarnation own_incarnation = Incarnation::none;
        Incarnation incarnation = Incarnation::none;
        Epochs epochs;
        Time heard;
        Stream stream;
    };

    PeerServer(const SharedKey& key, Entropy entropy);

    /// A datagram from the socket. Returns the messages that are new.
    [[nodiscard]] std::vector<Received> handle(const Endpoint& from, Bytes datagram, Time now);

    /// The notes that came since the last call, in order of arrival; no more than kMaxNotes are kept.
    [[nodiscard]] std::vector<Note> take_notes() noexcept { return std::exchange(notes_, {}); }

    /// A message to this process, by the link that it began. False: there is none, or it takes nothing now.
    bool send(Incarnation process, Buffer message);

    /// What to send now. To be called after handle() and at next_deadline(). It acknowledges what handle() returned,
    /// and gateways take that for carried out (`announce hold`): so what there was to do is done before.
    [[nodiscard]] std::vector<Datagram> poll(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    [[nodiscard]] const std::list<Peer>& peers() const noexcept { return peers_; }
    [[nodiscard]] const LinkStats& link_stats() const noexcept { return stats_; }
    /// Of all peers, also of those that are gone.
    [[nodiscard]] StreamStats stream_stats() const noexcept;

private:
    /// A hello that was welcomed; becomes a Peer by the first data datagram that repeats both epochs.
    struct Proposal {
        Endpoint from;
        Incarnation own_incarnation = Incarnation::none;
        Incarnation incarnation = Incarnation::none;
        Epoch own = Epoch::none;
        Epoch peer = Epoch::none;
    };

    void hello(const Endpoint& from, const Packet& packet);
    [[nodiscard]] Peer* find(const Endpoint& from, const Packet& packet) noexcept;
    [[nodiscard]] Peer* adopt(const Endpoint& from, const Packet& packet, Time now);
    void drop(std::list<Peer>::iterator peer);
    [[nodiscard]] Datagram wrap(const Endpoint& to, const Packet& packet);

    SharedKey key_;
    Entropy entropy_;
    std::list<Peer> peers_;
    std::deque<Proposal> proposals_;
    std::vector<Datagram> welcomes_;
    std::vector<Note> notes_;
    StreamStats gone_;
    LinkStats stats_;
};

}  // namespace sara::wire
