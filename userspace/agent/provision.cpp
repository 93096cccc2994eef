// SPDX-License-Identifier: GPL-2.0
#include "agent/provision.hpp"

#include <algorithm>
#include <iterator>

namespace sara::agent {

namespace {

template <typename T>
const T* find_named(const std::vector<T>& items, const std::string& name) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

/// Keeps of `wanted` only what differs; true if anything is left.
template <typename T, typename P>
bool reduce(std::optional<T>& wanted, const P& present) {
    if (wanted && *wanted == present) {
        wanted.reset();
    }
    return wanted.has_value();
}

void plan_bounds(kern::ConfigChange wanted, const kern::Config& present, ProvisionPlan& plan) {
    bool differs = reduce(wanted.max_sessions, present.max_sessions);
    differs |= reduce(wanted.max_flows, present.max_flows);
    differs |= reduce(wanted.max_announcements, present.max_announcements);
    differs |= reduce(wanted.tcp_timeout, present.tcp_timeout);
    differs |= reduce(wanted.closing_timeout, present.closing_timeout);
    differs |= reduce(wanted.purge_interval, present.purge_interval);
    differs |= reduce(wanted.inspect_rate, present.inspect_rate);
    differs |= reduce(wanted.early_time, present.early_time);
    differs |= reduce(wanted.early_packets, present.early_packets);
    differs |= reduce(wanted.max_refused, present.max_refused);
    differs |= reduce(wanted.refused_time, present.refused_time);
    differs |= reduce(wanted.refuse_rate, present.refuse_rate);
    if (differs) {
        plan.steps.push_back({"bounds", kern::config_set(wanted)});
    }
}

void plan_node(const std::string& where, kern::NodeSpec wanted, const kern::Node* present, ProvisionPlan& plan) {
    if (present == nullptr) {
        plan.steps.push_back({where, kern::node_new(wanted)});
        return;
    }
    bool differs = reduce(wanted.address, present->address);
    differs |= reduce(wanted.dev, present->dev);
    differs |= reduce(wanted.state, present->state);
    differs |= reduce(wanted.weight, present->weight);
    differs |= reduce(wanted.max_sessions, present->max_sessions);
    if (wanted.mac && !present->mac_resolved) {
        differs |= reduce(wanted.mac, present->mac);
    } else {
        differs |= wanted.mac.has_value();
    }
    if (differs) {
        plan.steps.push_back({where, kern::node_set(wanted)});
    }
}

void plan_service(const std::string& where, const kern::ServiceSpec& wanted, const kern::Service* present,
                  ProvisionPlan& plan) {
    if (present == nullptr) {
        plan.steps.push_back({where, kern::service_new(wanted)});
        return;
    }
    if (wanted.vip != present->vip || wanted.transport != present->transport || wanted.port != present->port ||
        wanted.port_last != present->port_last || wanted.app.value_or(present->app) != present->app ||
        wanted.key.value_or(present->key) != present->key) {
        plan.errors.push_back({"is in the kernel with another vip, proto, port, app or key, which cannot be changed; "
                               "remove it first: sara service del " +
                                   wanted.name,
                               where});
        return;
    }
    kern::ServiceChange change{.name = wanted.name,
                               .no_call_id = wanted.no_call_id,
                               .scheduler = wanted.scheduler,
                               .flow_timeout = wanted.flow_timeout,
                               .admission = wanted.admission,
                               .refuse = wanted.refuse,
                               .nodes = wanted.nodes,
                               .all_nodes = false};
    bool differs = reduce(change.no_call_id, present->no_call_id);
    differs |= reduce(change.scheduler, present->scheduler);
    differs |= reduce(change.flow_timeout, present->flow_timeout);
    differs |= reduce(change.admission, present->admission);
    differs |= reduce(change.refuse, present->refuse);
    if (std::is_permutation(change.nodes.begin(), change.nodes.end(), present->nodes.begin(), present->nodes.end())) {
        change.nodes.clear();
    }
    if (differs || !change.nodes.empty()) {
        plan.steps.push_back({where, kern::service_set(change)});
    }
}

void plan_device(const std::string& where, const DeviceConfig& wanted, const kern::Device* present,
                 ProvisionPlan& plan) {
    if (present != nullptr && present->mode == wanted.mode) {
        return;
    }
    if (present != nullptr) {
        plan.steps.push_back({where, kern::dev_del(wanted.name)});
    }
    plan.steps.push_back({where, kern::dev_new(wanted.name, wanted.mode)});
}

/// `nodes[0] "n1"`
template <typename T>
std::string place(const char* list, const std::vector<T>& items, const T& item) {
    return std::string(list) + "[" + std::to_string(&item - items.data()) + "] \"" + item.name + "\"";
}

template <typename T>
kern::Status list(kern::Channel& channel, const kern::Request& request, std::vector<T>& into) {
    kern::Result<kern::Listing<T>> listing = channel.dump<T>(request);
    if (!listing) {
        return listing.error();
    }
    into = std::move(listing->items);
    return Done{};
}

}  // namespace

ProvisionPlan plan_provision(const KernelConfig& wanted, const KernelState& present) {
    ProvisionPlan plan;
    plan_bounds(wanted.bounds, present.bounds, plan);
    for (const kern::NodeSpec& node : wanted.nodes) {
        plan_node(place("nodes", wanted.nodes, node), node, find_named(present.nodes, node.name), plan);
    }
    for (const kern::ServiceSpec& service : wanted.services) {
        plan_service(place("services", wanted.services, service), service, find_named(present.services, service.name),
                     plan);
    }
    for (const DeviceConfig& device : wanted.devices) {
        plan_device(place("devices", wanted.devices, device), device, find_named(present.devices, device.name), plan);
    }
    return plan;
}

kern::Result<KernelState> read_kernel_state(kern::Channel& channel) {
    KernelState state;
    kern::Result<kern::Config> bounds = channel.get<kern::Config>(kern::config_get());
    if (!bounds) {
        return bounds.error();
    }
    state.bounds = std::move(*bounds);
    for (const kern::Status& status :
         {list(channel, kern::dev_dump(), state.devices), list(channel, kern::node_dump(), state.nodes),
          list(channel, kern::service_dump(), state.services)}) {
        if (!status) {
            return status.error();
        }
    }
    return state;
}

Errors provision(kern::Channel& channel, const KernelConfig& wanted) {
    const kern::Result<KernelState> present = read_kernel_state(channel);
    if (!present) {
        return {Error{"reading what the kernel holds failed: " + present.error().text(), {}}};
    }
    ProvisionPlan plan = plan_provision(wanted, *present);
    for (const ProvisionStep& step : plan.steps) {
        if (const kern::Status done = channel.execute(step.request); !done) {
            plan.errors.push_back({done.error().text(), step.where});
        }
    }
    return std::move(plan.errors);
}

}  // namespace sara::agent
