// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara stats [ show [ agent [ socket PATH ] ] ]\n";

Action show(Arguments& in) {
    if (!in.accept("agent")) {
        return Show{{kern::stats_get()}, true};
    }
    AgentStats stats{kAgentSocket};
    in.options({{"socket", [&] { stats.socket = in.word("the path of the agent's control socket"); }}});
    return stats;
}

constexpr Command kCommands[] = {{"show", show}};

}  // namespace

const ObjectGrammar kStatsGrammar = {"stats", kUsage, kCommands};

}  // namespace sara::cli
