// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

namespace sara {

/// Of the programs, "0.1.0"; the module tells its own.
[[nodiscard]] std::string program_version();

}  // namespace sara
