// SPDX-License-Identifier: GPL-2.0
#include "cli/ha.hpp"

#include "cli/agent_json.hpp"

namespace sara::cli {

namespace {

using agent_json::count;
using agent_json::flag;
using agent_json::Json;
using agent_json::member;
using agent_json::text;

void put(Printer& out, const Json& peer) {
    out.begin_object();
    out.bare("peer", text(peer, "address"));
    out.field("state", flag(peer, "up") ? "up" : "down");
    out.field("snapshot", text(peer, "snapshot"));
    out.field("sessions", count(peer, "sessions"));
    out.field("received", count(peer, "received"));
    out.field("conflicts", count(peer, "conflicts"));
    out.field("told", flag(peer, "told") ? "all" : "part");
    out.field("sent", count(peer, "sent"));
    out.field("waiting", count(peer, "waiting"));
    out.field("lag", count(peer, "lag"));
    out.field("resyncs", count(peer, "resyncs"));
    out.end_object();
}

const Json& ha_of(const Json& stats) {
    return member(member(stats, "dispatcher"), "ha");
}

Error no_peers() {
    return {"this agent has no peers; \"dispatcher.peers\" of its configuration names them", {}};
}

}  // namespace

Status show_ha(Printer& out, const Json& stats) {
    const Json& ha = ha_of(stats);
    if (!ha.is_object()) {
        return no_peers();
    }
    out.begin_object();
    out.field("incarnation", text(ha, "incarnation"));
    out.colon();
    out.flag("fit", flag(ha, "fit"), "unfit");
    out.field("standby", count(ha, "standby"));
    out.field("replication", text(ha, "replication"));
    if (text(ha, "replication") != "async") {
        out.field("waits", flag(ha, "sync") ? "yes" : "no");
    }
    out.field("why", text(ha, "why"));
    out.begin_list("peers");
    for (const Json& peer : member(ha, "peers")) {
        put(out, peer);
    }
    out.end_list();
    out.end_object();
    return Done{};
}

Status check_ha(const Json& stats) {
    const Json& ha = ha_of(stats);
    if (!ha.is_object()) {
        return no_peers();
    }
    return flag(ha, "fit") ? Status(Done{}) : Status(Error{"not fit: " + text(ha, "why"), {}});
}

}  // namespace sara::cli
