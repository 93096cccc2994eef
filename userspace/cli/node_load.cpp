// SPDX-License-Identifier: GPL-2.0
#include "cli/node_load.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sara::cli {

namespace {

using Json = nlohmann::ordered_json;

/// An agent of another version may leave something out, or call it otherwise.
const Json& member(const Json& object, const char* key) {
    static const Json kNothing;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : kNothing;
}

std::string text(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

/// In the kernel's units, of which it prints like the scores of a policy.
kern::Load load(const Json& object, const char* key) {
    const Json& value = member(object, key);
    const double part = value.is_number() ? value.get<double>() : 0;
    const double most = static_cast<double>(kern::kScoreMax);
    const double scaled = std::clamp(part * static_cast<double>(kern::kLoadOne), 0.0, most);
    return kern::Load{static_cast<std::uint32_t>(std::lround(scaled))};
}

std::uint64_t count(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

void put(Printer& out, const Json& node) {
    const Json& stale = member(node, "stale");
    out.begin_object();
    out.bare("name", text(node, "name"));
    out.colon();
    out.field("health", text(node, "availability"));
    out.field("cause", text(node, "cause"));
    out.field("load", load(node, "load"));
    out.flag("stale", stale.is_boolean() && stale.get<bool>());
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
