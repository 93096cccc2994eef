// SPDX-License-Identifier: GPL-2.0
#include "agent/status_history.hpp"

#include <algorithm>
#include <cmath>

namespace sara::agent {

namespace {

using Json = nlohmann::ordered_json;

/// A chart shows no more than four digits of it.
Json digits(float value) {
    return std::round(static_cast<double>(value) * 1e4) / 1e4;
}

}  // namespace

SessionCounts count_sessions(std::span<const kern::Service> services) {
    SessionCounts counts;
    for (const kern::Service& service : services) {
        const kern::Ended& ended = service.ended;
        counts.now += service.sessions;
        counts.offered += service.offered;
        counts.refused += service.refused;
        counts.completed += ended.finished + ended.closed;
        counts.ended += ended.idle + ended.expired + ended.deleted + ended.reclaimed;
    }
    return counts;
}

void StatusHistory::add(Time now, std::span<const role::ClusterView> nodes,
                        const std::optional<policy::Admission>& admission, const std::optional<SessionCounts>& counts) {
    Moment moment{.at = now, .admission = {}, .counts = counts, .nodes = {}};
    if (admission) {
        const auto narrow = [](double value) { return static_cast<float>(value); };
        const policy::Thresholds& thresholds = admission->thresholds;
        moment.admission = {narrow(admission->x),
                            narrow(thresholds.t1().value()),
                            narrow(thresholds.t2().value()),
                            narrow(thresholds.t3().value()),
                            narrow(thresholds.c().value()),
                            narrow(admission->drop.fresh.value()),
                            narrow(admission->drop.established.value())};
    }
    for (const role::ClusterView& node : nodes) {
        if (node.load.up && !node.load.stale) {
            moment.nodes.push_back({node.name, static_cast<float>(node.load.measured.value()),
                                    static_cast<float>(node.load.forecast.value()),
                                    static_cast<float>(node.load.error)});
        }
    }
    std::sort(moment.nodes.begin(), moment.nodes.end(), [](const Node& a, const Node& b) { return a.name < b.name; });
    if (moment.nodes.size() > kNodes) {
        moment.nodes.erase(moment.nodes.begin() + kNodes, moment.nodes.end());
    }
    moments_.push_back(std::move(moment));
    ++last_;
    if (moments_.size() > kMoments) {
        moments_.pop_front();
    }
}

Json StatusHistory::to_json(std::uint64_t after, Time now) const {
    Json moments = Json::array();
    const std::uint64_t before = last_ - moments_.size();  // number of the one before the oldest
    const std::size_t skipped = after > before && after <= last_ ? static_cast<std::size_t>(after - before) : 0;
    for (std::size_t i = skipped; i < moments_.size(); ++i) {
        const Moment& moment = moments_[i];
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - moment.at);
        Json out = {{"number", before + 1 + i}, {"age", age.count()}};
        if (const auto& admission = moment.admission) {
            out["admission"] = {{"x", digits(admission->x)},        {"t1", digits(admission->t1)},
                                {"t2", digits(admission->t2)},      {"t3", digits(admission->t3)},
                                {"c", digits(admission->c)},        {"p_new", digits(admission->p_new)},
                                {"p_est", digits(admission->p_est)}};
        }
        if (const auto& counts = moment.counts) {
            out["sessions"] = {{"now", counts->now},
                               {"offered", counts->offered},
                               {"refused", counts->refused},
                               {"completed", counts->completed},
                               {"ended", counts->ended}};
        }
        Json nodes = Json::object();
        for (const Node& node : moment.nodes) {
            nodes[node.name] = {digits(node.load), digits(node.forecast), digits(node.error)};
        }
        out["nodes"] = std::move(nodes);
        moments.push_back(std::move(out));
    }
    return {{"run", run_},
            {"period", std::chrono::duration_cast<std::chrono::milliseconds>(kPeriod).count()},
            {"moments", std::move(moments)}};
}

}  // namespace sara::agent
