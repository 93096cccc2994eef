// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"
#include "cli/selection.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage =
    "Usage: sara flow [ show [ session ID ] [ service SERVICE ] [ node NODE ] [ call-id CALL-ID ] ]\n"
    "       sara flow show proto { tcp | udp } src ADDR sport PORT dst ADDR dport PORT\n";

/// What is expected is shown with what was seen: both are flows of a session.
Action show(Arguments& in) {
    kern::Selection selection;
    AnnouncementKey key;
    std::vector<Arguments::Option> options = selection_options(in, selection);
    for (Arguments::Option& option : tuple_options(in, key)) {
        options.push_back(std::move(option));
    }
    in.options(options);
    if (!tuple_given(in)) {
        return Show{{kern::flow_dump(selection), kern::announce_dump(selection)}};
    }
    require_tuple(in, key);
    in.require({"src", "sport", "dport"});
    if (!selection.empty()) {
        in.fail("proto, src, sport, dst and dport name one flow: leave out session, service, node and call-id");
    }
    if (in.error()) {
        return {};
    }
    return Show{{kern::flow_get(FlowKey{{*key.src, key.sport}, {key.vip, key.dport}, key.transport})}};
}

constexpr Command kCommands[] = {{"show", show}};

}  // namespace

const ObjectGrammar kFlowGrammar = {"flow", kUsage, kCommands};

}  // namespace sara::cli
