// SPDX-License-Identifier: GPL-2.0
#include "core/wire/peer_server.hpp"

#include <algorithm>

namespace sara::wire {

PeerServer::PeerServer(const SharedKey& key, Entropy entropy) : key_(key), entropy_(std::move(entropy)) {}

std::vector<Received> PeerServer::handle(const Endpoint& from, Bytes datagram, Time now) {
    std::optional<Packet> packet = receive(key_, datagram, stats_);
    if (!packet) {
        return {};
    }
    switch (packet->kind) {
    case PacketKind::hello:
        hello(from, *packet);
        return {};
    case PacketKind::welcome:  // our own, reflected: gateways never send one
        ++stats_.stale;
        return {};
    case PacketKind::data:
    case PacketKind::note:
        break;
    }
    Peer* peer = find(from, *packet);
    if (peer == nullptr) {
        peer = adopt(from, *packet, now);
    }
    if (peer == nullptr) {
        ++stats_.stale;
        return {};
    }
    if (!peer->epochs.window.take(packet->sequence)) {
        ++stats_.replayed;
        return {};
    }
    ++stats_.received;
    peer->heard = now;
    if (packet->kind == PacketKind::note) {
        if (notes_.size() < kMaxNotes) {
            notes_.push_back({from, std::move(packet->note)});
        }
        return {};
    }
    std::vector<Received> received;
    for (Buffer& message : peer->stream.accept(std::move(*packet))) {
        received.push_back({peer->incarnation, from, std::move(message)});
    }
    return received;
}

bool PeerServer::send(Incarnation process, Buffer message) {
    const auto peer =
        std::find_if(peers_.begin(), peers_.end(), [&](const Peer& each) { return each.incarnation == process; });
    return peer != peers_.end() && peer->stream.queued() < kMaxAnswers && peer->stream.send(std::move(message));
}

void PeerServer::hello(const Endpoint& from, const Packet& packet) {
    const auto is_linked = [&](const Peer& peer) { return peer.from == from && peer.epochs.peer == packet.sender; };
    if (std::any_of(peers_.begin(), peers_.end(), is_linked)) {
        ++stats_.replayed;
        return;
    }
    auto proposal = std::find_if(proposals_.begin(), proposals_.end(), [&](const Proposal& other) {
        return other.from == from && other.peer == packet.sender;
    });
    if (proposal == proposals_.end()) {
        if (proposals_.size() == kMaxProposals) {
            proposals_.pop_front();
        }
        const auto known = std::find_if(peers_.begin(), peers_.end(),
                                        [&](const Peer& peer) { return peer.incarnation == packet.incarnation; });
        proposal = proposals_.insert(
            proposals_.end(),
            Proposal{.from = from,
                     .own_incarnation = known == peers_.end() ? draw_incarnation(entropy_) : known->own_incarnation,
                     .incarnation = packet.incarnation,
                     .own = draw_epoch(entropy_),
                     .peer = packet.sender});
    }
    if (welcomes_.size() < kMaxProposals) {
        welcomes_.push_back(wrap(from, Packet{.kind = PacketKind::welcome,
                                              .sender = proposal->own,
                                              .receiver = proposal->peer,
                                              .incarnation = proposal->own_incarnation}));
    }
}

PeerServer::Peer* PeerServer::find(const Endpoint& from, const Packet& packet) noexcept {
    for (Peer& peer : peers_) {
        if (peer.epochs.own == packet.receiver && peer.epochs.peer == packet.sender && peer.from == from) {
            return &peer;
        }
    }
    return nullptr;
}

PeerServer::Peer* PeerServer::adopt(const Endpoint& from, const Packet& packet, Time now) {
    const auto proposal = std::find_if(proposals_.begin(), proposals_.end(), [&](const Proposal& other) {
        return other.own == packet.receiver && other.peer == packet.sender && other.from == from;
    });
    if (proposal == proposals_.end()) {
        return nullptr;
    }
    Peer fresh{.from = from,
               .own_incarnation = proposal->own_incarnation,
               .incarnation = proposal->incarnation,
               .epochs = Epochs{.own = proposal->own, .peer = proposal->peer, .sequence = 0, .window = {}},
               .heard = now,
               .stream = {}};
    proposals_.erase(proposal);
    ++stats_.handshakes;
    for (auto old = peers_.begin(); old != peers_.end();) {
        const auto candidate = old++;
        if (candidate->incarnation == fresh.incarnation) {
            fresh.stream = std::move(candidate->stream);  // the same process: message numbers go on
            peers_.erase(candidate);
        } else if (candidate->from == from) {
            drop(candidate);
        }
    }
    if (peers_.size() == kMaxPeers) {
        drop(std::min_element(peers_.begin(), peers_.end(),
                              [](const Peer& a, const Peer& b) { return a.heard < b.heard; }));
    }
    peers_.push_back(std::move(fresh));
    return &peers_.back();
}

void PeerServer::drop(std::list<Peer>::iterator peer) {
    gone_ += peer->stream.stats();
    peers_.erase(peer);
}

std::vector<Datagram> PeerServer::poll(Time now) {
    std::vector<Datagram> out = std::move(welcomes_);
    welcomes_.clear();
    for (auto it = peers_.begin(); it != peers_.end();) {
        const auto peer = it++;
        if (now - peer->heard >= kForget) {
            drop(peer);
            continue;
        }
        while (peer->stream.wants_packet(now)) {
            Packet packet{.kind = PacketKind::data, .sender = peer->epochs.own, .receiver = peer->epochs.peer};
            packet.sequence = ++peer->epochs.sequence;
            peer->stream.fill(packet, now);
            out.push_back(wrap(peer->from, packet));
        }
    }
    return out;
}

Time PeerServer::next_deadline() const noexcept {
    Time earliest = welcomes_.empty() ? kNever : Time::min();
    for (const Peer& peer : peers_) {
        earliest = std::min({earliest, peer.stream.next_deadline(), peer.heard + kForget});
    }
    return earliest;
}

StreamStats PeerServer::stream_stats() const noexcept {
    StreamStats sum = gone_;
    for (const Peer& peer : peers_) {
        sum += peer.stream.stats();
    }
    return sum;
}

Datagram PeerServer::wrap(const Endpoint& to, const Packet& packet) {
    ++stats_.sent;
    return Datagram{to, seal(key_, entropy_, encode(packet))};
}

}  // namespace sara::wire
