// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>

#include "core/base/time.hpp"

namespace sara::io {

/// The only clock of the programs: everything below gets the time as a parameter.
[[nodiscard]] inline Time now() noexcept {
    return Time(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace sara::io
