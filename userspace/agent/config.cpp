// SPDX-License-Identifier: GPL-2.0
#include "agent/config.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include "agent/config_roles.hpp"

namespace sara::agent {

namespace {

using nlohmann::json;
using Presence = JsonObject::Presence;
using namespace std::chrono_literals;

constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxDeviceName = 15;
constexpr std::size_t kMaxScheduler = 15;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::chrono::milliseconds kDay = 24h;
constexpr std::chrono::milliseconds kHoldTime = 20ms;
constexpr std::chrono::milliseconds kSyncTime = 20ms;

std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> number) {
    return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
    return Address::parse(text);
}

std::optional<kern::Mac> parse_mac(std::string_view text) {
    kern::Mac mac{};
    if (text.size() != 3 * mac.size() - 1) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const char* at = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(at, at + 2, mac[i], 16);
        if (error != std::errc() || end != at + 2 || (i + 1 < mac.size() && at[2] != ':')) {
            return std::nullopt;
        }
    }
    return mac;
}

std::optional<std::string> parse_name(std::string_view text) {
    if (text.empty() || text.size() > SARA_NAME_MAX) {
        return std::nullopt;
    }
    return std::string(text);
}

std::optional<role::LogLevel> parse_level(std::string_view text) {
    if (text == "debug") {
        return role::LogLevel::debug;
    }
    if (text == "info") {
        return role::LogLevel::info;
    }
    if (text == "warning") {
        return role::LogLevel::warning;
    }
    if (text == "error") {
        return role::LogLevel::error;
    }
    return std::nullopt;
}

inspect::Timers read_timers(const json& value, const std::string& path, const inspect::Protocol& protocol,
                            Errors& errors) {
    JsonObject object(value, path, errors);
    inspect::Timers timers = protocol.timers();
    timers.setup =
        object.seconds("setup", 1s, kDay).value_or(std::chrono::round<std::chrono::milliseconds>(timers.setup));
    timers.dialog =
        object.seconds("dialog", 1s, kDay).value_or(std::chrono::round<std::chrono::milliseconds>(timers.dialog));
    timers.margin =
        object.seconds("margin", 0s, kDay).value_or(std::chrono::round<std::chrono::milliseconds>(timers.margin));
    timers.linger =
        object.seconds("linger", 0s, kDay).value_or(std::chrono::round<std::chrono::milliseconds>(timers.linger));
    object.finish();
    return timers;
}

enum class Announce : std::uint8_t { async, hold };

std::optional<Announce> parse_announce(std::string_view text) {
    if (text == "async") {
        return Announce::async;
    }
    if (text == "hold") {
        return Announce::hold;
    }
    return std::nullopt;
}

/// Whether, and how, replies wait until the dispatchers know what they announce.
std::optional<kern::HoldSpec> read_hold(JsonObject& gateway) {
    const auto announce =
        gateway.parsed<Announce>("announce", parse_announce, R"("async" or "hold")", Presence::optional);
    const auto time = gateway.seconds("hold_time", 1ms, 10s);
    const auto packets = narrow(gateway.number("hold_packets", 1, 65535, Presence::optional));
    if (announce == Announce::hold) {
        return kern::HoldSpec{time.value_or(kHoldTime), packets};
    }
    for (const auto& [key, is_there] :
         {std::pair("hold_time", time.has_value()), {"hold_packets", packets.has_value()}}) {
        if (is_there) {
            gateway.refuse(key, R"(needs "announce": "hold")");
        }
    }
    return std::nullopt;
}

