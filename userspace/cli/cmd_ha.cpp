// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara ha [ show | check | handover | resume ] [ socket PATH ]\n";

std::string socket(Arguments& in) {
    std::string path = kAgentSocket;
    in.options({{"socket", [&] { path = in.word("the path of the agent's control socket"); }}});
    return path;
}

Action show(Arguments& in) {
    return HighAvailability{socket(in), false};
}

Action check(Arguments& in) {
    return HighAvailability{socket(in), true};
}

Action handover(Arguments& in) {
    return AgentDo{socket(in), "handover"};
}

Action resume(Arguments& in) {
    return AgentDo{socket(in), "resume"};
}

constexpr Command kCommands[] = {{"show", show}, {"check", check}, {"handover", handover}, {"resume", resume}};

}  // namespace

const ObjectGrammar kHaGrammar = {"ha", kUsage, kCommands};

}  // namespace sara::cli
