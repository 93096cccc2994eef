// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sara::agent {

/// A node is going to fail.
struct DrainRequest {
    std::optional<std::string> node;  ///< its name, at a dispatcher; nothing: the agent's own
    std::chrono::milliseconds in{};   ///< from now, 0 to kLongestPlan

    friend bool operator==(const DrainRequest&, const DrainRequest&) = default;
};

/// What was decided by one policy?
struct DecisionRequest {
    std::uint64_t epoch = 0;   ///< its number
    std::uint32_t placed = 0;  ///< after so many sessions that it had placed

    friend bool operator==(const DecisionRequest&, const DecisionRequest&) = default;
};

/// What the control socket can be asked for, and can ask to be done.
struct ControlAnswers {
    std::function<nlohmann::ordered_json()> stats;
    std::function<Result<nlohmann::ordered_json>(const DecisionRequest&)> decision;
    std::function<Status(const DrainRequest&)> drain;
    std::function<Status()> undrain;
    std::function<Status()> hand_over;
    std::function<Status()> resume;
    std::function<Status()> watch;  ///< may somebody? What is to be seen is published by the control socket.
};

/// What a line of the control socket is answered.
struct ControlAnswer {
    std::string line;    ///< of JSON, without its end
    bool watch = false;  ///< and what happens from now on, as it happens
};

/// The answer, one line of JSON without its end, to one line of the control socket:
///
///     {"get": "stats"}                                   all counters
///     {"get": "decision", "epoch": N, "placed": K}       what a dispatcher knew and decided by its policy N, and where
///                                                        the first K sessions went that it placed; K is 0 without it
///     {"do": "drain", "in": MILLISECONDS}                this node will fail; without "in" as far off as can be said
///     {"do": "drain", "node": NAME, "in": MILLISECONDS}  that node will, says the operator of a dispatcher
///     {"do": "undrain"}                                  this node will not fail after all
///     {"do": "handover"}                                 this dispatcher is to be unfit: another one has its sessions
///     {"do": "resume"}                                   it may be fit again
///     {"watch": "cluster"}                               a dispatcher's changes of nodes and of admission, as they
///                                                        happen: an object with "event" each, in a line of its own
///
/// What was done is answered with {"done": WORD}, who watches with {"watching": "cluster"}; all else gets an object
/// with a sentence at "error".
[[nodiscard]] ControlAnswer answer_control(std::string_view line, const ControlAnswers& answers);

}  // namespace sara::agent
