// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/base/time.hpp"

namespace sara::role {

/// A message on its way to one dispatcher.
struct Ticket {
    std::size_t link = 0;      ///< which dispatcher
    std::uint64_t number = 0;  ///< of the message on its link

    friend auto operator<=>(const Ticket&, const Ticket&) = default;
};

struct ReplyHoldCounters {
    std::uint64_t at_once = 0;    ///< had nothing to wait for
    std::uint64_t confirmed = 0;  ///< let go when every dispatcher had what they announce
    std::uint64_t given_up = 0;   ///< a dispatcher did not answer in time

    friend bool operator==(const ReplyHoldCounters&, const ReplyHoldCounters&) = default;
};

/// `announce hold`: which of the replies that wait in the gateway's kernel wait for which messages.
///
/// A reply waits for all that its flow has announced and that is not acknowledged yet, since a message may be spread
/// over several packets, and a packet that is told in pieces holds several messages. So the last packet of a message
/// waits, the others do not: the client cannot act on a part. The kernel keeps the packets of a flow in order.
///
/// Bounded by time: a message that is not acknowledged after `bound` is not waited for any more, as in the kernel,
/// which lets the reply go by itself.
class ReplyHold {
public:
    explicit ReplyHold(Duration bound) : bound_(bound) {}

    /// `flow` announces something by these messages.
    void sent(const FlowKey& flow, const std::vector<Ticket>& tickets, Time now);

    /// A packet of `flow` waits. False: for nothing, it is to be let go at once.
    [[nodiscard]] bool wait(const FlowKey& flow, HoldId id);

    /// The dispatcher has it: which replies need not wait any longer.
    [[nodiscard]] std::vector<HoldId> acknowledged(const Ticket& ticket);

    /// To be called at or after next_deadline().
    void expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

    [[nodiscard]] const ReplyHoldCounters& counters() const noexcept { return counters_; }

private:
    struct Message {
        FlowKey flow;
        std::vector<HoldId> waiting;
    };

    [[nodiscard]] std::vector<HoldId> settle(const Ticket& ticket);

    Duration bound_;
    std::map<Ticket, Message> messages_;  ///< not acknowledged
    std::unordered_map<FlowKey, std::vector<Ticket>, FlowKeyHash> flows_;
    std::unordered_map<HoldId, std::size_t> replies_;  ///< how many messages each waits for
    std::deque<std::pair<Time, Ticket>> deadlines_;    ///< of messages_, and of some that are acknowledged
    ReplyHoldCounters counters_;
};

}  // namespace sara::role
