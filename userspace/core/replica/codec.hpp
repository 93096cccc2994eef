// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/replica/record.hpp"

/// Replication on the peer channel, between dispatchers. Numbers are big-endian, times are milliseconds.
///
///      0               1               2               3
///     +---------------+---------------+---------------+---------------+
///     | 'R'           | version = 1   | kind          | zero          |   'R': no version of facts (facts_codec.hpp),
///     +---------------+---------------+---------------+---------------+   so that both travel on one channel
///
///     kind 1: batch                                   kind 2: report
///     +-----------------------------------------+     +-----------------------------------------+
///     | origin: incarnation             8 bytes |     | sender: incarnation             8 bytes |
///     | table                           8 bytes |     | origin: incarnation             8 bytes |
///     | snapshot                        4 bytes |     | snapshot                        4 bytes |
///     | sequence                        8 bytes |     | applied                         8 bytes |
///     +--------------+--------------+-----------+     | flags: 1 complete, 2 resync     1 byte  |
///     | type 1 byte  | size 2 bytes | object    |     | wanted: number 1 byte, session 8 bytes  |
///     +--------------+--------------+-----------+     +-----------------------------------------+
///       repeated to the end
///
///      type  object                 (each begins with its session, 8 bytes)
///      1     session put            flags 1 (1 signalling, 2 source, 4 lifetime, 8 linger), service, node, label:
///                                   text; what the flags say: key; family 1, address; lifetime 4; linger 4;
///                                   then age 8; packets 8; bytes 8
///      2     session gone           flags 1 (1 over)
///      3     flow put               key; identity 1; form 1 (0 none); status 1; flags 1 (1 established, 2 tcp end);
///                                   idle 4; tcp end 4; packets 8; bytes 8
///      4     flow gone              key
///      5     announcement put       pattern; tag 8; flags 1 (1 ttl); ttl 4; promotions 4
///      6     announcement gone      pattern
///      7     snapshot end           (no session) nothing
///
///     kind 3: nodes
///     +-----------------------------------------+
///     | size 2 bytes | node                     |   repeated to the end
///     +-----------------------------------------+
///     node     version 8, setter: incarnation 8, use 1 (0 up, 1 drain, 2 down), weight 2, flags 1 (1 fails in),
///              fails in 4, name: text
///
///     text     size 2 bytes, bytes
///     key      transport 1 (6, 17), family 1 (4, 6), client port 2, VIP port 2, client 4 or 16, VIP 4 or 16,
///              Call-ID: text (empty: all of the flow)
///     pattern  as key without Call-ID; family + 0x80: any client, whose address is not written; port 0: any
///
/// Versioning: objects of a type that a reader does not know are skipped, and so are bytes after what it knows in an
/// object, and flags. What changes the meaning of known fields raises the version, and other versions are refused.
namespace sara::replica {

inline constexpr std::uint8_t kMark = 'R';
inline constexpr std::uint8_t kVersion = 1;
/// Of a batch: one datagram of the peer channel that stays in one Ethernet frame.
inline constexpr std::size_t kMaxBatch = 1200;
inline constexpr std::size_t kBatchHead = 4 + 8 + 8 + 4 + 8;
/// Objects of a batch, in bytes.
inline constexpr std::size_t kMaxObjects = kMaxBatch - kBatchHead;
/// Type and size of an object.
inline constexpr std::size_t kObjectHead = 3;
inline constexpr std::size_t kMaxWanted = 64;  ///< sessions in a report
/// Of a node's setting; so that one more than any that is read is never 0.
inline constexpr std::uint64_t kMaxVersion = std::uint64_t{1} << 62U;

/// Is this ours, of whatever version?
[[nodiscard]] inline bool is_replication(Bytes message) noexcept {
    return !message.empty() && message.front() == kMark;
}

/// One object with its type and size; less than kMaxObjects. Texts must be within their limits, else: an error.
[[nodiscard]] Result<Buffer> encode(const Object& object);
/// `objects`: encoded ones, one after the other, up to kMaxObjects.
[[nodiscard]] Buffer encode(const BatchHead& head, Bytes objects);
[[nodiscard]] Buffer encode(const Report& report);
/// As many of them as a message holds, from the first on, which are taken off. Names must be within their limit.
[[nodiscard]] Buffer encode_some(std::span<const NodeRecord>& nodes);

using Message = std::variant<Batch, Report, NodeRecords>;

/// Input is authenticated but still not trusted.
[[nodiscard]] Result<Message> decode(Bytes message);

}  // namespace sara::replica
