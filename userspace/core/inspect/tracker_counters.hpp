// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

#include "core/inspect/facts.hpp"

namespace sara::inspect {

/// All counters only grow.
struct TrackerCounters {
    std::uint64_t facts = 0;
    std::uint64_t dialogs = 0;  ///< begun
    std::uint64_t completed = 0;
    std::uint64_t ended = 0;
    std::uint64_t announced = 0;
    std::uint64_t withdrawn = 0;
    std::uint64_t replies_without_request = 0;  ///< used as far as they go
    std::uint64_t facts_without_session = 0;    ///< given up: nobody knew the session in time
    std::uint64_t ends_without_dialog = 0;      ///< BYE or TEARDOWN of something not known
    std::uint64_t stale = 0;                    ///< repeated, or overtaken by something newer
    std::uint64_t media_elsewhere = 0;          ///< a server's media that is not at the VIP: will not come through us
    std::uint64_t media_unusable = 0;           ///< wrong family, or the port of the signalling itself
    std::uint64_t multicast_refused = 0;
    std::uint64_t interleaved = 0;  ///< streams inside their signalling connection: nothing to announce
    std::uint64_t limit_hits = 0;   ///< something was left out at a bound of limits.hpp
    std::uint64_t conflicts = 0;    ///< announcements that the kernel refused

    friend bool operator==(const TrackerCounters&, const TrackerCounters&) = default;
};

/// Counts those of a message's media that cannot be announced, by the reason.
void count_media(TrackerCounters& counters, const MessageFacts& facts);

}  // namespace sara::inspect
