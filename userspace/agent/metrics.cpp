// SPDX-License-Identifier: GPL-2.0
#include "agent/metrics.hpp"

#include <algorithm>

#include "agent/metrics_text.hpp"
#include "core/base/version.hpp"
#include "kern/words.hpp"

namespace sara::agent {

namespace {

constexpr auto kCounter = MetricsText::Type::counter;
constexpr auto kGauge = MetricsText::Type::gauge;

std::uint64_t flag(bool value) {
    return value ? 1 : 0;
}

/// The counters of `sara stats`: drop-no-node is sara_drop_no_node_total.
void add(MetricsText& out, const kern::Stats& stats) {
    for (const kern::Counter& counter : kern::counters()) {
        if (!stats.values[counter.attribute]) {
            continue;
        }
        std::string name = "sara_" + std::string(counter.name);
        std::replace(name.begin(), name.end(), '-', '_');
        out.family(counter.gauge ? name : name + "_total", counter.gauge ? kGauge : kCounter,
                   "'" + std::string(counter.name) + "' of sara-stats(8)");
        out.sample({}, stats.at(counter.attribute));
    }
}

void add(MetricsText& out, const std::vector<kern::Service>& services) {
    const auto each = [&](std::string_view name, MetricsText::Type type, std::string_view help, auto value) {
        out.family(name, type, help);
        for (const kern::Service& service : services) {
            out.sample({{"service", service.name}}, std::uint64_t{value(service)});
        }
    };
    using S = const kern::Service&;
    each("sara_service_sessions", kGauge, "Sessions that live", [](S s) { return s.sessions; });
    each("sara_service_offered_total", kCounter, "New sessions that were asked for", [](S s) { return s.offered; });
    each("sara_service_admitted_total", kCounter, "Sessions that went to a node", [](S s) { return s.sessions_total; });
    each("sara_service_completed_total", kCounter, "Sessions that ended as the protocol ends them (BYE, TEARDOWN, FIN)",
         [](S s) { return s.ended.finished + s.ended.closed; });
    each("sara_service_packets_total", kCounter, "Packets sent on to nodes", [](S s) { return s.packets; });
    each("sara_service_bytes_total", kCounter, "Bytes of them", [](S s) { return s.bytes; });

    out.family("sara_service_refused_total", kCounter, "New sessions that were refused");
    for (const kern::Service& service : services) {
        out.sample({{"service", service.name}, {"reason", "load"}}, service.refused_load);
        out.sample({{"service", service.name}, {"reason", "no-node"}}, service.refused_no_node);
        out.sample({{"service", service.name}, {"reason", "full"}}, service.refused_full);
    }
    out.family("sara_service_ended_total", kCounter, "Sessions that ended");
    for (const kern::Service& service : services) {
        out.sample({{"service", service.name}, {"reason", "finished"}}, service.ended.finished);
        out.sample({{"service", service.name}, {"reason", "closed"}}, service.ended.closed);
        out.sample({{"service", service.name}, {"reason", "idle"}}, service.ended.idle);
        out.sample({{"service", service.name}, {"reason", "expired"}}, service.ended.expired);
        out.sample({{"service", service.name}, {"reason", "deleted"}}, service.ended.deleted);
        out.sample({{"service", service.name}, {"reason", "reclaimed"}}, service.ended.reclaimed);
    }
}

void add(MetricsText& out, const std::vector<kern::Node>& nodes) {
    const auto each = [&](std::string_view name, MetricsText::Type type, std::string_view help, auto value) {
        out.family(name, type, help);
        for (const kern::Node& node : nodes) {
            out.sample({{"node", node.name}}, std::uint64_t{value(node)});
        }
    };
    using N = const kern::Node&;
    each("sara_node_usable", kGauge, "1: it gets new sessions", [](N n) { return flag(n.usable); });
    each("sara_node_sessions", kGauge, "Sessions that live, or are over and kept for what is repeated",
         [](N n) { return n.sessions; });
    each("sara_node_sessions_closing", kGauge, "Of these, those that are over", [](N n) { return n.sessions_closing; });
    each("sara_node_admitted_total", kCounter, "Sessions that were placed there", [](N n) { return n.sessions_total; });
    each("sara_node_packets_total", kCounter, "Packets sent on to it", [](N n) { return n.packets; });
    each("sara_node_bytes_total", kCounter, "Bytes of them", [](N n) { return n.bytes; });
    out.family("sara_node_health", kGauge, "1 for what the node's heartbeats make of it");
    for (const kern::Node& node : nodes) {
        out.sample({{"node", node.name}, {"health", kern::word_of(node.health)}}, std::uint64_t{1});
    }
}

void add(MetricsText& out, const policy::Admission& admission) {
    out.family("sara_cluster_load", kGauge, "Load of the cluster, 0 to 1; above with what was admitted since");
    out.sample({}, admission.x);
    out.family("sara_cluster_session_cost", kGauge, "Load of the cluster per session, as learnt");
    out.sample({}, admission.cost.value());
    out.family("sara_admission_threshold", kGauge, "Loads at which refusing begins and is complete");
    out.sample({{"threshold", "t1"}}, admission.thresholds.t1().value());
    out.sample({{"threshold", "t2"}}, admission.thresholds.t2().value());
    out.sample({{"threshold", "t3"}}, admission.thresholds.t3().value());
    out.sample({{"threshold", "c"}}, admission.thresholds.c().value());
    out.family("sara_admission_refusal_probability", kGauge, "Of new sessions, and of media packets of admitted ones");
    out.sample({{"of", "new"}}, admission.drop.fresh.value());
    out.sample({{"of", "established"}}, admission.drop.established.value());
}

void add(MetricsText& out, const ClusterMetrics& cluster) {
    const auto each = [&](std::string_view name, MetricsText::Type type, std::string_view help, auto value) {
        out.family(name, type, help);
        for (const role::ClusterView& node : cluster.nodes) {
            out.sample({{"node", node.name}}, value(node));
        }
    };
    using V = const role::ClusterView&;
    each("sara_node_load", kGauge, "As last told by the node, 0 to 1", [](V v) { return v.load.measured.value(); });
    each("sara_node_load_forecast", kGauge, "What is expected of it", [](V v) { return v.load.forecast.value(); });
    each("sara_node_score", kGauge, "By what the node is chosen: the lowest gets the next session",
         [](V v) { return v.load.score; });
    each("sara_node_session_cost", kGauge, "Load of the node per session, as learnt",
         [](V v) { return v.load.cost.value(); });
    each("sara_node_load_stale", kGauge, "1: it has told no load for three of its periods",
         [](V v) { return flag(v.load.stale); });
    each("sara_node_heartbeats_total", kCounter, "Heartbeats that came", [](V v) { return v.beats.received; });
    each("sara_node_heartbeats_lost", kGauge, "Heartbeats that did not; one that comes late is taken off again",
         [](V v) { return v.beats.lost; });
    out.family("sara_node_vip_path", kGauge, "1: it answers through its virtual addresses; no sample: not known");
    for (const role::ClusterView& node : cluster.nodes) {
        if (node.vip_path != role::VipPath::unknown) {
            out.sample({{"node", node.name}}, flag(node.vip_path == role::VipPath::whole));
        }
    }
    out.family("sara_node_load_component", kGauge, "Parts of the load that the node measures, 0 to 1");
    for (const role::ClusterView& node : cluster.nodes) {
        for (std::size_t i = 0; i < policy::kComponents; ++i) {
            const auto component = static_cast<policy::Component>(i);
            if (const auto load = node.parts.get(component)) {
                out.sample({{"node", node.name}, {"component", to_string(component)}}, load->value());
            }
        }
    }
    if (cluster.admission) {
        add(out, *cluster.admission);
    }
}

void add(MetricsText& out, const ReplicationMetrics& replication) {
    out.family("sara_ha_fit", kGauge, "1: this dispatcher may have the virtual addresses");
    out.sample({}, flag(replication.fit));
    out.family("sara_ha_waits", kGauge, "1: new sessions wait until a peer has them");
    out.sample({}, flag(replication.waits));
    out.family("sara_ha_standby_sessions", kGauge, "Sessions of other dispatchers that are held here");
    out.sample({}, std::uint64_t{replication.standby});

    const auto each = [&](std::string_view name, MetricsText::Type type, std::string_view help, auto value) {
        out.family(name, type, help);
        for (const replica::PeerView& peer : replication.peers) {
            out.sample({{"peer", peer.peer.text()}}, value(peer));
        }
    };
    using P = const replica::PeerView&;
    each("sara_ha_peer_up", kGauge, "1: the peer was heard within three seconds", [](P p) { return flag(p.up); });
    each("sara_ha_peer_complete", kGauge, "1: all sessions of the peer are here",
         [](P p) { return flag(p.copy == replica::CopyState::complete); });
    each("sara_ha_peer_told", kGauge, "1: the peer has all sessions of this dispatcher",
         [](P p) { return flag(p.told); });
    each("sara_ha_peer_sessions", kGauge, "Sessions of the peer that are here",
         [](P p) { return std::uint64_t{p.held}; });
    each("sara_ha_peer_waiting_objects", kGauge, "What the peer was to be told and has not carried out",
         [](P p) { return std::uint64_t{p.waiting}; });
    each("sara_ha_peer_lag_seconds", kGauge, "How old the oldest of that is",
         [](P p) { return std::chrono::duration<double>(p.lag).count(); });
    each("sara_ha_peer_sent_objects_total", kCounter, "Sessions, flows, announcements and their ends told to the peer",
         [](P p) { return p.sent.objects; });
    each("sara_ha_peer_received_objects_total", kCounter, "Likewise, told by the peer",
         [](P p) { return p.received.objects; });
    each("sara_ha_peer_snapshots_total", kCounter, "Times that the peer was told all",
         [](P p) { return p.sent.snapshots; });
    each("sara_ha_peer_resyncs_total", kCounter, "Times that the peer asked for all, as it missed something",
         [](P p) { return p.sent.resyncs; });
    each("sara_ha_peer_overflows_total", kCounter, "Times that more waited for the peer than may",
         [](P p) { return p.sent.overflows; });
    each("sara_ha_peer_conflicts_total", kCounter, "What the peer has on another node than this dispatcher",
         [](P p) { return p.received.conflicts; });
}

}  // namespace

std::string to_metrics(const MetricsInput& input) {
    MetricsText out;
    out.family("sara_build_info", kGauge, "Of the agent");
    out.sample({{"version", program_version()}}, std::uint64_t{1});
    out.family("sara_kernel_up", kGauge, "1: the agent is connected to the kernel module");
    out.sample({}, flag(input.kernel_up));
    out.family("sara_kernel_connects_total", kCounter, "Times that it was connected");
    out.sample({}, input.link.connects);
    out.family("sara_kernel_overruns_total", kCounter, "Times that the agent read the kernel's tables again");
    out.sample({}, input.link.overruns);
    if (input.stats) {
        add(out, *input.stats);
    }
    add(out, input.services);
    add(out, input.nodes);
    if (input.cluster) {
        add(out, *input.cluster);
    }
    if (input.replication) {
        add(out, *input.replication);
    }
    return std::move(out).take();
}

}  // namespace sara::agent
