// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/waiting_facts.hpp"

#include <algorithm>
#include <utility>

#include "core/inspect/limits.hpp"

namespace sara::inspect {

namespace {

bool is_of(const MessageFacts& facts, const SignallingKey& signalling) noexcept {
    return facts.flow == signalling.flow && (signalling.call_id.empty() || facts.dialog == signalling.call_id);
}

}  // namespace

bool WaitingFacts::contains(const SignallingKey& signalling) const noexcept {
    return std::any_of(waiting_.begin(), waiting_.end(),
                       [&](const Waiting& each) { return is_of(each.facts, signalling); });
}

bool WaitingFacts::put(const MessageFacts& facts, Time now) {
    const bool full = waiting_.size() >= limits::kMaxWaiting;
    if (full) {
        waiting_.pop_front();
    }
    waiting_.push_back({facts, now + limits::kWaitForSession});
    return !full;
}

std::vector<MessageFacts> WaitingFacts::take(const SignallingKey& signalling) {
    std::vector<MessageFacts> taken;
    std::deque<Waiting> others;
    for (Waiting& each : waiting_) {
        if (is_of(each.facts, signalling)) {
            taken.push_back(std::move(each.facts));
        } else {
            others.push_back(std::move(each));
        }
    }
    waiting_ = std::move(others);
    return taken;
}

const MessageFacts* WaitingFacts::find(const SignallingKey& signalling,
                                       bool (*is_such)(const MessageFacts&)) const noexcept {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& each) {
        return is_of(each.facts, signalling) && is_such(each.facts);
    });
    return found == waiting_.end() ? nullptr : &found->facts;
}

std::size_t WaitingFacts::expire(Time now) {
    std::size_t given_up = 0;
    while (!waiting_.empty() && waiting_.front().until <= now) {
        waiting_.pop_front();
        ++given_up;
    }
    return given_up;
}

Time WaitingFacts::next_deadline() const noexcept {
    return waiting_.empty() ? kNever : waiting_.front().until;
}

}  // namespace sara::inspect
