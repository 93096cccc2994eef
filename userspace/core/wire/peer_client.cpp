// SPDX-License-Identifier: GPL-2.0
#include "core/wire/peer_client.hpp"

#include <algorithm>

namespace sara::wire {

PeerClient::PeerClient(const SharedKey& key, Endpoint dispatcher, Entropy entropy)
    : key_(key), dispatcher_(dispatcher), entropy_(std::move(entropy)), incarnation_(draw_incarnation(entropy_)) {}

std::vector<Buffer> PeerClient::handle(const Endpoint& from, Bytes datagram, Time now) {
    if (from != dispatcher_) {
        ++stats_.stranger;
        return {};
    }
    std::optional<Packet> packet = receive(key_, datagram, stats_);
    if (!packet) {
        return {};
    }
    switch (packet->kind) {
    case PacketKind::hello:  // our own, reflected: dispatchers never send one, nor notes
    case PacketKind::note:
        ++stats_.stale;
        return {};
    case PacketKind::welcome:
        welcome(*packet, now);
        return {};
    case PacketKind::data:
        break;
    }
    if (state_ != State::up || packet->receiver != epochs_.own || packet->sender != epochs_.peer) {
        ++stats_.stale;
        return {};
    }
    if (!epochs_.window.take(packet->sequence)) {
        ++stats_.replayed;
        return {};
    }
    ++stats_.received;
    asked_.reset();
    ping_due_ = now + kPing;
    return stream_.accept(std::move(*packet));
}

std::optional<Datagram> PeerClient::note(Buffer note) {
    if (state_ != State::up) {
        return std::nullopt;
    }
    Packet packet{.kind = PacketKind::note, .sender = epochs_.own, .receiver = epochs_.peer};
    packet.sequence = ++epochs_.sequence;
    packet.note = std::move(note);
    return wrap(packet);
}

void PeerClient::welcome(const Packet& packet, Time now) {
    if (packet.receiver != epochs_.own) {
        ++stats_.stale;
        return;
    }
    if (state_ != State::greeting) {
        ++stats_.replayed;
        return;
    }
    ++stats_.received;
    ++stats_.handshakes;
    state_ = State::up;
    epochs_.peer = packet.sender;
    if (packet.incarnation != peer_incarnation_) {
        peer_incarnation_ = packet.incarnation;
        stream_.forget_peer();
    } else {
        stream_.rewind();
    }
    asked_.reset();
    // The first data datagram makes the link on the dispatcher's side, so it leaves at once even if it is empty.
    ping_due_ = now;
}

void PeerClient::greet(Time now) {
    state_ = State::greeting;
    epochs_ = Epochs{.own = draw_epoch(entropy_), .peer = Epoch::none, .sequence = 0, .window = {}};
    hello_due_ = now;
    hello_wait_ = kFirstHello;
    asked_.reset();
}

std::vector<Datagram> PeerClient::poll(Time now) {
    std::vector<Datagram> out;
    if (state_ == State::down || (state_ == State::up && asked_ && now - *asked_ >= kNoAnswer)) {
        greet(now);
    }
    if (state_ == State::greeting) {
        if (hello_due_ <= now) {
            hello_due_ = now + hello_wait_;
            hello_wait_ = std::min(2 * hello_wait_, kLastHello);
            out.push_back(wrap(Packet{.kind = PacketKind::hello, .sender = epochs_.own, .incarnation = incarnation_}));
        }
        return out;
    }
    while (stream_.wants_packet(now) || ping_due_ <= now) {
        Packet packet{.kind = PacketKind::data, .sender = epochs_.own, .receiver = epochs_.peer};
        packet.sequence = ++epochs_.sequence;
        packet.ping = ping_due_ <= now;
        stream_.fill(packet, now);
        if (packet.ping || !packet.messages.empty()) {
            asked_ = asked_.value_or(now);
            ping_due_ = std::max(ping_due_, now + kPingRepeat);
        }
        out.push_back(wrap(packet));
    }
    return out;
}

Time PeerClient::next_deadline() const noexcept {
    switch (state_) {
    case State::down:
        return Time::min();
    case State::greeting:
        return hello_due_;
    case State::up:
        break;
    }
    const Time lost = asked_ ? *asked_ + kNoAnswer : kNever;
    return std::min({stream_.next_deadline(), ping_due_, lost});
}

Datagram PeerClient::wrap(const Packet& packet) {
    ++stats_.sent;
    return Datagram{dispatcher_, seal(key_, entropy_, encode(packet))};
}

}  // namespace sara::wire
