// SPDX-License-Identifier: GPL-2.0
#include "agent/config_roles.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "agent/config_vip.hpp"

namespace sara::agent {

namespace {

using nlohmann::json;
using Presence = JsonObject::Presence;
using namespace std::chrono_literals;

constexpr std::size_t kMaxListen = 64;
constexpr std::size_t kMaxProbes = 16;
constexpr std::size_t kMaxDeviceName = 15;
constexpr double kMaxWeight = 1000;

std::optional<role::ProbeKind> parse_kind(std::string_view text) {
    for (const role::ProbeKind kind : {role::ProbeKind::sip, role::ProbeKind::rtsp, role::ProbeKind::tcp}) {
        if (text == to_string(kind)) {
            return kind;
        }
    }
    return std::nullopt;
}

std::optional<Address> parse_target(std::string_view text) {
    const std::optional<Address> address = Address::parse(text);
    return address && !address->is_unspecified() && !address->is_multicast() ? address : std::nullopt;
}

void read_probe(const json& value, const std::string& path, std::vector<role::ProbeConfig>& probes, Errors& errors) {
    JsonObject object(value, path, errors);
    role::ProbeConfig probe;
    const auto kind =
        object.parsed<role::ProbeKind>("type", parse_kind, R"("sip", "rtsp" or "tcp")", Presence::required);
    const auto address = object.parsed<Address>("address", parse_target, "an address, neither wildcard nor multicast",
                                                Presence::required);
    const auto port = object.number("port", 1, 65535, Presence::required);
    probe.period = object.seconds("period", 100ms, 60s).value_or(probe.period);
    const auto timeout = object.seconds("timeout", 10ms, 60s);
    probe.timeout = timeout.value_or(std::min(probe.timeout, probe.period));
    if (probe.timeout > probe.period) {
        object.refuse("timeout", "is longer than the period");
    }
    probe.misses = static_cast<unsigned>(object.number("misses", 1, 1000, Presence::optional).value_or(probe.misses));
    object.finish();
    if (kind && address && port) {
        probe.kind = *kind;
        probe.target = {*address, static_cast<Port>(*port)};
        probes.push_back(probe);
    }
}

void read_link(const json& value, const std::string& path, std::optional<node::Uplink>& link, Errors& errors) {
    constexpr std::uint64_t kMaxCapacity = 1'000'000'000'000;
    JsonObject object(value, path, errors);
    const auto device = object.text("device", kMaxDeviceName, Presence::required);
    const auto capacity = object.number("capacity", 1, kMaxCapacity, Presence::required);
    object.finish();
    if (device && capacity) {
        link = node::Uplink{*device, *capacity};
    }
}

void read_thresholds(const json& value, const std::string& path, policy::Thresholds& thresholds, Errors& errors) {
    JsonObject object(value, path, errors);
    const auto t1 = object.real("t1", 0, 1);
    const auto t2 = object.real("t2", 0, 1);
    const auto t3 = object.real("t3", 0, 1);
    const auto c = object.real("c", 0, 1);
    object.finish();
    Result<policy::Thresholds> read =
        policy::Thresholds::from(t1.value_or(thresholds.t1().value()), t2.value_or(thresholds.t2().value()),
                                 t3.value_or(thresholds.t3().value()), c.value_or(thresholds.c().value()));
    if (read) {
        thresholds = *read;
    } else {
        errors.push_back(Error{read.error().text(), path});
    }
}

/// A component that is left out does not count. Nothing, and errors, if a weight is wrong.
std::optional<policy::Weights> read_weights(const json& value, const std::string& path, Errors& errors) {
    const std::size_t before = errors.size();
    JsonObject object(value, path, errors);
    std::array<double, policy::kComponents> weights{};
    for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i] = object.real(to_string(static_cast<policy::Component>(i)), 0, kMaxWeight).value_or(0);
    }
    object.finish();
    if (errors.size() != before) {
        return std::nullopt;
    }
    const Result<policy::Weights> read = policy::Weights::from(weights);
    if (!read) {
        errors.push_back(Error{read.error().text(), path});
        return std::nullopt;
    }
    return *read;
}

/// What the policies themselves refuse, with our path.
void add(const Status& status, const std::string& path, Errors& errors) {
    if (!status) {
        errors.push_back(Error{status.error().text(), path});
    }
}

}  // namespace

std::optional<wire::HostId> parse_host(std::string_view text) {
    const std::optional<Address> address = Address::parse(text);
    if (!address || address->family() != Family::ipv4 || address->is_unspecified()) {
        return std::nullopt;
    }
    return host_of(*address);
}