kern::ConfigChange read_bounds(const json& value, const std::string& path, Errors& errors) {
    JsonObject object(value, path, errors);
    kern::ConfigChange bounds;
    bounds.max_sessions = narrow(object.number("max_sessions", 1, kMax32, Presence::optional));
    bounds.max_flows = narrow(object.number("max_flows", 1, kMax32, Presence::optional));
    bounds.max_announcements = narrow(object.number("max_announcements", 1, kMax32, Presence::optional));
    bounds.tcp_timeout = object.seconds("tcp_timeout", 1s, kDay);
    bounds.closing_timeout = object.seconds("closing_timeout", 100ms, kDay);
    bounds.purge_interval = object.seconds("purge_interval", 100ms, kDay);
    bounds.inspect_rate = narrow(object.number("inspect_rate", 0, kMax32, Presence::optional));
    bounds.early_time = object.seconds("early_time", 0ms, 10s);
    bounds.early_packets = narrow(object.number("early_packets", 0, 65535, Presence::optional));
    bounds.max_refused = narrow(object.number("max_refused", 0, kMax32, Presence::optional));
    bounds.refused_time = object.seconds("refused_time", 100ms, kDay);
    bounds.refuse_rate = narrow(object.number("refuse_rate", 0, kMax32, Presence::optional));
    object.finish();
    return bounds;
}

std::optional<DeviceConfig> read_device(const json& value, const std::string& path, Errors& errors) {
    JsonObject object(value, path, errors);
    const auto name = object.text("name", kMaxDeviceName, Presence::required);
    const auto mode = object.word<kern::DevMode>("mode", Presence::required);
    object.finish();
    if (!name || !mode) {
        return std::nullopt;
    }
    return DeviceConfig{*name, *mode};
}

struct NodeEntry {
    std::string name;
    kern::NodeSpec spec;
    std::optional<wire::HostId> host;
};

std::optional<NodeEntry> read_node(const json& value, const std::string& path, Errors& errors) {
    JsonObject object(value, path, errors);
    kern::NodeSpec node;
    const auto name = object.text("name", SARA_NAME_MAX, Presence::required);
    node.address = object.parsed<Address>("addr", parse_address, "an IPv4 or IPv6 address", Presence::required);
    node.dev = object.text("dev", kMaxDeviceName, Presence::required);
    node.mac =
        object.parsed<kern::Mac>("mac", parse_mac, "a MAC address like \"02:00:00:00:00:11\"", Presence::optional);
    node.state = object.word<kern::NodeState>("state", Presence::optional);
    node.weight = narrow(object.number("weight", 0, 65535, Presence::optional));
    node.max_sessions = narrow(object.number("max_sessions", 0, kMax32, Presence::optional));
    const auto host = object.parsed<wire::HostId>("host", parse_host, kHostAllowed, Presence::optional);
    object.finish();
    if (!name) {
        return std::nullopt;
    }
    node.name = *name;
    return NodeEntry{*name, std::move(node), host};
}

std::optional<kern::ServiceSpec> read_service(const json& value, const std::string& path, Errors& errors) {
    JsonObject object(value, path, errors);
    kern::ServiceSpec service;
    const auto name = object.text("name", SARA_NAME_MAX, Presence::required);
    const auto vip = object.parsed<Address>("vip", parse_address, "an IPv4 or IPv6 address", Presence::required);
    const auto proto = object.parsed<Transport>("proto", parse_transport, "\"udp\" or \"tcp\"", Presence::required);
    const auto port = object.number("port", 1, 65535, Presence::required);
    const auto port_last = object.number("port_last", 1, 65535, Presence::optional);
    service.app = object.word<App>("app", Presence::optional);
    service.key = object.word<kern::SessionKey>("key", Presence::optional);
    service.no_call_id = object.word<kern::NoCallId>("no_call_id", Presence::optional);
    service.scheduler = object.text("scheduler", kMaxScheduler, Presence::optional);
    service.flow_timeout = object.seconds("flow_timeout", 1s, 1h);
    service.admission = object.word<kern::Admission>("admission", Presence::optional);
    service.refuse = object.word<kern::Refuse>("refuse", Presence::optional);
    service.nodes =
        object.parsed_list<std::string>("nodes", parse_name, "the name of a node, 1 to 31 bytes", Presence::optional);
    if (port && port_last && *port_last < *port) {
        object.refuse("port_last", "is lower than port");
    }
    object.finish();
    if (!name || !vip || !proto || !port) {
        return std::nullopt;
    }
    service.name = *name;
    service.vip = *vip;
    service.transport = *proto;
    service.port = static_cast<Port>(*port);
    service.port_last = port_last && *port_last != *port ? static_cast<Port>(*port_last) : Port{0};
    return service;
}

