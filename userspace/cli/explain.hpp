// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/print.hpp"
#include "core/base/result.hpp"
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

/// What the agent made the policy of: an answer to {"get": "decision"} for this epoch, after so many sessions placed.
using AskDecision = std::function<Result<nlohmann::ordered_json>(std::uint32_t epoch, std::uint32_t placed)>;

/// Adds what the agent decided, or a note why that is not known. If it is younger than what it decided, it is another
/// agent's: that is a note, too.
void add_decision(Explanation& explanation, const AskDecision& ask);

/// Prints where the session went, by what, how it was then, and why.
void show_explanation(Printer& out, const Explanation& explanation);

}  // namespace sara::cli
