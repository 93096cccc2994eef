// SPDX-License-Identifier: GPL-2.0
#include "kern/model.hpp"

namespace sara::kern {

const std::array<Counter, kCounterCount>& counters() noexcept {
    static constexpr std::array<Counter, kCounterCount> kCounters = {{
        {SARA_A_STATS_SESSIONS, "sessions", true},
        {SARA_A_STATS_FLOWS, "flows", true},
        {SARA_A_STATS_ANNOUNCEMENTS, "announcements", true},
        {SARA_A_STATS_HITS, "hits"},
        {SARA_A_STATS_PROMOTED, "promoted"},
        {SARA_A_STATS_PLACED, "placed"},
        {SARA_A_STATS_FORWARDED, "forwarded"},
        {SARA_A_STATS_FORWARDED_BYTES, "forwarded-bytes"},
        {SARA_A_STATS_UNSHARED, "unshared"},
        {SARA_A_STATS_PASS_OTHER, "pass-other"},
        {SARA_A_STATS_PASS_MALFORMED, "pass-malformed"},
        {SARA_A_STATS_PASS_FRAGMENT, "pass-fragment"},
        {SARA_A_STATS_PASS_NO_SESSION, "pass-no-session"},
        {SARA_A_STATS_PASS_NO_SERVICE, "pass-no-service"},
        {SARA_A_STATS_DROP_UNANNOUNCED, "drop-unannounced"},
        {SARA_A_STATS_DROP_NO_NODE, "drop-no-node"},
        {SARA_A_STATS_DROP_NODE_DOWN, "drop-node-down"},
        {SARA_A_STATS_DROP_SESSIONS_FULL, "drop-sessions-full"},
        {SARA_A_STATS_DROP_FLOWS_FULL, "drop-flows-full"},
        {SARA_A_STATS_DROP_NO_MEMORY, "drop-no-memory"},
        {SARA_A_STATS_DROP_TOO_BIG, "drop-too-big"},
        {SARA_A_STATS_DROP_XMIT, "drop-xmit"},
        {SARA_A_STATS_ANNOUNCED, "announced"},
        {SARA_A_STATS_ANNOUNCE_CONFLICTS, "announce-conflicts"},
        {SARA_A_STATS_ANNOUNCE_FULL, "announce-full"},
        {SARA_A_STATS_ANNOUNCE_EXPIRED, "announce-expired"},
        {SARA_A_STATS_ENDED_IDLE, "ended-idle"},
        {SARA_A_STATS_ENDED_CLOSED, "ended-closed"},
        {SARA_A_STATS_ENDED_FINISHED, "ended-finished"},
        {SARA_A_STATS_ENDED_EXPIRED, "ended-expired"},
        {SARA_A_STATS_ENDED_DELETED, "ended-deleted"},
        {SARA_A_STATS_ENDED_RECLAIMED, "ended-reclaimed"},
        {SARA_A_STATS_INSPECT_COPIED, "inspect-copied"},
        {SARA_A_STATS_INSPECT_LOST_UNBOUND, "inspect-lost-unbound"},
        {SARA_A_STATS_INSPECT_LOST_RATE, "inspect-lost-rate"},
        {SARA_A_STATS_INSPECT_LOST_BUFFER, "inspect-lost-buffer"},
        {SARA_A_STATS_EVENTS_LOST, "events-lost"},
        {SARA_A_STATS_EARLY_HELD, "early-held"},
        {SARA_A_STATS_EARLY_FORWARDED, "early-forwarded"},
        {SARA_A_STATS_EARLY_FULL, "early-full"},
        {SARA_A_STATS_JOINED, "joined"},
        {SARA_A_STATS_TCP_IMPLAUSIBLE, "tcp-implausible"},
        {SARA_A_STATS_TCP_SYN_LIVE, "tcp-syn-live"},
        {SARA_A_STATS_ICMP_FORWARDED, "icmp-forwarded"},
        {SARA_A_STATS_PASS_ICMP, "pass-icmp"},
        {SARA_A_STATS_DROP_NO_CALL_ID, "drop-no-call-id"},
        {SARA_A_STATS_PASS_NO_CALL_ID, "pass-no-call-id"},
        {SARA_A_STATS_FRAGMENTS, "fragments"},
        {SARA_A_STATS_REASSEMBLED, "reassembled"},
        {SARA_A_STATS_REASSEMBLY_REFUSED, "reassembly-refused"},
        {SARA_A_STATS_REASSEMBLY_FULL, "reassembly-full"},
    }};
    return kCounters;
}

}  // namespace sara::kern
