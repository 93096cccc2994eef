// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace sara {

/// Why an operation failed, as a sentence for people. `where` names the place in the input when there is one
/// (a JSON path, a byte offset, a file), else it is empty.
struct Error {
    std::string what;
    std::string where;

    [[nodiscard]] std::string text() const { return where.empty() ? what : where + ": " + what; }
};

/// A value or the reason why there is none (gcc 12 has no std::expected). Errors never travel as exceptions in
/// core, kern and io. A layer whose callers must tell causes apart gives its own error type.
template <typename T, typename E = Error>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
    Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    /// Precondition: ok().
    [[nodiscard]] T& value() & noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] const T& value() const& noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] T&& value() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    [[nodiscard]] T& operator*() & noexcept { return value(); }
    [[nodiscard]] const T& operator*() const& noexcept { return value(); }
    [[nodiscard]] T* operator->() noexcept { return &value(); }
    [[nodiscard]] const T* operator->() const noexcept { return &value(); }

    /// Precondition: !ok().
    [[nodiscard]] const E& error() const noexcept { return *std::get_if<1>(&state_); }

private:
    std::variant<T, E> state_;
};

/// The result of an operation that has nothing to return.
struct Done {};
using Status = Result<Done>;

}  // namespace sara
