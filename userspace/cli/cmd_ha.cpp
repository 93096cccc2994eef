// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara ha [ show | check ] [ socket PATH ]\n";

HighAvailability read(Arguments& in, bool check) {
    HighAvailability ha{kAgentSocket, check};
    in.options({{"socket", [&] { ha.socket = in.word("the path of the agent's control socket"); }}});
    return ha;
}

Action show(Arguments& in) {
    return read(in, false);
}

Action check(Arguments& in) {
    return read(in, true);
}

constexpr Command kCommands[] = {{"show", show}, {"check", check}};

}  // namespace

const ObjectGrammar kHaGrammar = {"ha", kUsage, kCommands};

}  // namespace sara::cli
