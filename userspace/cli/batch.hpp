// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace sara::cli {

/// A line of a batch file to words: separated by blanks, in '...' or "..." where they have blanks, up to a '#'.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view line);

}  // namespace sara::cli
