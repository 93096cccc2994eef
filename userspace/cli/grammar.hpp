// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cli/action.hpp"
#include "cli/arguments.hpp"
#include "core/base/result.hpp"

namespace sara::cli {

struct Command {
    std::string_view name;
    Action (*parse)(Arguments& in);
};

/// Why a command is none. A word that is wrong or missing comes with the grammar that has the right ones; a value that
/// is wrong has said already what it may be.
struct WordError {
    WordError(Error why) : error(std::move(why)) {}  // NOLINT(google-explicit-constructor)
    WordError(Error why, std::string usage) : error(std::move(why)), grammar(std::move(usage)) {}

    Error error;
    std::string grammar;  ///< may be empty

    [[nodiscard]] std::string text() const { return error.text(); }
};

/// One object of the command line. Its first command is what a command line without one means.
struct ObjectGrammar {
    std::string_view name;
    std::string_view usage;  ///< BNF; the man page repeats it
    std::span<const Command> commands;
    bool bare = false;  ///< the only command goes without its name
};

// One per cmd_*.cpp.
extern const ObjectGrammar kDevGrammar;
extern const ObjectGrammar kServiceGrammar;
extern const ObjectGrammar kNodeGrammar;
extern const ObjectGrammar kSessionGrammar;
extern const ObjectGrammar kFlowGrammar;
extern const ObjectGrammar kAnnounceGrammar;
extern const ObjectGrammar kAdmissionGrammar;
extern const ObjectGrammar kPolicyGrammar;
extern const ObjectGrammar kConfigGrammar;
extern const ObjectGrammar kStatsGrammar;
extern const ObjectGrammar kMonitorGrammar;
extern const ObjectGrammar kExplainGrammar;
extern const ObjectGrammar kInspectGrammar;
extern const ObjectGrammar kHaGrammar;
extern const ObjectGrammar kDoctorGrammar;
extern const ObjectGrammar kTopGrammar;

[[nodiscard]] std::span<const ObjectGrammar* const> objects() noexcept;

/// The usage of the program itself.
[[nodiscard]] std::string usage();

/// OBJECT COMMAND ARGUMENTS: names of objects and commands may be cut while one candidate remains.
[[nodiscard]] Result<Action, WordError> parse_command(std::span<const std::string> words);

}  // namespace sara::cli
