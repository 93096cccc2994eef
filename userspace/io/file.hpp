// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sara::io {

/// The file has all of it, or is as before. Only its owner can read it.
[[nodiscard]] Status replace_file(const std::string& path, std::string_view text);

}  // namespace sara::io
