// SPDX-License-Identifier: GPL-2.0
#include "agent/vip_check_shell.hpp"

#include <algorithm>
#include <utility>

#include "agent/log.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

namespace {

bool serves(const kern::Service& service, const kern::Node& node) {
    return service.nodes.empty() ||
           std::find(service.nodes.begin(), service.nodes.end(), node.name) != service.nodes.end();
}

}  // namespace

VipCheckShell::VipCheckShell(boost::asio::io_context& io, const role::VipCheckConfig& config, KernelLink& kernel,
                             OnPath on_path)
    : config_(config), kernel_(kernel), on_path_(std::move(on_path)), check_(config, &io::random_number),
      socket_(io::PacketSocket::open(io, check_.identifier(),
                                     [this](std::uint32_t device, Bytes frame) { on_frame(device, frame); })),
      alarm_(io, [this] { on_alarm(); }) {
    if (!socket_) {
        complain_once(socket_.error().text() +
                      ": nodes are not asked through their virtual addresses, and whether their "
                      "VIP paths are whole is unknown; give the agent that capability, or say "
                      "\"vip_check\": false");
    }
}

kern::Status VipCheckShell::adopt(kern::Channel& channel) {
    check_.forget();
    return begin_round(channel);
}

kern::Status VipCheckShell::begin_round(kern::Channel& channel) {
    if (!socket_) {
        return Done{};
    }
    alarm_.set(io::now() + config_.period);
    const auto nodes = channel.dump<kern::Node>(kern::node_dump());
    if (!nodes) {
        return nodes.error();
    }
    const auto services = channel.dump<kern::Service>(kern::service_dump());
    if (!services) {
        return services.error();
    }
    const auto devices = io::read_own_devices();
    if (!devices) {
        log(role::LogLevel::warning, devices.error().text());
        return Done{};
    }
    // What has come in time counts, however late we look.
    (*socket_)->drain();
    const role::VipCheckOutput output = check_.expire(targets(nodes->items, services->items, *devices), io::now());
    log(output.log);
    for (const role::VipRequest& request : output.requests) {
        send_failures_ += (*socket_)->send(request.device, request.frame) ? 0 : 1;
    }
    for (const kern::Node& node : nodes->items) {
        on_path_(policy::NodeId{node.id}, check_.path(policy::NodeId{node.id}));
    }
    alarm_.set(check_.next_deadline());
    return Done{};
}

std::vector<role::VipTarget> VipCheckShell::targets(const std::vector<kern::Node>& nodes,
                                                    const std::vector<kern::Service>& services,
                                                    const std::map<std::uint32_t, io::OwnDevice>& devices) {
    std::vector<Address> vips;
    vips.reserve(services.size());
    for (const kern::Service& service : services) {
        vips.push_back(service.vip);
    }
    std::vector<role::VipTarget> out;
    for (const kern::Node& node : nodes) {
        const auto device = devices.find(node.ifindex);
        if (!node.mac || device == devices.end()) {
            continue;  // it gets no packets either
        }
        std::set<Address> wanted;
        for (const kern::Service& service : services) {
            if (serves(service, node)) {
                wanted.insert(service.vip);
            }
        }
        for (const Address& vip : wanted) {
            const auto source = role::vip_check_source(device->second.addresses, vips, vip.family(), node.address);
            if (!source) {
                complain_once("nodes behind " + node.dev + " are not asked for " + vip.text() +
                              ": the device has no address of that family but virtual ones");
                continue;
            }
            if (out.size() == kMaxTargets) {
                complain_once("only the first " + std::to_string(kMaxTargets) + " VIP paths are checked");
                return out;
            }
            out.push_back({.node = policy::NodeId{node.id},
                           .name = node.name,
                           .vip = vip,
                           .device = node.ifindex,
                           .device_mac = device->second.mac,
                           .node_mac = *node.mac,
                           .source = *source,
                           .was_broken = node.health == kern::Health::vip_broken});
        }
    }
    return out;
}

void VipCheckShell::on_frame(std::uint32_t device, Bytes frame) {
    const role::VipCheckOutput output = check_.heard(device, frame);
    log(output.log);
    if (output.answered) {
        on_path_(*output.answered, check_.path(*output.answered));
    }
}

void VipCheckShell::on_alarm() {
    kern::Channel* channel = kernel_.channel();
    if (channel == nullptr) {
        return;  // adopt() begins anew
    }
    if (const kern::Status begun = begin_round(*channel); !begun) {
        log(role::LogLevel::warning, "reading the kernel's nodes and services failed: " + begun.error().text());
    }
    if (kernel_.is_up()) {
        kernel_.drain();
    }
}

void VipCheckShell::complain_once(std::string text) {
    if (const auto [said, is_new] = said_.insert(std::move(text)); is_new) {
        log(role::LogLevel::warning, *said);
    }
}

nlohmann::ordered_json VipCheckShell::stats() const {
    const role::VipCheckCounters& counters = check_.counters();
    nlohmann::ordered_json out = {{"asked", counters.asked},
                                  {"answered", counters.answered},
                                  {"strange", counters.strange},
                                  {"send_failures", send_failures_}};
    if (!socket_) {
        out["off"] = socket_.error().text();
    }
    return out;
}

nlohmann::ordered_json VipCheckShell::stats(policy::NodeId node) const {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const role::VipPathView& path : check_.view(node)) {
        out.push_back({{"vip", path.vip.text()}, {"path", to_string(path.path)}, {"missed", path.missed}});
    }
    return out;
}

}  // namespace sara::agent
