// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cerrno>
#include <string>

#include "core/base/result.hpp"

namespace sara::kern {

/// What the kernel said no with: the errno for programs, the sentence (its extended acknowledgement, where it gave one)
/// for people. The sentence starts with a small letter, has no full stop and no "sara: " before it.
struct Error {
    int code = 0;  ///< positive errno; EPROTO: the kernel's message could not be understood
    std::string what;

    [[nodiscard]] const std::string& text() const noexcept { return what; }
    [[nodiscard]] operator sara::Error() const { return {what, {}}; }  // NOLINT(google-explicit-constructor)
};

template <typename T>
using Result = sara::Result<T, Error>;
using Status = Result<Done>;

/// For errors without a sentence of their own: what the number means, and what to do where there is something.
[[nodiscard]] Error error_of(int code);

}  // namespace sara::kern
