// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "core/base/bytes.hpp"
#include "core/wire/key.hpp"

namespace sara::wire {

/* The outside of every datagram between agents: authenticated encryption with the cluster's shared key, by
 * XChaCha20-Poly1305 (libsodium, crypto_aead_xchacha20poly1305_ietf). All numbers are in network order.
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+---------------+---------------+
 *  |     'S'       |     'A'       |   version     |   zero        |  authenticated, in the clear
 *  +---------------+---------------+---------------+---------------+
 *  |                                                               |
 *  |          nonce: 24 random bytes, never used twice             |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |          one packet (packet.hpp), encrypted                   |
 *  |                            ...                                |
 *  +---------------------------------------------------------------+
 *  |          authentication tag, 16 bytes                         |
 *  +---------------------------------------------------------------+
 *
 * 192 bits of random nonce do not repeat in any number of datagrams a cluster can send under one key.
 *
 * Versioning: the version counts every change of meaning of any byte here or in packet.hpp. A receiver takes its own
 * version alone, counts others and answers nothing; agents of one cluster are upgraded together, dispatchers first,
 * and gateways keep their messages queued meanwhile. What the messages inside mean is versioned by their own codecs. */

inline constexpr std::uint8_t kEnvelopeVersion = 1;
inline constexpr std::size_t kNonceSize = 24;
inline constexpr std::size_t kEnvelopeOverhead = 4 + kNonceSize + 16;

/// Why a datagram was not opened. None of them is ever answered.
enum class Refusal : std::uint8_t {
    malformed,  ///< too short, or not ours
    version,    ///< ours, of another version
    forged,     ///< other key, or changed on the way
};

[[nodiscard]] Buffer seal(const SharedKey& key, const Entropy& entropy, Bytes packet);

[[nodiscard]] std::variant<Buffer, Refusal> open(const SharedKey& key, Bytes datagram);

}  // namespace sara::wire
