// SPDX-License-Identifier: GPL-2.0
#include "core/role/reply_hold.hpp"

#include <iterator>

namespace sara::role {

void ReplyHold::sent(const FlowKey& flow, const std::vector<Ticket>& tickets, Time now) {
    for (const Ticket& ticket : tickets) {
        if (messages_.emplace(ticket, Message{flow, {}}).second) {
            flows_[flow].push_back(ticket);
            deadlines_.emplace_back(now + bound_, ticket);
        }
    }
}

bool ReplyHold::wait(const FlowKey& flow, HoldId id) {
    const auto open = flows_.find(flow);
    if (open == flows_.end()) {
        ++counters_.at_once;
        return false;
    }
    for (const Ticket& ticket : open->second) {
        messages_.at(ticket).waiting.push_back(id);
    }
    replies_[id] += open->second.size();
    return true;
}

std::vector<HoldId> ReplyHold::acknowledged(const Ticket& ticket) {
    std::vector<HoldId> released = settle(ticket);
    counters_.confirmed += released.size();
    return released;
}

void ReplyHold::expire(Time now) {
    while (next_deadline() <= now) {
        const Ticket ticket = deadlines_.front().second;
        deadlines_.pop_front();
        counters_.given_up += settle(ticket).size();
    }
}

Time ReplyHold::next_deadline() const noexcept {
    return deadlines_.empty() ? kNever : deadlines_.front().first;
}

std::vector<HoldId> ReplyHold::settle(const Ticket& ticket) {
    std::vector<HoldId> released;
    const auto found = messages_.find(ticket);
    if (found == messages_.end()) {
        return released;
    }
    const Message message = std::move(found->second);
    messages_.erase(found);
    const auto flow = flows_.find(message.flow);
    std::erase(flow->second, ticket);
    if (flow->second.empty()) {
        flows_.erase(flow);
    }
    for (const HoldId id : message.waiting) {
        const auto reply = replies_.find(id);
        if (--reply->second == 0) {
            replies_.erase(reply);
            released.push_back(id);
        }
    }
    while (!deadlines_.empty() && !messages_.contains(deadlines_.front().second)) {
        deadlines_.pop_front();
    }
    return released;
}

}  // namespace sara::role
