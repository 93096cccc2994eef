// SPDX-License-Identifier: GPL-2.0
#include "agent/stats.hpp"

namespace sara::agent {

nlohmann::ordered_json to_json(const wire::LinkStats& stats) {
    return {
        {"sent", stats.sent},           {"received", stats.received}, {"handshakes", stats.handshakes},
        {"malformed", stats.malformed}, {"version", stats.version},   {"forged", stats.forged},
        {"replayed", stats.replayed},   {"stale", stats.stale},       {"stranger", stats.stranger},
    };
}

nlohmann::ordered_json to_json(const wire::StreamStats& stats) {
    return {
        {"queued", stats.queued},
        {"sent", stats.sent},
        {"retransmitted", stats.retransmitted},
        {"acknowledged", stats.acknowledged},
        {"overflowed", stats.overflowed},
        {"refused", stats.refused},
        {"delivered", stats.delivered},
        {"duplicates", stats.duplicates},
        {"skipped", stats.skipped},
        {"strayed", stats.strayed},
    };
}

nlohmann::ordered_json to_json(const inspect::ExtractorCounters& counters) {
    return {
        {"packets", counters.packets},
        {"messages", counters.messages},
        {"malformed", counters.malformed},
        {"unknown_app", counters.unknown_app},
        {"stream_gaps", counters.stream_gaps},
        {"discarded_bytes", counters.discarded_bytes},
        {"http_streams", counters.http_streams},
        {"tls_streams", counters.tls_streams},
        {"streams_evicted", counters.streams_evicted},
    };
}

nlohmann::ordered_json to_json(const inspect::TrackerCounters& counters) {
    return {
        {"facts", counters.facts},
        {"dialogs", counters.dialogs},
        {"completed", counters.completed},
        {"ended", counters.ended},
        {"announced", counters.announced},
        {"withdrawn", counters.withdrawn},
        {"replies_without_request", counters.replies_without_request},
        {"facts_without_session", counters.facts_without_session},
        {"ends_without_dialog", counters.ends_without_dialog},
        {"stale", counters.stale},
        {"media_elsewhere", counters.media_elsewhere},
        {"media_unusable", counters.media_unusable},
        {"multicast_refused", counters.multicast_refused},
        {"interleaved", counters.interleaved},
        {"limit_hits", counters.limit_hits},
        {"conflicts", counters.conflicts},
    };
}

nlohmann::ordered_json to_json(const role::DispatcherCounters& counters) {
    return {
        {"lost_copies", counters.lost_copies},       {"peer_messages", counters.peer_messages},
        {"peer_malformed", counters.peer_malformed}, {"refused_conflict", counters.refused_conflict},
        {"refused_limit", counters.refused_limit},   {"refused_gone", counters.refused_gone},
        {"refused_other", counters.refused_other},   {"inspection", to_json(counters.extractor)},
        {"tracker", to_json(counters.tracker)},
    };
}

nlohmann::ordered_json to_json(const role::GatewayCounters& counters) {
    return {
        {"lost_copies", counters.lost_copies},
        {"sent", counters.sent},
        {"not_sent", counters.not_sent},
        {"too_big", counters.too_big},
        {"inspection", to_json(counters.extractor)},
    };
}

nlohmann::ordered_json to_json(const role::ReplyHoldCounters& counters) {
    return {
        {"at_once", counters.at_once},
        {"confirmed", counters.confirmed},
        {"given_up", counters.given_up},
    };
}

nlohmann::ordered_json to_json(const KernelCounters& counters) {
    return {
        {"connects", counters.connects}, {"overruns", counters.overruns},           {"malformed", counters.malformed},
        {"posted", counters.posted},     {"post_failures", counters.post_failures},
    };
}

nlohmann::ordered_json to_json(const role::ClusterCounters& counters) {
    return {{"heartbeats", counters.heartbeats},   {"loads", counters.loads},
            {"malformed", counters.malformed},     {"unknown", counters.unknown},
            {"stale_loads", counters.stale_loads}, {"empty_loads", counters.empty_loads},
            {"ignored", counters.ignored}};
}

nlohmann::ordered_json to_json(const policy::BeatCounters& counters) {
    return {{"received", counters.received},   {"lost", counters.lost},         {"late", counters.late},
            {"duplicate", counters.duplicate}, {"conflict", counters.conflict}, {"restarts", counters.restarts}};
}

nlohmann::ordered_json to_json(const policy::Admission& admission) {
    return {{"x", admission.x},
            {"cost", admission.cost.value()},
            {"t1", admission.thresholds.t1().value()},
            {"t2", admission.thresholds.t2().value()},
            {"t3", admission.thresholds.t3().value()},
            {"c", admission.thresholds.c().value()},
            {"p_new", admission.drop.fresh.value()},
            {"p_est", admission.drop.established.value()}};
}

nlohmann::ordered_json to_json(const role::DecidedNode& node) {
    return {{"name", node.name},
            {"availability", node.availability ? to_string(*node.availability) : "unwatched"},
            {"drained", node.drained},
            {"weight", node.weight},
            {"sessions", node.sessions},
            {"max_sessions", node.max_sessions},
            {"usable", node.usable},
            {"load", node.load.measured.value()},
            {"stale", node.load.stale},
            {"forecast", node.load.forecast.value()},
            {"error", node.load.error},
            {"damped", node.load.damped.value()},
            {"pending", node.load.pending},
            {"score", node.load.score},
            {"cost", node.load.placed_at.value()}};
}

nlohmann::ordered_json to_json(const policy::LoadVector& loads,
                               const std::array<std::string, policy::kComponents>& raw) {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < policy::kComponents; ++i) {
        const auto component = static_cast<policy::Component>(i);
        if (const auto load = loads.get(component)) {
            out[std::string(to_string(component))] = {{"load", load->value()}, {"raw", raw[i]}};
        }
    }
    return out;
}

}  // namespace sara::agent
