// SPDX-License-Identifier: GPL-2.0
#include "cli/node_load.hpp"

#include "cli/agent_json.hpp"

namespace sara::cli {

namespace {

using agent_json::count;
using agent_json::flag;
using agent_json::Json;
using agent_json::load;
using agent_json::member;
using agent_json::text;

void put(Printer& out, const Json& node) {
    out.begin_object();
    out.bare("name", text(node, "name"));
    out.colon();
    out.field("health", text(node, "availability"));
    out.field("cause", text(node, "cause"));
    out.field("load", load(node, "load"));
    out.flag("stale", flag(node, "stale"));
    if (const std::string path = text(node, "vip_path"); !path.empty()) {
        out.field("vip-path", path);
    }
    if (const std::string planned = text(node, "planned_at"); !planned.empty()) {
        out.field("planned-at", planned);
    }
    out.line();
    out.field("forecast", load(node, "forecast"));
    out.field("error", load(node, "error"));
    out.field("damped", load(node, "damped"));
    out.field("score", load(node, "score"));
    out.field("cost", load(node, "cost"));
    out.line();
    const Json& heartbeats = member(node, "heartbeats");
    out.field("heartbeats", count(heartbeats, "received"));
    out.field("lost", count(heartbeats, "lost"));
    out.begin_list("parts");
    for (const auto& [name, part] : member(node, "parts").items()) {
        out.begin_object();
        out.bare("part", name);
        out.field("load", load(part, "load"));
        out.field("raw", text(part, "raw"));
        out.end_object();
    }
    out.end_list();
    out.begin_list("vips");
    for (const Json& vip : member(node, "vips")) {
        out.begin_object();
        out.bare("vip", text(vip, "vip"));
        out.field("path", text(vip, "path"));
        out.field("missed", count(vip, "missed"));
        out.end_object();
    }
    out.end_list();
    out.end_object();
}

}  // namespace

Status show_node_load(Printer& out, const Json& stats, const std::string& name) {
    const Json& nodes = member(member(member(stats, "dispatcher"), "cluster"), "nodes");
    if (!nodes.is_array()) {
        return Error{"this agent watches no nodes; \"dispatcher.cluster\" of its configuration makes it", {}};
    }
    bool found = name.empty();
    out.begin_array();
    for (const Json& node : nodes) {
        if (name.empty() || text(node, "name") == name) {
            found = true;
            put(out, node);
        }
    }
    out.end_array();
    if (!found) {
        return Error{"the agent watches no such node", name};
    }
    return Done{};
}

}  // namespace sara::cli
