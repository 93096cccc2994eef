// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"

namespace sara {

inline constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325U;

/// 64-bit FNV-1a; `state` chains several pieces into one hash.
[[nodiscard]] constexpr std::uint64_t fnv1a(Bytes bytes, std::uint64_t state = kFnvOffset) noexcept {
    for (const std::uint8_t byte : bytes) {
        state = (state ^ byte) * 0x100000001b3U;
    }
    return state;
}

}  // namespace sara
