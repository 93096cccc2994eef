// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <variant>

#include "core/base/session.hpp"

namespace sara {

/// Several lambdas as one visitor.
template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// The session that one of several things is about; unknown: it is of none.
template <typename... Things>
[[nodiscard]] SessionId session_of(const std::variant<Things...>& thing) {
    return std::visit(
        [](const auto& each) {
            if constexpr (requires { each.session; }) {
                return each.session;
            } else {
                return SessionId::unknown;
            }
        },
        thing);
}

}  // namespace sara
