// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sara::agent {

/// What the control socket can be asked for.
struct ControlAnswers {
    std::function<nlohmann::ordered_json()> stats;
};

/// The answer, one line of JSON without its end, to one line of the control socket: {"get": "stats"}. All else gets an
/// object with a sentence at "error".
[[nodiscard]] std::string answer_control(std::string_view line, const ControlAnswers& answers);

}  // namespace sara::agent
