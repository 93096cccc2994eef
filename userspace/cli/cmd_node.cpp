// SPDX-License-Identifier: GPL-2.0
#include "cli/bounds.hpp"
#include "cli/grammar.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage =
    "Usage: sara node add NAME addr ADDR [ SETTINGS ]\n"
    "       sara node set NAME [ addr ADDR ] SETTINGS\n"
    "       sara node del NAME [ force ]\n"
    "       sara node [ show [ NAME ] ]\n"
    "       sara node load [ NAME ] [ socket PATH ]\n"
    "       sara node drain [ NAME ] [ at TIME ] [ socket PATH ]\n"
    "       sara node undrain [ NAME | socket PATH ]\n"
    "SETTINGS := [ dev DEVICE ] [ mac { MAC | resolved } ]\n"
    "            [ state { up | drain | down } ] [ weight NUMBER ]\n"
    "            [ max-sessions NUMBER ]\n"
    "TIME := { +NUMBER{ ms | s | m | h | d } | HH:MM[:SS] | YYYY-MM-DDTHH:MM[:SS][ZONE] }\n";

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

kern::Request set_state(const std::string& name, kern::NodeState state) {
    kern::NodeSpec change;
    change.name = name;
    change.state = state;
    return kern::node_set(change);
}

/// At a dispatcher, of a node that is named: the kernel keeps it, and its agent only hears the time. At a node, of
/// itself: its agent tells the dispatchers.
Action drain(Arguments& in) {
    Drain drain{kAgentSocket, {}, {}};
    if (!in.empty() && in.peek() != "at" && in.peek() != "socket") {
        drain.node = in.name();
    }
    in.options({{"at", [&] { drain.at = in.moment(); }},
                {"socket", [&] { drain.socket = in.word("the path of the agent's control socket"); }}});
    if (!drain.node.empty() && !drain.at) {
        if (in.given("socket")) {
            in.fail("without a time no agent is asked to drain a node that is named: leave out socket, or give at");
        }
        return Execute{set_state(drain.node, kern::NodeState::drain)};
    }
    return drain;
}

Action undrain(Arguments& in) {
    AgentDo undrain{kAgentSocket, "undrain"};
    if (!in.empty() && in.peek() != "socket") {
        return Execute{set_state(in.name(), kern::NodeState::up)};
    }
    in.options({{"socket", [&] { undrain.socket = in.word("the path of the agent's control socket"); }}});
    return undrain;
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

constexpr Command kCommands[] = {{"show", show}, {"load", load},   {"add", add},        {"set", set},
                                 {"del", del},   {"drain", drain}, {"undrain", undrain}};

}  // namespace

const ObjectGrammar kNodeGrammar = {"node", kUsage, kCommands};

}  // namespace sara::cli
