// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"

namespace sara::wire {

/* The inside of a datagram between a gateway or a node (which starts the link) and a dispatcher.
 *
 *  +--------+--------+-----------------+
 *  |  kind  | flags  |  zero           |
 *  +--------+--------+-----------------+-----------------+
 *  |  sender's epoch                            8 bytes  |
 *  |  receiver's epoch (hello: zero)            8 bytes  |
 *  |  hello, welcome: sender's incarnation               |
 *  |  data, note: sequence of this datagram,    8 bytes  |
 *  |              from 1                                 |
 *  +-----------------------------------------------------+   hello and welcome end here
 *  |  base: messages below it are not repeated  8 bytes  |
 *  |  next: lowest message not received yet     8 bytes  |
 *  +-----------------+-----------------------------------+
 *  |  size (2 bytes) |  bitmap: bit i (lowest bit of the first byte is 0): message next + 1 + i was received too
 *  +-----------------+-----------------------------------+
 *  |  number 8 bytes | size 2 bytes | message            |   repeated to the end
 *  +-----------------------------------------------------+
 *
 *   gateway                                   dispatcher
 *      | hello (epoch G, new and random)  ------> |   remembers (G, D) as a proposal
 *      | <------ welcome (epoch D, new; receiver G)
 *      | data (G, D, sequence 1, ...)     ------> |   the proposal becomes the link; older links of this gateway end
 *      | <------ data (D, G, sequence 1, next, ...)
 *
 * An epoch pair holds one random number of each side, so nothing recorded before a restart of either side is accepted
 * after it. A replayed hello costs one welcome of the same size and changes nothing. An incarnation names the sender's
 * message numbers: the same as before, they go on in the new epoch; another, the sender was restarted (or forgot us)
 * and they begin anew.
 *
 * A note has one message of up to kMaxNote bytes where data has its base. It is sent once: neither acknowledged nor
 * repeated, it may be lost or overtaken. For what the next note replaces anyway: heartbeats and loads. */

enum class Epoch : std::uint64_t { none = 0 };
enum class Incarnation : std::uint64_t { none = 0 };

enum class PacketKind : std::uint8_t { hello = 1, welcome = 2, data = 3, note = 4 };

/// Asks the receiver to answer at once, also when the datagram holds no message.
inline constexpr std::uint8_t kFlagPing = 0x01;

struct Message {
    std::uint64_t number = 0;
    Buffer payload;

    friend bool operator==(const Message&, const Message&) = default;
};

struct Packet {
    PacketKind kind = PacketKind::data;
    bool ping = false;
    Epoch sender = Epoch::none;
    Epoch receiver = Epoch::none;
    Incarnation incarnation = Incarnation::none;  ///< hello, welcome
    std::uint64_t sequence = 0;                   ///< data, note
    Buffer note{};                                ///< note
    std::uint64_t base = 0;                       ///< data, as are those below
    std::uint64_t next = 0;
    Buffer received{};
    std::vector<Message> messages{};

    friend bool operator==(const Packet&, const Packet&) = default;
};

/// How far message numbers may run ahead of the oldest one not acknowledged; also bounds the bitmap.
inline constexpr std::size_t kWindow = 512;
/// Largest message; above kPacketSize it travels alone and IP fragments it.
inline constexpr std::size_t kMaxMessage = 8192;
/// Messages are put together up to this size: with the envelope and IPv6 it fits an Ethernet frame.
inline constexpr std::size_t kPacketSize = 1380;
/// Largest note.
inline constexpr std::size_t kMaxNote = 1280;
/// Bytes of a message's number and size.
inline constexpr std::size_t kMessageOverhead = 10;
/// Bytes of a data packet before its messages, with the longest bitmap.
inline constexpr std::size_t kDataOverhead = 4 + 3 * 8 + 2 * 8 + 2 + kWindow / 8;

[[nodiscard]] Buffer encode(const Packet& packet);

/// Nothing for bytes that no sender of this version writes.
[[nodiscard]] std::optional<Packet> decode_packet(Bytes bytes);

}  // namespace sara::wire
