// SPDX-License-Identifier: GPL-2.0
#include "core/replica/sync_queue.hpp"

#include <algorithm>
#include <utility>

namespace sara::replica {

namespace {

bool is_held(std::span<const std::uint64_t> told, std::span<const std::uint64_t> carried_out) noexcept {
    for (std::size_t i = 0; i < std::min(told.size(), carried_out.size()); ++i) {
        if (told[i] > 0 && carried_out[i] >= told[i]) {
            return true;
        }
    }
    return false;
}

}  // namespace

void SyncQueue::wait(SessionId session, std::vector<std::uint64_t> told, Time until) {
    if (waiting_.size() >= kMost) {
        waiting_.pop_front();
    }
    waiting_.push_back({session, std::move(told), until});
}

std::vector<SessionId> SyncQueue::release(std::span<const std::uint64_t> carried_out, Time now) {
    std::vector<SessionId> held;
    // A peer is told of all in the same order: who has none of the first has none of the others.
    while (!waiting_.empty()) {
        const Waiting& first = waiting_.front();
        if (is_held(first.told, carried_out)) {
            held.push_back(first.session);
        } else if (now < first.until) {
            break;
        }
        waiting_.pop_front();
    }
    return held;
}

}  // namespace sara::replica
