// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/print.hpp"
#include "kern/model.hpp"

namespace sara::cli {

/// What is known about the placing of one session: by the kernel, and by the agent that made the policy.
struct Explanation {  // NOLINT(bugprone-exception-escape): JSON moves without one
    std::optional<kern::SessionInfo> session;
    std::optional<kern::FlowInfo> flow;    ///< which was asked for
    std::optional<kern::Refusal> refusal;  ///< instead of a session
    /// The agent's answer to {"get": "decision"}, as it was sent; null: there is none.
    nlohmann::ordered_json decision;
    std::string note;  ///< why there is none

    /// Of the policy that held; nothing: none did.
    [[nodiscard]] std::optional<std::uint32_t> epoch() const;
    /// Sessions that this policy had placed.
    [[nodiscard]] std::uint32_t placed() const;
};

/// What an agent decided is of an earlier one, if it is younger than what it decided: then it becomes a note.
void check_age(Explanation& explanation);

/// Prints where the session went, by what, how it was then, and why.
void show_explanation(Printer& out, const Explanation& explanation);

}  // namespace sara::cli
