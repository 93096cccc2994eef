// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/inspect/facts.hpp"

/// Facts as bytes, on the peer channel from a gateway to its dispatchers.
///
///      0               1               2               3
///     +---------------+---------------+---------------+---------------+
///     | version = 1   | app           | sender        | act           |
///     +---------------+---------------+---------------+---------------+
///     | method        | family 4 | 6  | transport     | flags         |
///     +---------------+---------------+---------------+---------------+
///     | CSeq                                                          |
///     +-------------------------------+-------------------------------+
///     | status                        | client port                   |
///     +-------------------------------+-------------------------------+
///     | VIP port                      | client address (4 or 16), VIP |
///     +-------------------------------+-------------------------------+
///     | parts: type (1), length (2), value, until the end             |
///     +---------------------------------------------------------------+
///
///     flags: 1, the CSeq was not said; 2, it opens a dialog. What a reader does not know of them it skips.
///
///      type  value
///      1     dialog id                          4     media endpoint of the sender, repeated
///      2     leg                                5     media endpoint of the other end, repeated
///      3     target                             6     lifetime, u32 milliseconds
///      7     source address of the frame (6)
///
///     media endpoint
///     +---------------+---------------+---------------+---------------+
///     | stream                        | kind          | state         |
///     +---------------+---------------+---------------+---------------+
///     | transport     | flags         | pairs                         |
///     +---------------+---------------+---------------+---------------+
///     | port                          | control port                  |
///     +---------------+---------------+-------------------------------+
///     | family 0 | 4 | 6 | address (0, 4 or 16)                       |
///     +---------------+-----------------------------------------------+
///
/// Flags: 1 mux, 2 named. Numbers are big-endian. A reader skips parts of a type that it does not know, and bytes after
/// what it knows inside a media endpoint; what changes the meaning of known fields raises the version, and other
/// versions are refused.
namespace sara::inspect {

inline constexpr std::uint8_t kFactsVersion = 1;

/// Ids must be within their limits (as Protocol makes them). Facts that do not fit limits::kMaxFactsBytes: an error.
[[nodiscard]] Result<Buffer> encode(const MessageFacts& facts);

/// Input is authenticated but still not trusted: every bound of limits.hpp holds for what is returned.
[[nodiscard]] Result<MessageFacts> decode(Bytes bytes);

}  // namespace sara::inspect
