// SPDX-License-Identifier: GPL-2.0
#include "cli/doctor.hpp"

#include <utility>

#include "cli/agent_json.hpp"

namespace sara::cli {

namespace {

using agent_json::Json;
using agent_json::member;
using agent_json::text;

constexpr std::string_view kConfigFolder = "/etc/sara/";
constexpr std::string_view kConfigEnd = ".json";

/// The address of "198.18.0.2:7100" or "[fd00::2]:7100".
std::optional<Address> host_of(std::string_view endpoint) {
    return Address::parse(endpoint.substr(0, endpoint.rfind(':')));
}

void add_dispatchers(const Json& role, std::vector<Address>& out) {
    for (const Json& dispatcher : member(role, "dispatchers")) {
        if (const auto address = dispatcher.is_string() ? host_of(dispatcher.get<std::string>()) : std::nullopt) {
            out.push_back(*address);
        }
    }
}

std::set<doctor::Role> roles_among(const Json& object) {
    std::set<doctor::Role> roles;
    for (const doctor::Role role : {doctor::Role::dispatcher, doctor::Role::gateway, doctor::Role::node}) {
        if (member(object, std::string(to_string(role)).c_str()).is_object()) {
            roles.insert(role);
        }
    }
    return roles;
}

/// Links of a gateway or a node, or a dispatcher's to its peers.
void add_links(const Json& links, std::vector<doctor::LinkFacts>& out) {
    for (const Json& link : links) {
        out.push_back({text(link, "address"), agent_json::flag(link, "up")});
    }
}

}  // namespace

DoctorConfig read_doctor_config(std::string_view content) {
    const Json file = Json::parse(content, nullptr, false);
    DoctorConfig config;
    config.roles = roles_among(file);
    config.control = text(file, "control");
    config.key_file = text(file, "key_file");
    const Json& node = member(file, "node");
    for (const Json& vip : member(node, "vips")) {
        if (const auto address = vip.is_string() ? Address::parse(vip.get<std::string>()) : std::nullopt) {
            config.vips.vips.push_back(*address);
        }
    }
    config.vips.device = text(node, "device");
    config.vips.source = !member(node, "source").is_boolean() || agent_json::flag(node, "source");
    add_dispatchers(node, config.vips.direct);
    add_dispatchers(member(file, "gateway"), config.vips.direct);
    return config;
}

std::set<doctor::Role> roles_of(const Json& stats) {
    return roles_among(stats);
}

doctor::AgentFacts agent_facts(const Json& stats) {
    doctor::AgentFacts facts;
    facts.version = text(member(stats, "agent"), "version");
    const Json& up = member(member(stats, "kernel"), "up");
    facts.kernel_up = !up.is_boolean() || up.get<bool>();
    const Json& dispatcher = member(stats, "dispatcher");
    facts.forged = agent_json::count(member(member(dispatcher, "peers"), "datagrams"), "forged");
    add_links(member(member(stats, "gateway"), "dispatchers"), facts.dispatchers);
    add_links(member(member(stats, "node"), "dispatchers"), facts.dispatchers);
    add_links(member(member(dispatcher, "ha"), "peers"), facts.dispatchers);
    for (const Json& node : member(member(dispatcher, "cluster"), "nodes")) {
        if (const Json& ahead = member(node, "clock_ahead"); ahead.is_number_integer()) {
            facts.clocks.push_back({text(node, "name"), std::chrono::seconds(ahead.get<std::int64_t>())});
        }
    }
    return facts;
}

std::string config_of(const Json& stats) {
    return text(member(stats, "agent"), "config");
}

doctor::AttachedDevice to_facts(const kern::Device& device) {
    return {.name = device.name,
            .dispatches = device.mode == kern::DevMode::dispatch,
            .packets = device.packets,
            .copied = device.copied};
}

doctor::ServiceFacts to_facts(const kern::Service& service) {
    return {service.name, service.vip, service.app != App::none};
}

doctor::NodeFacts to_facts(const kern::Node& node) {
    return {.name = node.name,
            .address = node.address,
            .device = node.dev,
            .mac = node.mac,
            .mac_resolved = node.mac_resolved,
            .wanted = node.state == kern::NodeState::up};
}

std::string unit_of(const std::string& config) {
    if (!config.starts_with(kConfigFolder) || !config.ends_with(kConfigEnd)) {
        return {};
    }
    const std::string instance =
        config.substr(kConfigFolder.size(), config.size() - kConfigFolder.size() - kConfigEnd.size());
    return instance.find('/') == std::string::npos ? "sara-agent@" + instance : std::string();
}

void show_findings(Printer& out, const std::vector<doctor::Finding>& findings, bool everything) {
    out.begin_array();
    for (const doctor::Finding& finding : findings) {
        if (finding.severity == doctor::Severity::ok && !everything) {
            continue;
        }
        out.begin_object();
        out.bare("severity", to_string(finding.severity));
        out.colon();
        out.bare("check", finding.check);
        out.colon();
        out.sentence(safe_line(node::with_mend(finding.text, finding.mend)));
        out.for_json("text", finding.text);
        if (!finding.mend.empty()) {
            out.for_json("mend", finding.mend);
        }
        out.end_object();
    }
    out.end_array();
}

}  // namespace sara::cli
