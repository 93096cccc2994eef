// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "core/wire/link.hpp"
#include "core/wire/stream.hpp"

namespace sara::wire {

/// A gateway's or node's end of the link to one dispatcher: starts it, keeps it alive, starts it again when the
/// dispatcher does not answer. What is sent while there is no link waits in the stream's bounded queue.
class PeerClient {
public:
    static constexpr Duration kFirstHello = std::chrono::milliseconds(50);
    static constexpr Duration kLastHello = std::chrono::milliseconds(500);
    static constexpr Duration kPing = std::chrono::seconds(1);              ///< after this silence
    static constexpr Duration kPingRepeat = std::chrono::milliseconds(30);  ///< while not answered
    static constexpr Duration kNoAnswer = std::chrono::milliseconds(250);   ///< then the link is started again

    PeerClient(const SharedKey& key, Endpoint dispatcher, Entropy entropy);

    /// The message's number, for take_acknowledged(); nothing if it was refused.
    std::optional<std::uint64_t> send(Buffer message) { return stream_.send(std::move(message)); }

    /// A datagram for the socket that carries `note` once, whether it arrives or not. Nothing while there is no link:
    /// what would be old by the time there is one is not kept. Precondition: 1 to kMaxNote bytes.
    [[nodiscard]] std::optional<Datagram> note(Buffer note);

    /// A datagram from the socket. Returns the messages that are new.
    [[nodiscard]] std::vector<Buffer> handle(const Endpoint& from, Bytes datagram, Time now);
    /// Numbers of the messages that the last datagram acknowledged: the dispatcher has carried them out.
    [[nodiscard]] std::vector<std::uint64_t> take_acknowledged() noexcept { return stream_.take_acknowledged(); }

    /// What to send now. To be called after handle() and send(), and at next_deadline().
    [[nodiscard]] std::vector<Datagram> poll(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    [[nodiscard]] const Endpoint& dispatcher() const noexcept { return dispatcher_; }
    /// The dispatcher welcomed us and has not been missed since.
    [[nodiscard]] bool is_up() const noexcept { return state_ == State::up; }
    /// The process that welcomed us last.
    [[nodiscard]] Incarnation peer() const noexcept { return peer_incarnation_; }
    [[nodiscard]] const LinkStats& link_stats() const noexcept { return stats_; }
    [[nodiscard]] const StreamStats& stream_stats() const noexcept { return stream_.stats(); }
    [[nodiscard]] std::size_t queued() const noexcept { return stream_.queued(); }

private:
    enum class State : std::uint8_t { down, greeting, up };

    void greet(Time now);
    void welcome(const Packet& packet, Time now);
    [[nodiscard]] Datagram wrap(const Packet& packet);

    SharedKey key_;
    Endpoint dispatcher_;
    Entropy entropy_;
    Incarnation incarnation_;
    Incarnation peer_incarnation_ = Incarnation::none;

    State state_ = State::down;
    Epochs epochs_;
    Time hello_due_ = Time::min();
    Duration hello_wait_ = kFirstHello;
    Time ping_due_ = kNever;
    std::optional<Time> asked_;  ///< since when an answer is awaited

    Stream stream_;
    LinkStats stats_;
};

}  // namespace sara::wire
