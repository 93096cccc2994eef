// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sara::io {

/// What another program prints on its standard output. It is found along PATH and in the folders of system programs, is
/// given no input, and is ended when `patience` or 8 MB are over. Nothing: it is not there, was ended, or says by its
/// exit status that it failed.
[[nodiscard]] std::optional<std::string> output_of(const std::vector<std::string>& words,
                                                   std::chrono::milliseconds patience);

}  // namespace sara::io
