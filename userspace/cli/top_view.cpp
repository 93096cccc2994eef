// SPDX-License-Identifier: GPL-2.0
#include "cli/top_view.hpp"

#include <algorithm>
#include <chrono>

#include "cli/agent_json.hpp"
#include "cli/print.hpp"
#include "kern/words.hpp"

namespace sara::cli {

namespace {

using agent_json::Json;

/// The same object as it was; nullptr: it is new, or another of that name.
template <typename Object>
const Object* earlier(const std::vector<Object>& before, const Object& now) {
    const auto found = std::find_if(before.begin(), before.end(), [&](const Object& object) {
        return object.name == now.name && object.id == now.id;
    });
    return found == before.end() ? nullptr : &*found;
}

/// What a counter that began anew has counted it has counted since.
double since(std::uint64_t was, std::uint64_t now) {
    return static_cast<double>(now >= was ? now - was : now);
}

std::uint64_t completed(const kern::Service& service) {
    return service.ended.finished + service.ended.closed;
}

std::optional<TopRates> rates(const TopSample& before, const TopSample& now, double seconds) {
    if (!before.kernel_error.empty() || !now.kernel_error.empty() || seconds <= 0) {
        return std::nullopt;
    }
    TopRates sum;
    for (const kern::Service& service : now.services) {
        const kern::Service* const known = earlier(before.services, service);
        const kern::Service was = known == nullptr ? kern::Service{} : *known;
        sum.offered += since(was.offered, service.offered);
        sum.refused += since(was.refused, service.refused);
        sum.admitted += since(was.sessions_total, service.sessions_total);
        sum.completed += since(completed(was), completed(service));
    }
    for (double* rate : {&sum.offered, &sum.refused, &sum.admitted, &sum.completed}) {
        *rate /= seconds;
    }
    return sum;
}

void add_loads(std::vector<TopNode>& nodes, const Json& agent) {
    const Json& told =
        agent_json::member(agent_json::member(agent_json::member(agent, "dispatcher"), "cluster"), "nodes");
    for (const Json& one : told) {
        const std::string name = agent_json::text(one, "name");
        const auto node =
            std::find_if(nodes.begin(), nodes.end(), [&](const TopNode& known) { return known.name == name; });
        if (node != nodes.end() && one.contains("load")) {
            node->load = agent_json::load(one, "load");
            node->forecast = agent_json::load(one, "forecast");
            node->stale = agent_json::flag(one, "stale");
        }
    }
}

double number(kern::Load load) {
    return std::stod(text_of(load));
}

/// null: not known.
template <typename T>
Json optional(const std::optional<T>& value) {
    if (!value) {
        return nullptr;
    }
    if constexpr (std::is_same_v<T, kern::Load>) {
        return number(*value);
    } else {
        return *value;
    }
}

}  // namespace

TopView compare(const TopSample& before, const TopSample& now) {
    const double seconds = std::chrono::duration<double>(now.at - before.at).count();
    TopView view{now.clock, 0, rates(before, now, seconds), now.policy, {}, now.kernel_error, now.agent_error};
    for (const kern::Service& service : now.services) {
        view.sessions += service.sessions;
    }
    for (const kern::Node& node : now.nodes) {
        TopNode out{node.name, node.state, node.health, node.usable, node.sessions, {}, {}, {}, false};
        if (const kern::Node* const was = earlier(before.nodes, node); was != nullptr && seconds > 0) {
            out.admitted = since(was->sessions_total, node.sessions_total) / seconds;
        }
        view.nodes.push_back(std::move(out));
    }
    add_loads(view.nodes, now.agent);
    return view;
}

Json to_json(const TopView& view) {
    Json out = {{"time", view.clock}, {"sessions", view.sessions}, {"rates", nullptr}, {"policy", nullptr}};
    if (const auto& rates = view.rates) {
        out["rates"] = {{"offered", rates->offered},
                        {"refused", rates->refused},
                        {"admitted", rates->admitted},
                        {"completed", rates->completed}};
    }
    if (const auto& policy = view.policy) {
        out["policy"] = {{"epoch", policy->epoch}, {"age", policy->age.count()}, {"stale", policy->stale}};
        if (const auto& numbers = policy->admission) {
            out["policy"].update({{"load", number(policy->load_now)},
                                  {"t1", number(numbers->t1)},
                                  {"t2", number(numbers->t2)},
                                  {"t3", number(numbers->t3)},
                                  {"c", number(numbers->c)},
                                  {"p-new", number(policy->p_new)},
                                  {"p-est", number(policy->p_est)}});
        }
    }
    out["nodes"] = Json::array();
    for (const TopNode& node : view.nodes) {
        out["nodes"].push_back({{"name", node.name},
                                {"state", kern::word_of(node.state)},
                                {"health", kern::word_of(node.health)},
                                {"usable", node.usable},
                                {"sessions", node.sessions},
                                {"admitted", optional(node.admitted)},
                                {"load", optional(node.load)},
                                {"forecast", optional(node.forecast)},
                                {"stale", node.stale}});
    }
    out["kernel-error"] = view.kernel_error;
    out["agent-error"] = view.agent_error;
    return out;
}

}  // namespace sara::cli
