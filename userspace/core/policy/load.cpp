// SPDX-License-Identifier: GPL-2.0
#include "core/policy/load.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace sara::policy {

namespace {

constexpr std::array kAll{Component::cpu,     Component::memory, Component::network, Component::io,
                          Component::backlog, Component::link,   Component::softirq};
static_assert(kAll.size() == kComponents);

}  // namespace

Result<Load> Load::from(double value, std::string_view where) {
    if (!std::isfinite(value)) {
        return Error{"not a finite number", std::string(where)};
    }
    if (value < 0 || value > 1) {
        return Error{"a load is from 0 to 1, this is " + std::to_string(value), std::string(where)};
    }
    return clamped(value);
}

std::string_view to_string(Component component) noexcept {
    switch (component) {
    case Component::cpu:
        return "cpu";
    case Component::memory:
        return "memory";
    case Component::network:
        return "network";
    case Component::io:
        return "io";
    case Component::backlog:
        return "backlog";
    case Component::link:
        return "link";
    case Component::softirq:
        return "softirq";
    }
    return "?";
}

LoadVector loads_of(const wire::LoadMessage& message) noexcept {
    LoadVector vector;
    for (const wire::LoadPart& part : message.parts) {
        vector.set(static_cast<Component>(part.component),
                   Load::clamped(static_cast<double>(part.millionths) / wire::kMillion));
    }
    return vector;
}

Result<Weights> Weights::from(const std::array<double, kComponents>& weights) {
    Weights checked;
    for (const Component each : kAll) {
        const double weight = weights[static_cast<std::size_t>(each)];
        if (!std::isfinite(weight) || weight < 0) {
            return Error{"a weight is a finite number, 0 or more", std::string(to_string(each))};
        }
        checked.all_[static_cast<std::size_t>(each)] = weight;
    }
    if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0; })) {
        return Error{"all weights are 0: no load could be told", {}};
    }
    return checked;
}

std::optional<Bottleneck> bottleneck(const LoadVector& vector) noexcept {
    std::optional<Bottleneck> highest;
    for (const Component each : kAll) {
        const std::optional<Load> load = vector.get(each);
        if (load && (!highest || *load > highest->load)) {
            highest = Bottleneck{.load = *load, .component = each};
        }
    }
    return highest;
}

std::optional<Load> weighted(const LoadVector& vector, const Weights& weights) noexcept {
    double sum = 0;
    double total = 0;
    for (const Component each : kAll) {
        if (const std::optional<Load> load = vector.get(each)) {
            sum += weights.of(each) * load->value();
            total += weights.of(each);
        }
    }
    return total > 0 ? std::optional(Load::clamped(sum / total)) : std::nullopt;
}

}  // namespace sara::policy
