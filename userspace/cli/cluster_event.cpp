// SPDX-License-Identifier: GPL-2.0
#include "cli/cluster_event.hpp"

#include "cli/agent_json.hpp"

namespace sara::cli {

namespace {

using agent_json::Json;
using agent_json::load;
using agent_json::text;

void put_text(Printer& out, const char* name, const std::string& value) {
    if (!value.empty()) {
        out.field(name, value);
    }
}

}  // namespace

void show_cluster_event(Printer& out, const Json& event) {
    const std::string object = text(event, "object");
    out.begin_object();
    out.bare("event", text(event, "event"));
    out.bare("object", object);
    if (object == "admission") {
        out.colon();
        out.field("stage", text(event, "stage"));
        put_text(out, "was", text(event, "was"));
        out.field("load", load(event, "x"));
        out.field("p-new", load(event, "p_new"));
        out.field("p-est", load(event, "p_est"));
        for (const char* const threshold : {"t1", "t2", "t3", "c"}) {
            out.field(threshold, load(event, threshold));
        }
    } else {
        out.bare("name", text(event, "name"));
        out.colon();
        put_text(out, "health", text(event, "health"));
        put_text(out, "was", text(event, "was"));
        put_text(out, "cause", text(event, "cause"));
        put_text(out, "planned-at", text(event, "planned_at"));
    }
    out.end_object();
}

}  // namespace sara::cli
