// SPDX-License-Identifier: GPL-2.0
#include "cli/grammar.hpp"
#include "cli/selection.hpp"

namespace sara::cli {

namespace {

constexpr std::string_view kUsage =
    "Usage: sara session [ show [ id ID | [ service SERVICE ] [ node NODE ] [ call-id CALL-ID ] ] ]\n"
    "       sara session set id ID [ label TEXT ] [ lifetime TIME ] [ linger TIME ] [ own | standby ]\n"
    "       sara session del id ID [ standby ]\n"
    "       sara session flush [ service SERVICE ] [ node NODE ]\n"
    "       sara session save [ FILE | - ]\n"
    "       sara session restore FILE\n"
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
                {"linger", [&] { change.linger = in.time(); }},
                {"own", [&] { change.own = true; }},
                {"standby", [&] { change.standby = true; }}});
    in.require({"id"});
    if (!change.label && !change.lifetime && !change.linger && !change.own && !change.standby) {
        in.fail("nothing to change: expected one of label, lifetime, linger, own, standby");
    }
    return Execute{kern::session_set(change)};
}

Action del(Arguments& in) {
    SessionId id{};
    bool standby = false;
    in.options({{"id", [&] { id = in.session(); }}, {"standby", [&] { standby = true; }}});
    in.require({"id"});
    return Execute{standby ? kern::session_del_standby(id) : kern::session_del(id)};
}

Action flush(Arguments& in) {
    kern::Selection selection;
    in.options({{"service", [&] { selection.service = in.name(); }}, {"node", [&] { selection.node = in.name(); }}});
    return Execute{kern::session_flush(selection)};
}

Action save(Arguments& in) {
    return SaveSessions{in.empty() ? "-" : std::string(in.word("a file"))};
}

Action restore(Arguments& in) {
    return RestoreSessions{std::string(in.word("a file that sara session save wrote"))};
}

constexpr Command kCommands[] = {{"show", show},   {"set", set},   {"del", del},
                                 {"flush", flush}, {"save", save}, {"restore", restore}};

}  // namespace

const ObjectGrammar kSessionGrammar = {"session", kUsage, kCommands};

}  // namespace sara::cli
