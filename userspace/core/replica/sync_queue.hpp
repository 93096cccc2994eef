// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/base/session.hpp"
#include "core/base/time.hpp"

namespace sara::replica {

/// Sessions whose first packets wait in the kernel until a peer has carried out what it was told of them (mode `sync`).
/// Peers are named by their place; of each, objects are counted as Publisher::told() does.
class SyncQueue {
public:
    /// As many as the kernel lets wait; of more the oldest are forgotten, and end by the kernel's own time.
    static constexpr std::size_t kMost = 65536;

    /// `told`: how many objects each peer was told so far, the session's among them; 0: it was not told. After `until`
    /// the kernel does not wait any more either.
    void wait(SessionId session, std::vector<std::uint64_t> told, Time until);
    /// Those that any peer has: `carried_out` of each is how many objects it has carried out.
    [[nodiscard]] std::vector<SessionId> release(std::span<const std::uint64_t> carried_out, Time now);
    void clear() noexcept { waiting_.clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

private:
    struct Waiting {
        SessionId session = SessionId::unknown;
        std::vector<std::uint64_t> told;
        Time until;
    };

    std::deque<Waiting> waiting_;  ///< in the order in which they were told
};

}  // namespace sara::replica
