// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"
#include "cli/selection.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage =
    "Usage: sara explain { TUPLE [ call-id CALL-ID ] | [ call-id ] CALL-ID | id ID } [ socket PATH ]\n"
    "TUPLE := proto { tcp | udp } src ADDR sport PORT dst ADDR dport PORT\n";

/// A word that begins none of the options is a Call-ID.
bool is_call_id(Arguments& in) {
    const std::string_view word = in.peek();
    for (const char* const option : {"proto", "src", "sport", "dst", "dport", "call-id", "id", "socket"}) {
        if (word == option) {
            return false;
        }
    }
    return !in.empty();
}

Action explain(Arguments& in) {
    Explain explain{kAgentSocket, {}, {}, {}};
    AnnouncementKey key;
    if (in.empty()) {
        static_cast<void>(in.word("the tuple of a flow, a Call-ID, or the id of a session"));
        return explain;
    }
    if (is_call_id(in)) {
        explain.call_id = in.text(1, SARA_CALL_ID_MAX);
    }
    const bool bare = explain.call_id.has_value();
    std::vector<Arguments::Option> options = tuple_options(in, key);
    options.push_back({"id", [&] { explain.session = in.session(); }});
    options.push_back({"call-id", [&] { explain.call_id = in.text(1, SARA_CALL_ID_MAX); }});
    options.push_back({"socket", [&] { explain.socket = in.word("the path of the agent's control socket"); }});
    in.options(options);
    if (tuple_given(in)) {
        require_tuple(in, key);
        in.require({"src", "sport", "dport"});
        if (!in.error()) {
            explain.flow = FlowKey{{*key.src, key.sport}, {key.vip, key.dport}, key.transport};
        }
    }
    const bool twice = bare && (in.given("call-id") || explain.flow);
    if (twice || (explain.session && (explain.flow || explain.call_id))) {
        in.fail("give the tuple of a flow, or a Call-ID, or the id of a session");
    }
    if (!explain.session && !explain.flow && !explain.call_id) {
        in.fail("which session? Give the tuple of a flow, a Call-ID, or the id of a session");
    }
    return explain;
}

constexpr Command kCommands[] = {{"explain", explain}};

}  // namespace

const ObjectGrammar kExplainGrammar = {"explain", kUsage, kCommands, true};

}  // namespace sara::cli
