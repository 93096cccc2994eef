// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara monitor [ OBJECT... ] [ --count NUMBER ]\n"
                                    "       sara monitor cluster [ socket PATH ] [ --count NUMBER ]\n"
                                    "OBJECT := { dev | service | node | session | flow | announce }\n";

constexpr std::array<std::string_view, 6> kObjects = {"dev", "service", "node", "session", "flow", "announce"};

Action cluster(Arguments& in) {
    MonitorCluster monitor{kAgentSocket, 0};
    const auto count = [&] { monitor.count = in.number(1, UINT64_MAX); };
    in.options({{"socket", [&] { monitor.socket = in.word("the path of the agent's control socket"); }},
                {"--count", count},
                {"count", count}});
    return monitor;
}

Action monitor(Arguments& in) {
    if (in.accept("cluster")) {
        return cluster(in);
    }
    Monitor monitor;
    while (!in.empty()) {
        if (in.accept("--count") || in.accept("count")) {
            monitor.count = in.number(1, UINT64_MAX);
            continue;
        }
        const std::string_view word = in.word("an object");
        if (std::find(kObjects.begin(), kObjects.end(), word) == kObjects.end()) {
            std::vector<std::string_view> names(kObjects.begin(), kObjects.end());
            names.insert(names.end(), {"--count", "cluster"});
            in.fail_word("dev, service, node, session, flow, announce or --count, or cluster alone", word, names);
        }
        monitor.objects.emplace_back(word);
    }
    return monitor;
}

constexpr Command kCommands[] = {{"monitor", monitor}};

}  // namespace

const ObjectGrammar kMonitorGrammar = {"monitor", kUsage, kCommands, true};

}  // namespace sara::cli
