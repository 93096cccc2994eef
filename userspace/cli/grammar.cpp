// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "cli/nearest.hpp"

namespace sara::cli {

namespace {

/// The names that begin with `word`; only the exact one where there is one.
std::vector<std::string_view> candidates(std::string_view word, std::span<const std::string_view> names) {
    std::vector<std::string_view> found;
    for (const std::string_view name : names) {
        if (name == word) {
            return {name};
        }
        if (name.starts_with(word) && !word.empty()) {
            found.push_back(name);
        }
    }
    return found;
}

std::string joined(std::span<const std::string_view> names) {
    std::string list;
    for (const std::string_view name : names) {
        list += (list.empty() ? "" : ", ") + std::string(name);
    }
    return list;
}

/// The name that `word` means among `names`.
Result<std::string_view> choose(std::string_view kind, std::string_view word, std::span<const std::string_view> names) {
    const std::vector<std::string_view> found = candidates(word, names);
    if (found.size() == 1) {
        return found.front();
    }
    if (found.empty()) {
        return Error{std::string(kind) + " \"" + std::string(word) + "\" is unknown: expected one of " + joined(names) +
                         did_you_mean(word, names),
                     {}};
    }
    return Error{std::string(kind) + " \"" + std::string(word) + "\" is ambiguous: " + joined(found), {}};
}

bool asks_for_help(std::string_view word) {
    return word == "help" || word == "-h" || word == "-help" || word == "--help";
}

Result<Action, WordError> finish(const ObjectGrammar& object, const Command& command, Arguments& in) {
    Action action = command.parse(in);
    in.end();
    if (in.error()) {
        return in.lost() ? WordError(*in.error(), std::string(object.usage)) : WordError(*in.error());
    }
    return action;
}

}  // namespace

std::span<const ObjectGrammar* const> objects() noexcept {
    static constexpr std::array kObjects = {
        &kDevGrammar,       &kServiceGrammar, &kNodeGrammar,   &kSessionGrammar, &kFlowGrammar,    &kAnnounceGrammar,
        &kAdmissionGrammar, &kPolicyGrammar,  &kConfigGrammar, &kStatsGrammar,   &kMonitorGrammar, &kExplainGrammar,
        &kInspectGrammar,   &kHaGrammar,      &kDoctorGrammar, &kTopGrammar,
    };
    return kObjects;
}

std::string usage() {
    return "Usage: sara [ OPTIONS ] OBJECT { COMMAND | help }\n"
           "       sara [ OPTIONS ] { -b | -batch } FILE\n"
           "OBJECT := { dev | service | node | session | flow | announce | admission |\n"
           "            policy | config | stats | monitor | explain | inspect | ha |\n"
           "            doctor | top }\n"
           "OPTIONS := { -j | -json | -p | -pretty | -s | -stats | -d | -details |\n"
           "             -c[olor][={always|auto|never}] | -n | -netns NETNS | -force |\n"
           "             -V | -Version }\n";
}

Result<Action, WordError> parse_command(std::span<const std::string> words) {
    if (words.empty() || asks_for_help(words.front())) {
        return Action(Help{usage()});
    }
    std::vector<std::string_view> names;
    for (const ObjectGrammar* object : objects()) {
        names.push_back(object->name);
    }
    const Result<std::string_view> name = choose("object", words.front(), names);
    if (!name) {
        return WordError(name.error(), usage());
    }
    const ObjectGrammar& object = **std::find_if(objects().begin(), objects().end(),
                                                 [&](const ObjectGrammar* known) { return known->name == *name; });
    words = words.subspan(1);
    if (!words.empty() && asks_for_help(words.front())) {
        return Action(Help{std::string(object.usage)});
    }
    if (object.bare || words.empty()) {
        Arguments in(words);
        return finish(object, object.commands.front(), in);
    }
    names = {};
    for (const Command& command : object.commands) {
        names.push_back(command.name);
    }
    // Other programs' words for the same.
    const std::string_view said = words.front() == "list" || words.front() == "ls" ? "show"
                                  : words.front() == "delete"                      ? "del"
                                                                                   : std::string_view(words.front());
    const Result<std::string_view> chosen = choose("command", said, names);
    if (!chosen) {
        return WordError(chosen.error(), std::string(object.usage));
    }
    Arguments in(words.subspan(1));
    return finish(object,
                  *std::find_if(object.commands.begin(), object.commands.end(),
                                [&](const Command& known) { return known.name == *chosen; }),
                  in);
}

}  // namespace sara::cli
