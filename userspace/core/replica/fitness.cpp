// SPDX-License-Identifier: GPL-2.0
#include "core/replica/fitness.hpp"

#include <chrono>

namespace sara::replica {

std::string_view to_string(CopyState state) noexcept {
    switch (state) {
    case CopyState::none:
        return "none";
    case CopyState::receiving:
        return "receiving";
    case CopyState::complete:
        return "complete";
    }
    return "unknown";
}

Fitness judge(const std::vector<PeerFitness>& peers, bool heard_any, Duration since_start, Duration grace) {
    bool reachable = false;
    for (const PeerFitness& peer : peers) {
        if (!peer.reachable) {
            continue;
        }
        reachable = true;
        switch (peer.copy) {
        case CopyState::none:
            return {.fit = false,
                    .why = "dispatcher " + peer.name +
                           " has not begun to tell its sessions; does it name this one among its peers?"};
        case CopyState::receiving:
            return {.fit = false, .why = "the sessions of dispatcher " + peer.name + " are not complete yet"};
        case CopyState::complete:
            break;
        }
    }
    if (reachable) {
        return {.fit = true, .why = "the sessions of all peers that answer are here"};
    }
    if (heard_any) {
        return {.fit = true, .why = "no peer answers any more; what they told is here"};
    }
    if (since_start < grace) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(grace - since_start);
        return {.fit = false,
                .why = "no peer has answered yet; waiting for " + std::to_string(left.count()) + " s more"};
    }
    return {.fit = true, .why = peers.empty() ? "there are no peers" : "no peer has answered since the start"};
}

}  // namespace sara::replica