/// Reads a list of named objects; a name may come once.
template <typename T>
std::vector<T> read_named(JsonObject& top, std::string_view key, std::string_view allowed, Errors& errors,
                          std::optional<T> (*read)(const json&, const std::string&, Errors&)) {
    std::vector<T> out;
    std::set<std::string> names;
    top.each(key, allowed, Presence::optional, [&](const json& item, const std::string& path) {
        if (std::optional<T> value = read(item, path, errors)) {
            if (!names.insert(value->name).second) {
                errors.push_back(Error{"\"" + value->name + "\" is there already", path + ".name"});
            }
            out.push_back(std::move(*value));
        }
    });
    return out;
}

enum class Replication : std::uint8_t { async, sync, strict };

std::optional<Replication> parse_replication(std::string_view text) {
    if (text == "async") {
        return Replication::async;
    }
    if (text == "sync") {
        return Replication::sync;
    }
    if (text == "strict") {
        return Replication::strict;
    }
    return std::nullopt;
}

void read_peers(JsonObject& object, const json& value, DispatcherConfig& dispatcher) {
    constexpr std::size_t kMaxPeers = 8;
    dispatcher.peers = object.parsed_list<Endpoint>("peers", parse_peer, kPeerAllowed, Presence::optional);
    dispatcher.peer_timeout = object.seconds("peer_timeout", 1s, 30min).value_or(dispatcher.peer_timeout);
    dispatcher.peer_grace = object.seconds("peer_grace", 0s, 1h).value_or(dispatcher.peer_grace);
    const auto replication = object.parsed<Replication>("replication", parse_replication,
                                                        R"("async", "sync" or "strict")", Presence::optional);
    const auto sync_time = object.seconds("sync_time", 1ms, 10s);
    if (replication == Replication::sync || replication == Replication::strict) {
        dispatcher.sync = sync_time.value_or(kSyncTime);
        dispatcher.strict = replication == Replication::strict;
    } else if (sync_time) {
        object.refuse("sync_time", R"(needs "replication": "sync" or "strict")");
    }
    dispatcher.yield_file = object.text("yield_file", kMaxPath, Presence::optional);
    std::set<Address> addresses;
    for (const Endpoint& peer : dispatcher.peers) {
        if (peer.address == dispatcher.listen.address) {
            object.refuse("peers", "names this dispatcher itself");
        } else if (peer.address.family() != dispatcher.listen.address.family()) {
            object.refuse("peers", "names an address of another family than \"listen\", from which it would be called");
        } else if (!addresses.insert(peer.address).second) {
            object.refuse("peers", "names one address twice, by which a peer is known");
        }
    }
    if (dispatcher.peers.size() > kMaxPeers) {
        object.refuse("peers", "has more than " + std::to_string(kMaxPeers) + " peers");
    }
    for (const char* key : {"peer_timeout", "peer_grace", "replication", "yield_file"}) {
        if (dispatcher.peers.empty() && value.is_object() && value.contains(key)) {
            object.refuse(key, "needs \"peers\"");
        }
    }
}

std::optional<StatusConfig> read_status(const json& value, const std::string& path, const std::string& key_file,
                                        Errors& errors) {
    JsonObject object(value, path, errors);
    const auto listen = object.parsed<Endpoint>("listen", parse_listen, kListenAllowed, Presence::required);
    StatusConfig status;
    status.token_file = object.text("token_file", kMaxPath, Presence::optional);
    if (listen && !listen->address.is_loopback() && !status.token_file) {
        object.refuse("listen", "can be reached by other machines: that needs a \"token_file\"; without one only "
                                "127.0.0.1 and [::1] are allowed");
    }
    if (status.token_file && *status.token_file == key_file) {
        object.refuse("token_file", "is the \"key_file\": who may look at the page must not speak for agents");
    }
    object.finish();
    if (!listen) {
        return std::nullopt;
    }
    status.listen = *listen;
    return status;
}