std::optional<wire::HostId> host_of(const Address& address) {
    if (address.family() != Family::ipv4) {
        return std::nullopt;
    }
    std::uint32_t host = 0;
    for (const std::uint8_t octet : address.bytes()) {
        host = host << 8U | octet;
    }
    return wire::HostId{host};
}

NodeRoleConfig read_node_role(const json& value, const std::string& path, Errors& errors) {
    JsonObject object(value, path, errors);
    NodeRoleConfig config;
    config.dispatchers = object.parsed_list<Endpoint>("dispatchers", parse_peer, kPeerAllowed, Presence::optional);
    config.plain = object.parsed_list<Endpoint>("plain", parse_peer, kPeerAllowed, Presence::optional);
    const std::set<Endpoint> different(config.dispatchers.begin(), config.dispatchers.end());
    if (different.size() != config.dispatchers.size()) {
        object.refuse("dispatchers", "names one dispatcher twice");
    }
    if (config.dispatchers.empty() && config.plain.empty()) {
        object.refuse("dispatchers", "is empty; name at least one dispatcher");
    }
    config.node.host =
        object.parsed<wire::HostId>("host", parse_host, kHostAllowed, Presence::required).value_or(wire::HostId{});
    config.node.period = object.seconds("period", 50ms, 60s).value_or(config.node.period);
    object.each("listen", "a list of ports", Presence::optional, [&](const json& item, const std::string& where) {
        JsonObject port(item, where, errors);
        const auto proto = port.parsed<Transport>("proto", parse_transport, R"("udp" or "tcp")", Presence::required);
        const auto number = port.number("port", 1, 65535, Presence::required);
        port.finish();
        if (proto && number) {
            config.listen.push_back({*proto, static_cast<Port>(*number)});
        }
    });
    object.each("probe", "a list of probes", Presence::optional,
                [&](const json& item, const std::string& where) { read_probe(item, where, config.probes, errors); });
    if (config.probes.size() > kMaxProbes) {
        object.refuse("probe", "has more than " + std::to_string(kMaxProbes) + " probes");
    }
    if (config.listen.size() > kMaxListen) {
        object.refuse("listen", "has more than " + std::to_string(kMaxListen) + " ports");
    }
    object.with("link",
                [&](const json& link, const std::string& where) { read_link(link, where, config.link, errors); });
    config.vip = read_vips(object);
    for (const std::vector<Endpoint>& told : {config.dispatchers, config.plain}) {
        for (const Endpoint& to : told) {
            config.vip.direct.push_back(to.address);
        }
    }
    object.finish();
    return config;
}

ClusterRoleConfig read_cluster(const json& value, const std::string& path, Errors& errors) {
    JsonObject object(value, path, errors);
    ClusterRoleConfig config;
    policy::DetectorConfig& detector = config.cluster.detector;
    policy::ShellConfig& shell = config.cluster.shell;
    config.plain = object.parsed<Endpoint>("plain", parse_peer, kPeerAllowed, Presence::optional);
    detector.period = object.seconds("period", 50ms, 60s).value_or(500ms);
    if (const auto misses = object.number("misses", 1, 1000, Presence::optional)) {
        detector.misses = static_cast<int>(*misses);
    }
    if (const auto samples = object.number("window", policy::Window::kMin, policy::Window::kMax, Presence::optional)) {
        shell.window = *policy::Window::from(*samples);
    }
    if (const auto smoothing = object.real("smoothing", 0, 1)) {
        if (const auto read = policy::Smoothing::from(*smoothing)) {
            shell.smoothing = *read;
        } else {
            object.refuse("smoothing", read.error().text());
        }
    }
    if (const auto slow_start = object.seconds("slow_start", 0s, 1h)) {
        shell.slow_start = *slow_start;
    }
    object.with("thresholds", [&](const json& thresholds, const std::string& where) {
        read_thresholds(thresholds, where, shell.admission.thresholds.emplace(), errors);
    });
    object.with("weights", [&](const json& weights, const std::string& where) {
        config.cluster.weights = read_weights(weights, where, errors);
    });
    role::VipCheckConfig vip_check;
    vip_check.period = object.seconds("vip_check_period", 100ms, 60s).value_or(vip_check.period);
    vip_check.misses = static_cast<unsigned>(
        object.number("vip_check_misses", 1, 1000, Presence::optional).value_or(vip_check.misses));
    if (object.boolean("vip_check").value_or(true)) {
        config.vip_check = vip_check;
    }
    shell.admission.moving = object.boolean("moving_thresholds").value_or(shell.admission.moving);
    shell.admission.spare = object.boolean("spare_established").value_or(shell.admission.spare);
    object.finish();
    add(check(detector), path, errors);
    add(check(shell), path, errors);
    return config;
}

}  // namespace sara::agent
