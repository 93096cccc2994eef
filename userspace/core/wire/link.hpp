// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/wire/envelope.hpp"
#include "core/wire/packet.hpp"
#include "core/wire/replay_window.hpp"

namespace sara::wire {

/// To be sent by the shell, as one UDP datagram.
struct Datagram {
    Endpoint to;
    Buffer bytes;
};

/// Datagrams, not messages (those: StreamStats). Everything from `malformed` on was dropped without an answer.
struct LinkStats {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;    ///< authentic, current and new
    std::uint64_t handshakes = 0;  ///< epochs that began
    std::uint64_t malformed = 0;
    std::uint64_t version = 0;
    std::uint64_t forged = 0;    ///< other key, or changed on the way
    std::uint64_t replayed = 0;  ///< seen before in this epoch
    std::uint64_t stale = 0;     ///< of an epoch that is not current: a late one, a replay, or a restarted peer
    std::uint64_t stranger = 0;  ///< from an address that is not the peer's
};

/// The current epoch pair with one peer.
struct Epochs {
    Epoch own = Epoch::none;
    Epoch peer = Epoch::none;
    std::uint64_t sequence = 0;  ///< of the last data datagram sent
    ReplayWindow window;
};

/// Opens and decodes, counting why not.
[[nodiscard]] std::optional<Packet> receive(const SharedKey& key, Bytes datagram, LinkStats& stats);

/// Never Epoch::none.
[[nodiscard]] Epoch draw_epoch(const Entropy& entropy);
[[nodiscard]] Incarnation draw_incarnation(const Entropy& entropy);

}  // namespace sara::wire