Config read_config(const json& document, Errors& errors) {
    Config config;
    JsonObject top(document, {}, errors);
    top.with("dispatcher", [&](const json& value, const std::string& path) {
        JsonObject object(value, path, errors);
        const auto listen = object.parsed<Endpoint>("listen", parse_peer, kPeerAllowed, Presence::required);
        DispatcherConfig& dispatcher = config.dispatcher.emplace();
        dispatcher.listen = listen.value_or(dispatcher.listen);
        if (const auto seconds = object.number("retry_after", 1, 3600, Presence::optional)) {
            dispatcher.retry_after = std::chrono::seconds(*seconds);
        }
        read_peers(object, value, dispatcher);
        object.with("cluster", [&](const json& cluster, const std::string& where) {
            config.cluster = read_cluster(cluster, where, errors);
        });
        object.finish();
    });
    top.with("gateway", [&](const json& value, const std::string& path) {
        JsonObject object(value, path, errors);
        config.gateway =
            GatewayConfig{object.parsed_list<Endpoint>("dispatchers", parse_peer, kPeerAllowed, Presence::required)};
        const std::set<Endpoint> different(config.gateway->dispatchers.begin(), config.gateway->dispatchers.end());
        if (different.size() != config.gateway->dispatchers.size()) {
            object.refuse("dispatchers", "names one dispatcher twice");
        }
        if (value.contains("dispatchers") && value["dispatchers"].is_array() && value["dispatchers"].empty()) {
            object.refuse("dispatchers", "is empty; name at least one dispatcher");
        }
        config.gateway->hold = read_hold(object);
        object.finish();
    });
    top.with("node",
             [&](const json& value, const std::string& path) { config.node = read_node_role(value, path, errors); });
    config.key_file = top.text("key_file", kMaxPath, Presence::required).value_or("");
    config.control = top.text("control", kMaxPath, Presence::optional).value_or(config.control);
    top.with("metrics", [&](const json& value, const std::string& path) {
        JsonObject object(value, path, errors);
        config.metrics = object.parsed<Endpoint>("listen", parse_listen, kListenAllowed, Presence::required);
        object.finish();
    });
    top.with("status", [&](const json& value, const std::string& path) {
        config.status = read_status(value, path, config.key_file, errors);
    });
    top.with("log", [&](const json& value, const std::string& path) {
        JsonObject object(value, path, errors);
        config.log_level =
            object
                .parsed<role::LogLevel>("level", parse_level, "one of \"debug\", \"info\", \"warning\", \"error\"",
                                        Presence::optional)
                .value_or(config.log_level);
        object.finish();
    });
    top.with("timers", [&](const json& value, const std::string& path) {
        JsonObject object(value, path, errors);
        for (const inspect::Protocol* const protocol : inspect::protocols()) {
            object.with(to_string(protocol->app()), [&](const json& timers, const std::string& where) {
                config.timers.emplace(protocol->app(), read_timers(timers, where, *protocol, errors));
            });
        }
        object.finish();
    });
    top.with("bounds", [&](const json& value, const std::string& path) {
        config.kernel.bounds = read_bounds(value, path, errors);
    });
    config.kernel.devices = read_named<DeviceConfig>(top, "devices", "a list of devices", errors, read_device);
    for (NodeEntry& node : read_named<NodeEntry>(top, "nodes", "a list of nodes", errors, read_node)) {
        if (node.host) {
            config.hosts.emplace(node.name, *node.host);
        }
        config.kernel.nodes.push_back(std::move(node.spec));
    }
    config.kernel.services = read_named<kern::ServiceSpec>(top, "services", "a list of services", errors, read_service);
    top.finish();
    if (document.is_object() && !config.dispatcher && !config.gateway && !config.node) {
        errors.push_back(
            Error{"has no role; give it \"dispatcher\", \"gateway\", \"node\", or several", "the document"});
    }
    return config;
}

/// The parser keeps the last of equal keys; a document in which a key is twice does not say what its author means.
class KeyWatch {
public:
    bool operator()(int depth, json::parse_event_t event, json& parsed) {
        static_cast<void>(depth);
        if (event == json::parse_event_t::object_start) {
            open_.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            open_.pop_back();
        } else if (event == json::parse_event_t::key && !open_.back().insert(parsed.get<std::string>()).second) {
            repeated_.push_back(parsed.get<std::string>());
        }
        return true;
    }

