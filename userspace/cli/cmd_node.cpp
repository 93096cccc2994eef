// SPDX-License-Identifier: GPL-2.0
#include "cli/bounds.hpp"
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage = "Usage: sara node add NAME addr ADDR [ SETTINGS ]\n"
                                    "       sara node set NAME [ addr ADDR ] SETTINGS\n"
                                    "       sara node del NAME [ force ]\n"
                                    "       sara node [ show [ NAME ] ]\n"
                                    "       sara node load [ NAME ] [ socket PATH ]\n"
                                    "SETTINGS := [ dev DEVICE ] [ mac { MAC | resolved } ]\n"
                                    "            [ state { up | drain | down } ] [ weight NUMBER ]\n"
                                    "            [ max-sessions NUMBER ]\n";

Action show(Arguments& in) {
    if (in.empty()) {
        return Show{{kern::node_dump()}};
    }
    return Show{{kern::node_get(in.name())}};
}

Action load(Arguments& in) {
    NodeLoad load{kAgentSocket, {}};
    if (!in.empty() && in.peek() != "socket") {
        load.node = in.name();
    }
    in.options({{"socket", [&] { load.socket = in.word("the path of the agent's control socket"); }}});
    return load;
}

kern::NodeSpec settings(Arguments& in) {
    kern::NodeSpec spec;
    spec.name = in.name();
    in.options({{"addr", [&] { spec.address = in.address(); }},
                {"dev", [&] { spec.dev = in.device(); }},
                {"mac",
                 [&] {
                     spec.mac_resolved = in.accept("resolved");
                     if (!spec.mac_resolved) {
                         spec.mac = in.mac();
                     }
                 }},
                {"state", [&] { spec.state = in.choice<kern::NodeState>(); }},
                {"weight", [&] { spec.weight = in.number32(0, bounds::kMaxWeight); }},
                {"max-sessions", [&] { spec.max_sessions = in.number32(); }}});
    return spec;
}

Action add(Arguments& in) {
    kern::NodeSpec spec = settings(in);
    in.require({"addr"});
    // A new node's MAC is resolved unless it is given.
    spec.mac_resolved = false;
    return Execute{kern::node_new(spec)};
}

Action set(Arguments& in) {
    const kern::NodeSpec change = settings(in);
    in.require_any();
    return Execute{kern::node_set(change)};
}

Action del(Arguments& in) {
    const std::string name = in.name();
    return Execute{kern::node_del(name, in.accept("force"))};
}

constexpr Command kCommands[] = {{"show", show}, {"load", load}, {"add", add}, {"set", set}, {"del", del}};

}  // namespace

const ObjectGrammar kNodeGrammar = {"node", kUsage, kCommands};

}  // namespace sara::cli
