// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/result.hpp"

namespace sara::proto::sip {

/// A message that refuses, and who gets it.
struct BusyAnswer {
    std::string message;
    Endpoint to;
};

/// No answer is longer, in bytes: it fits in one Ethernet frame, by IPv6, too. All that an answer has of its own is
/// about 150 bytes, so that a forged source gets hardly more than its forger spends.
inline constexpr std::size_t kMaxBusyAnswer = 1452;

/// 503 Service Unavailable with Retry-After (RFC 3261 section 21.5.4), as a stateless server makes it (8.2.6, 8.2.7),
/// to one datagram that came from `from`. The tag of To is the same for each repetition of the request; `seed` makes it
/// another one than that of other servers.
///
/// Refused, by a sentence: what is no whole request, lacks From, To or Via, is ACK or CANCEL (8.2.7, 9.2: nobody waits
/// for an answer), belongs to a dialog (To has a tag), has a Via or To with a quote or bracket that is not closed, so
/// that nothing can be added to it, or would have an answer that is too long.
[[nodiscard]] Result<BusyAnswer> answer_busy(std::string_view request, const Endpoint& from,
                                             std::chrono::seconds retry_after, std::uint64_t seed);

}  // namespace sara::proto::sip