    [[nodiscard]] const std::vector<std::string>& repeated() const noexcept { return repeated_; }

private:
    std::vector<std::set<std::string>> open_;
    std::vector<std::string> repeated_;
};

}  // namespace

std::optional<Endpoint> parse_peer(std::string_view text) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint || endpoint->port == 0 || endpoint->address.is_unspecified() || endpoint->address.is_multicast()) {
        return std::nullopt;
    }
    return endpoint;
}

std::optional<Endpoint> parse_listen(std::string_view text) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint || endpoint->port == 0 || endpoint->address.is_multicast()) {
        return std::nullopt;
    }
    return endpoint;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const auto address = Address::parse(host);
    if (!address || (address->family() == Family::ipv6 && !host.starts_with('['))) {
        return std::nullopt;
    }
    Port port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return Endpoint{*address, port};
}

Result<Config, Errors> parse_config(std::string_view text) {
    KeyWatch watch;
    json document;
    try {
        document = json::parse(text, std::ref(watch));
    } catch (const json::exception& error) {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
        const std::string_view what = error.what();
        return Errors{Error{"is not JSON: " + std::string(what.substr(std::min(what.find("] ") + 2, what.size()))),
                            "the document"}};
    }
    Errors errors;
    for (const std::string& key : watch.repeated()) {
        errors.push_back(Error{"is there twice in one object", key});
    }
    Config config = read_config(document, errors);
    if (!errors.empty()) {
        return errors;
    }
    return config;
}

Result<Config, Errors> load_config(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return Errors{Error{"cannot be read: " + std::string(std::strerror(errno)), path}};
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    Result<Config, Errors> config = parse_config(text);
    if (config) {
        return config;
    }
    Errors errors = config.error();
    for (Error& error : errors) {
        error.where = path + ": " + error.where;
    }
    return errors;
}

std::optional<std::string> exposure(const std::string& path, std::uint32_t owner, std::uint32_t mode,
                                    std::uint32_t user) {
    if (owner != 0 && user != 0 && owner != user) {
        return "belongs to another user (" + std::to_string(owner) + "), who may read and change it; run: chown root " +
               path;
    }
    const std::uint32_t allowed = owner == 0 ? S_IRWXU | S_IRGRP : S_IRWXU;
    if ((mode & (S_IRWXG | S_IRWXO) & ~allowed) == 0) {
        return std::nullopt;
    }
    return owner == 0 ? "others than root may use it, or its group change it; run: chmod 640 " + path
                      : "others than its owner may use it; run: chmod 600 " + path;
}

Result<wire::SharedKey> load_key(const std::string& path, std::string_view purpose) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
    if (!file) {
        const int why = errno;
        std::string what = "cannot be read: " + std::string(std::strerror(why));
        if (why == ENOENT) {
            what += "; make " + std::string(purpose) + " by: (umask 027; sara-agent keygen > " + path + ")";
        } else if (const group* own = why == EACCES ? getgrgid(getegid()) : nullptr; own != nullptr) {
            what += "; to have group " + std::string(own->gr_name) + " read it: chgrp " + own->gr_name + " " + path +
                    " && chmod 640 " + path;
        }
        return Error{what, path};
    }
    struct stat status {};
    if (fstat(fileno(file.get()), &status) != 0) {
        return Error{"cannot be looked at: " + std::string(std::strerror(errno)), path};
    }
    if (std::optional<std::string> wrong = exposure(path, status.st_uid, status.st_mode, geteuid())) {
        return Error{*std::move(wrong), path};
    }
    std::array<char, 256> text{};
    const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
    Result<wire::SharedKey> key = wire::SharedKey::parse(std::string_view(text.data(), size));
    text.fill('\0');
    if (!key) {
        return Error{key.error().what + "; a new one is made by: sara-agent keygen", path};
    }
    return key;
}

}  // namespace sara::agent
