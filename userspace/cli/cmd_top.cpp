// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara top [ interval TIME ] [ socket PATH ] [ { -n | --count } NUMBER ]\n"
                                    "TIME := NUMBER{ ms | s | m | h | d }\n";

constexpr std::chrono::milliseconds kShortest{100};
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);

Action top(Arguments& in) {
    ShowTop top{kAgentSocket, std::chrono::seconds(1), 0};
    const auto count = [&] { top.count = in.number(1, UINT64_MAX); };
    in.options({{"interval", [&] { top.interval = in.time(kShortest, kLongest); }},
                {"socket", [&] { top.socket = in.word("the path of the agent's control socket"); }},
                {"-n", count},
                {"--count", count},
                {"count", count}});
    return top;
}

constexpr Command kCommands[] = {{"top", top}};

}  // namespace

const ObjectGrammar kTopGrammar = {"top", kUsage, kCommands, true};

}  // namespace sara::cli
