// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <span>

namespace sara::io {

/// Fills `out` from the kernel's generator (getrandom(2)); waits at boot until that is ready.
void random_bytes(std::span<std::uint8_t> out) noexcept;
/// 64 of its bits.
[[nodiscard]] std::uint64_t random_number() noexcept;

}  // namespace sara::io
