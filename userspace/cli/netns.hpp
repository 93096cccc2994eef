// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace sara::cli {

/// Moves this process into a network namespace made by ip-netns(8), or one given by a path.
[[nodiscard]] Status enter_netns(const std::string& name);

}  // namespace sara::cli
