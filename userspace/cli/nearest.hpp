// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sara::cli {

/// The name that `word` was probably meant to be, the first of several; empty: none is near. Near is what a slip of the
/// fingers makes: letters more, less, others or changed about (a third of them at most), or the whole word for a short
/// name ("address" for "addr").
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

/// The same as the end of a sentence, ` (did you mean "NAME"?)`, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> names);

}  // namespace sara::cli
