// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "core/base/signalling_key.hpp"
#include "core/base/time.hpp"
#include "core/inspect/facts.hpp"

namespace sara::inspect {

/// Facts of flows whose session is not known yet, the oldest first; at most limits::kMaxWaiting of them, each for
/// limits::kWaitForSession.
class WaitingFacts {
public:
    [[nodiscard]] bool contains(const SignallingKey& signalling) const noexcept;

    /// False when the oldest had to be given up for it.
    bool put(const MessageFacts& facts, Time now);

    /// Takes out those of this signalling: of all of a flow, or of one call on it.
    [[nodiscard]] std::vector<MessageFacts> take(const SignallingKey& signalling);

    /// The first of this signalling that `is_such` holds for, or nullptr; until the next put(), take() or expire().
    [[nodiscard]] const MessageFacts* find(const SignallingKey& signalling,
                                           bool (*is_such)(const MessageFacts&)) const noexcept;

    /// How many were given up.
    std::size_t expire(Time now);
    [[nodiscard]] Time next_deadline() const noexcept;

private:
    struct Waiting {
        MessageFacts facts;
        Time until;
    };
    std::deque<Waiting> waiting_;
};

}  // namespace sara::inspect
