// SPDX-License-Identifier: GPL-2.0
#include "agent/policy_request.hpp"

#include <linux/sara.h>

#include <algorithm>
#include <cmath>

namespace sara::agent {

namespace {

/// In the kernel's fixed point, at most `max`.
kern::Load fixed(double load, std::uint32_t max) {
    const double parts = std::round(load * SARA_LOAD_ONE);
    return kern::Load{static_cast<std::uint32_t>(std::clamp(parts, 0., static_cast<double>(max)))};
}

kern::Load fixed(policy::Load load) {
    return fixed(load.value(), SARA_LOAD_ONE);
}

kern::Health health(policy::Availability availability) {
    switch (availability) {
    case policy::Availability::up:
        return kern::Health::up;
    case policy::Availability::application_down:
        return kern::Health::application_down;
    case policy::Availability::vip_broken:
        return kern::Health::vip_broken;
    case policy::Availability::planned:
        return kern::Health::planned;
    case policy::Availability::down:
        return kern::Health::down;
    }
    return kern::Health::down;
}

}  // namespace

kern::Request to_request(const policy::PolicyUpdate& update, const std::map<policy::NodeId, std::string>& names) {
    const policy::Thresholds& thresholds = update.admission.thresholds;
    kern::PolicySpec spec{.epoch = update.epoch, .valid = {}, .admission = {}, .scores = {}};
    spec.admission = kern::AdmissionNumbers{.load = fixed(update.admission.x, SARA_SCORE_MAX),
                                            .cost = fixed(update.admission.cost.value(), SARA_LOAD_ONE),
                                            .t1 = fixed(thresholds.t1()),
                                            .t2 = fixed(thresholds.t2()),
                                            .t3 = fixed(thresholds.t3()),
                                            .c = fixed(thresholds.c())};
    for (const policy::NodeScore& score : update.nodes) {
        if (const auto name = names.find(score.node); name != names.end()) {
            spec.scores.push_back({.node = name->second,
                                   .score = fixed(score.score, SARA_SCORE_MAX),
                                   .cost = fixed(score.cost.value(), SARA_LOAD_ONE)});
        }
    }
    return kern::policy_set(spec);
}

kern::Request to_request(const role::SetHealth& set) {
    kern::NodeSpec node;
    node.name = set.name;
    node.health = health(set.availability);
    return kern::node_set(node);
}

}  // namespace sara::agent
