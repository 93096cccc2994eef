// SPDX-License-Identifier: GPL-2.0
#include "cli/show.hpp"

#include <cstdio>

#include "kern/words.hpp"

namespace sara::cli {

namespace {

std::uint64_t number(SessionId id) {
    return static_cast<std::uint64_t>(id);
}

std::string tag_text(Tag tag) {
    char text[19];
    std::snprintf(text, sizeof(text), "0x%016llx", static_cast<unsigned long long>(tag));
    return text;
}

/// What an object prints depends on where it comes from: notifications carry no counters.
struct View {
    Detail detail;
    std::optional<kern::EventKind> event;
};

void begin(Printer& out, View view, std::string_view object) {
    out.begin_object();
    if (view.event) {
        out.bare("event", kern::word_of(*view.event));
        out.bare("object", object);
    }
}

void put(Printer& out, const kern::Config& config, View view) {
    out.begin_object();
    out.field("max-sessions", config.max_sessions);
    out.field("max-flows", config.max_flows);
    out.field("max-announcements", config.max_announcements);
    out.line();
    out.field("tcp-timeout", config.tcp_timeout);
    out.field("closing-timeout", config.closing_timeout);
    out.field("purge-interval", config.purge_interval);
    out.field("inspect-rate", config.inspect_rate);
    out.field("early-time", config.early_time);
    out.field("early-packets", config.early_packets);
    out.line();
    out.field("max-refused", config.max_refused);
    out.field("refused-time", config.refused_time);
    out.field("refuse-rate", config.refuse_rate);
    out.field("standby-time", config.standby_time);
    if (view.detail.details) {
        out.line();
        out.field("abi-version", config.abi_version);
        out.field("module-version", config.module_version);
    }
    out.end_object();
}

void put(Printer& out, const kern::Device& device, View view) {
    begin(out, view, "dev");
    out.bare("name", device.name);
    out.colon();
    out.field("mode", kern::word_of(device.mode));
    if (view.detail.details) {
        out.field("ifindex", device.ifindex);
    }
    if (view.detail.stats && !view.event) {
        out.line();
        out.field("packets", device.packets);
        out.field("forwarded", device.forwarded);
        out.field("copied", device.copied);
    }
    out.end_object();
}

void put_ended(Printer& out, const kern::Ended& ended) {
    out.field("ended-idle", ended.idle);
    out.field("ended-closed", ended.closed);
    out.field("ended-finished", ended.finished);
    out.field("ended-expired", ended.expired);
    out.field("ended-deleted", ended.deleted);
    out.field("ended-reclaimed", ended.reclaimed);
}

/// What was offered was refused or admitted; what was admitted or restored lives or ended.
void put_account(Printer& out, const kern::Service& service) {
    out.field("offered", service.offered);
    out.field("refused", service.refused);
    out.field("refused-load", service.refused_load);
    out.field("refused-no-node", service.refused_no_node);
    out.field("refused-full", service.refused_full);
    out.line();
    put_ended(out, service.ended);
    out.field("restored", service.restored);
}

void put_admission(Printer& out, const kern::Service& service, View view) {
    begin(out, view, "service");
    out.bare("name", service.name);
    out.colon();
    out.field("admission", kern::word_of(service.admission));
    out.field("refuse", kern::word_of(service.refuse));
    out.field("sessions", service.sessions);
    out.line();
    out.field("sessions-total", service.sessions_total);
    put_account(out, service);
    out.end_object();
}

void put(Printer& out, const kern::Service& service, View view) {
    if (view.detail.admission) {
        put_admission(out, service, view);
        return;
    }
    begin(out, view, "service");
    out.bare("name", service.name);
    out.colon();
    if (view.detail.details) {
        out.field("id", service.id);
    }
    out.field("vip", service.vip.text());
    out.field("proto", to_string(service.transport));
    out.ports("port", service.port, "port-last", service.port_last);
    out.field("app", kern::word_of(service.app));
    out.field("key", kern::word_of(service.key));
    if (service.no_call_id) {
        out.field("no-call-id", kern::word_of(*service.no_call_id));
    }
    out.field("scheduler", service.scheduler);
    out.field("flow-timeout", service.flow_timeout);
    out.field("admission", kern::word_of(service.admission));
    out.field("refuse", kern::word_of(service.refuse));
    out.field("nodes", service.nodes, "all");
    if (!view.event) {
        out.field("sessions", service.sessions);
        if (view.detail.stats) {
            out.line();
            out.field("sessions-total", service.sessions_total);
            out.field("packets", service.packets);
            out.field("bytes", service.bytes);
            out.line();
            put_account(out, service);
        }
    } else if (*view.event == kern::EventKind::refused) {
        out.field("offered", service.offered);
        out.field("refused-load", service.refused_load);
    }
    out.end_object();
}

void put(Printer& out, const kern::Node& node, View view) {
    begin(out, view, "node");
    out.bare("name", node.name);
    out.colon();
    if (view.detail.details) {
        out.field("id", node.id);
    }
    out.field("addr", node.address.text());
    if (!node.dev.empty()) {
        out.field("dev", node.dev);
    }
    if (view.detail.details) {
        out.field("ifindex", node.ifindex);
    }
    if (node.mac) {
        out.field("mac", mac_text(*node.mac));
    }
    out.flag("mac-resolved", node.mac_resolved);
    out.field("state", kern::word_of(node.state));
    out.field("weight", node.weight);
    out.field("max-sessions", node.max_sessions);
    out.field("health", kern::word_of(node.health));
    out.flag("usable", node.usable, "unusable");
    if (!view.event) {
        out.field("sessions", node.sessions);
        if (view.detail.stats) {
            out.line();
            out.field("sessions-closing", node.sessions_closing);
            out.field("sessions-total", node.sessions_total);
            out.field("packets", node.packets);
            out.field("bytes", node.bytes);
        }
    }
    out.end_object();
}

void put(Printer& out, const kern::SessionInfo& session, View view) {
    begin(out, view, "session");
    out.bare("id", number(session.id));
    out.colon();
    out.field("service", session.service);
    out.field("node", session.node);
    out.tuple("tuple", session.flow);
    if (!session.call_id.empty()) {
        out.field("call-id", session.call_id);
    }
    out.field("status", kern::word_of(session.status));
    if (session.end) {
        out.field("end", kern::word_of(*session.end));
    }
    if (!session.label.empty()) {
        out.field("label", session.label);
    }
    if (session.lifetime) {
        out.field("lifetime", *session.lifetime);
    }
    if (session.linger) {
        out.field("linger", *session.linger);
    }
    if (!view.event) {
        out.field("flows", session.flows);
        out.field("announcements", session.announcements);
    }
    out.field("age", session.age);
    if (!view.event) {
        out.field("idle", session.idle);
    }
    if (view.detail.details || (session.standby && session.status != kern::LifeStatus::standby)) {
        out.flag("standby", session.standby);
    }
    if (view.detail.details) {
        if (session.source) {
            out.field("source", session.source->text());
        }
        if (session.placement) {
            out.field("placement", kern::word_of(*session.placement));
        }
        if (session.epoch) {
            out.field("epoch", std::uint64_t{*session.epoch});
            out.field("placed", std::uint64_t{session.placed});
            out.difference("pending", session.pending);
            out.flag("judged", session.judged);
        }
    }
    if (view.detail.stats) {
        out.line();
        out.field("packets", session.packets);
        out.field("bytes", session.bytes);
    }
    out.end_object();
}

void put(Printer& out, const kern::Refusal& refusal, View) {
    out.begin_object();
    out.field("service", refusal.service);
    out.field("age", refusal.age);
    out.field("left", refusal.left);
    out.field("epoch", std::uint64_t{refusal.epoch});
    out.field("placed", std::uint64_t{refusal.placed});
    out.field("load", refusal.load);
    out.field("p-new", refusal.p_new);
    out.end_object();
}

/// A flow and an announcement begin alike: they are listed together.
void begin_flow(Printer& out, View view, std::string_view object, SessionId session, std::string_view service,
                std::string_view node) {
    begin(out, view, object);
    out.field("session", number(session));
    if (!service.empty()) {
        out.field("service", service);
    }
    if (!node.empty()) {
        out.field("node", node);
    }
}

void put(Printer& out, const kern::FlowInfo& flow, View view) {
    begin_flow(out, view, "flow", flow.session, flow.service, flow.node);
    out.field("identity", kern::word_of(flow.identity));
    out.tuple("tuple", flow.flow);
    if (!flow.call_id.empty()) {
        out.field("call-id", flow.call_id);
    }
    if (!view.event || *view.event == kern::EventKind::changed) {
        out.field("status", kern::word_of(flow.status));
    }
    if (!view.event) {
        out.field("idle", flow.idle);
        if (view.detail.details) {
            out.field("timeout", flow.timeout);
            if (flow.form) {
                out.field("form", kern::word_of(*flow.form));
            }
            out.flag("established", flow.established);
            if (flow.tcp_end) {
                out.field("tcp-end", std::uint64_t{*flow.tcp_end});
            }
        }
        if (view.detail.stats) {
            out.line();
            out.field("packets", flow.packets);
            out.field("bytes", flow.bytes);
        }
    }
    out.end_object();
}

void put(Printer& out, const kern::AnnouncementInfo& announcement, View view) {
    begin_flow(out, view, "announce", announcement.session, announcement.service, announcement.node);
    out.field("identity", kern::word_of(kern::Identity::announced));
    out.tuple("tuple", announcement.key);
    out.field("form", kern::word_of(announcement.form));
    if (announcement.ttl) {
        out.field("ttl", *announcement.ttl);
    }
    out.flag("confirmed", announcement.confirmed);
    out.field("promotions", announcement.promotions);
    if (view.detail.details) {
        out.field("tag", tag_text(announcement.tag));
    }
    out.end_object();
}

void put(Printer& out, const kern::NodeScore& score, View) {
    out.begin_object();
    out.bare("node", score.node);
    out.colon();
    out.field("score", score.score);
    out.field("cost", score.cost);
    out.difference("pending", score.pending);
    out.end_object();
}

void put(Printer& out, const kern::Policy& policy, View view) {
    out.begin_object();
    out.field("epoch", policy.epoch);
    out.field("valid", policy.valid);
    out.field("age", policy.age);
    out.flag("stale", policy.stale, "good");
    out.field("placed", std::uint64_t{policy.placed});
    out.difference("pending", policy.pending);
    if (const auto& numbers = policy.admission) {
        out.line();
        out.field("load", numbers->load);
        out.field("cost", numbers->cost);
        out.field("t1", numbers->t1);
        out.field("t2", numbers->t2);
        out.field("t3", numbers->t3);
        out.field("c", numbers->c);
        out.line();
        out.field("load-now", policy.load_now);
        out.field("p-new", policy.p_new);
        out.field("p-est", policy.p_est);
    }
    out.begin_list("scores");
    for (const kern::NodeScore& score : policy.scores) {
        put(out, score, view);
    }
    out.end_list();
    out.end_object();
}

void put(Printer& out, const kern::Stats& stats, View) {
    out.begin_object();
    for (const kern::Counter& counter : kern::counters()) {
        if (const std::optional<std::uint64_t> value = stats.values[counter.attribute]) {
            out.field(counter.name, *value);
            out.row();
        }
    }
    out.end_object();
}

void put(Printer& out, const kern::InspectBinding& binding, View) {
    out.begin_object();
    out.field("lost", binding.lost);
    out.end_object();
}

void put(Printer& out, const kern::InspectedPacket& packet, View) {
    out.begin_object();
    out.field("session", number(packet.session));
    out.field("sender", to_string(packet.sender));
    out.tuple("tuple", packet.flow);
    out.field("payload", as_text(packet.payload));
    out.end_object();
}

void put(Printer& out, const kern::Event& event, View view) {
    view.event = event.kind;
    std::visit([&](const auto& object) { put(out, object, view); }, event.object);
}

}  // namespace

void show(Printer& out, const kern::Object& object, Detail detail) {
    std::visit([&](const auto& one) { put(out, one, {detail, std::nullopt}); }, object);
}

std::string_view object_of(const kern::Event& event) {
    struct Names {
        std::string_view operator()(const kern::Device&) const noexcept { return "dev"; }
        std::string_view operator()(const kern::Service&) const noexcept { return "service"; }
        std::string_view operator()(const kern::Node&) const noexcept { return "node"; }
        std::string_view operator()(const kern::SessionInfo&) const noexcept { return "session"; }
        std::string_view operator()(const kern::FlowInfo&) const noexcept { return "flow"; }
        std::string_view operator()(const kern::AnnouncementInfo&) const noexcept { return "announce"; }
    };
    return std::visit(Names{}, event.object);
}

}  // namespace sara::cli
