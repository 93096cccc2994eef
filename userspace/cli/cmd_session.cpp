// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"
#include "cli/selection.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage =
    "Usage: sara session [ show [ id ID | [ service SERVICE ] [ node NODE ] [ call-id CALL-ID ] ] ]\n"
    "       sara session set id ID [ label TEXT ] [ lifetime TIME ] [ linger TIME ]\n"
    "       sara session del id ID\n"
    "       sara session flush [ service SERVICE ] [ node NODE ]\n"
    "TIME := NUMBER{ ms | s | m | h | d }\n";

Action show(Arguments& in) {
    kern::Selection selection;
    in.options(selection_options(in, selection, "id"));
    if (!selection.session) {
        return Show{{kern::session_dump(selection)}};
    }
    if (selection.service || selection.node || selection.call_id) {
        in.fail("id names one session: leave out service, node and call-id");
    }
    return Show{{kern::session_get(*selection.session)}};
}

Action set(Arguments& in) {
    kern::SessionChange change;
    in.options({{"id", [&] { change.id = in.session(); }},
                {"label", [&] { change.label = in.text(0, SARA_LABEL_MAX); }},
                {"lifetime", [&] { change.lifetime = in.time(); }},
                {"linger", [&] { change.linger = in.time(); }}});
    in.require({"id"});
    if (!change.label && !change.lifetime && !change.linger) {
        in.fail("nothing to change: expected one of label, lifetime, linger");
    }
    return Execute{kern::session_set(change)};
}

Action del(Arguments& in) {
    SessionId id{};
    in.options({{"id", [&] { id = in.session(); }}});
    in.require({"id"});
    return Execute{kern::session_del(id)};
}

Action flush(Arguments& in) {
    kern::Selection selection;
    in.options({{"service", [&] { selection.service = in.name(); }}, {"node", [&] { selection.node = in.name(); }}});
    return Execute{kern::session_flush(selection)};
}

constexpr Command kCommands[] = {{"show", show}, {"set", set}, {"del", del}, {"flush", flush}};

}  // namespace

const ObjectGrammar kSessionGrammar = {"session", kUsage, kCommands};

}  // namespace sara::cli
