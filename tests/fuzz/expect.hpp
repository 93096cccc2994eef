// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace sara::fuzz {

/// A fuzzer's assertion: ends the process, so that libFuzzer keeps the input.
inline void expect(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

/// `view` is empty or lies in `all`.
inline void expect_within(std::string_view view, std::string_view all, const char* what) {
    const std::less_equal<const char*> before;
    expect(view.empty() ||
               (before(all.data(), view.data()) && before(view.data() + view.size(), all.data() + all.size())),
           what);
}

}  // namespace sara::fuzz
