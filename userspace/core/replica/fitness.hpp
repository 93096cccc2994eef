// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"

namespace sara::replica {

/// How far the copy of a peer's sessions is.
enum class CopyState : std::uint8_t { none, receiving, complete };

[[nodiscard]] std::string_view to_string(CopyState state) noexcept;

struct PeerFitness {
    std::string name;  ///< for people
    bool reachable = false;
    CopyState copy = CopyState::none;
};

/// May this dispatcher take the virtual addresses? For who decides about them (VRRP, BGP).
struct Fitness {
    bool fit = false;
    std::string why;  ///< a sentence without a full stop
    /// It stays unfit until somebody mends that: who decides need not ask again to be sure.
    bool yields = false;

    friend bool operator==(const Fitness&, const Fitness&) = default;
};

/// Fit is who has all sessions of all peers that can be reached. Without any such peer: who waited for `grace` since
/// its start, so that a whole cluster can begin; a peer that answered and went again is not waited for.
[[nodiscard]] Fitness judge(const std::vector<PeerFitness>& peers, bool heard_any, Duration since_start,
                            Duration grace);

}  // namespace sara::replica
