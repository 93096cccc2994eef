// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "agent/config.hpp"

using namespace sara;
using namespace sara::agent;
using namespace std::chrono_literals;

namespace {

/// A valid file with one member more.
std::string with(const std::string& member) {
    return R"({"dispatcher": {"listen": "198.18.0.2:7100"}, "key_file": "/k")" + (member.empty() ? "" : ", " + member) +
           "}";
}

Config good(const std::string& text) {
    const auto config = parse_config(text);
    if (!config) {
        for (const Error& error : config.error()) {
            UNSCOPED_INFO(error.text());
        }
    }
    REQUIRE(config.ok());
    return *config;
}

/// "path: what" of every error.
std::vector<std::string> errors(const std::string& text) {
    const auto config = parse_config(text);
    REQUIRE_FALSE(config.ok());
    std::vector<std::string> out;
    std::transform(config.error().begin(), config.error().end(), std::back_inserter(out),
                   [](const Error& error) { return error.text(); });
    return out;
}

std::string error(const std::string& text) {
    const auto all = errors(text);
    CAPTURE(all);
    REQUIRE(all.size() == 1);
    return all.front();
}

/// A file that goes with the test.
class TemporaryFile {
public:
    TemporaryFile(const std::string& text, mode_t mode) {
        std::ofstream(path_) << text;
        chmod(path_.c_str(), mode);
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = std::filesystem::temp_directory_path() / ("sara-config-test." + std::to_string(getpid()));
};

}  // namespace

TEST_CASE("the smallest files of each role") {
    const Config dispatcher = good(with(""));
    CHECK(dispatcher.dispatcher->peers.empty());
    REQUIRE(dispatcher.dispatcher);
    CHECK(dispatcher.dispatcher->listen.text() == "198.18.0.2:7100");
    CHECK_FALSE(dispatcher.gateway);
    CHECK(dispatcher.key_file == "/k");
    CHECK(dispatcher.control == "/run/sara/agent.sock");
    CHECK_FALSE(dispatcher.metrics);
    CHECK(dispatcher.log_level == role::LogLevel::info);
    CHECK(dispatcher.timers.empty());

    const Config gateway =
        good(R"({"gateway": {"dispatchers": ["198.18.0.2:7100", "[fd00::3]:7100"]}, "key_file": "/k"})");
    REQUIRE(gateway.gateway);
    REQUIRE(gateway.gateway->dispatchers.size() == 2);
    CHECK(gateway.gateway->dispatchers[1].text() == "[fd00::3]:7100");
    CHECK_FALSE(gateway.gateway->hold);
}

TEST_CASE("a gateway's replies wait if they are told to") {
    const auto hold = [](const std::string& more) {
        return good(R"({"gateway": {"dispatchers": ["198.18.0.2:7100"], )" + more + R"(}, "key_file": "/k"})")
            .gateway->hold;
    };
    CHECK(hold(R"("announce": "hold")") == kern::HoldSpec{20ms, {}});
    CHECK(hold(R"("announce": "hold", "hold_time": 0.5, "hold_packets": 9)") == kern::HoldSpec{500ms, 9});
    CHECK(hold(R"("announce": "async")") == std::nullopt);
}

TEST_CASE("everything that a file can say") {
    const Config config = good(with(R"(
        "control": "/tmp/x.sock",
        "metrics": {"listen": "[::]:9477"},
        "log": {"level": "debug"},
        "timers": {"sip": {"linger": 5, "dialog": 60.5}},
        "bounds": {"max_sessions": 100, "tcp_timeout": 900, "inspect_rate": 0},
        "devices": [{"name": "eth0", "mode": "dispatch"}, {"name": "eth1", "mode": "observe"}],
        "nodes": [{"name": "n1", "addr": "198.18.0.11", "dev": "eth0", "mac": "02:00:00:00:00:11", "state": "drain",
                   "weight": 3, "max_sessions": 7},
                  {"name": "n2", "addr": "fd00::12", "dev": "eth0"}],
        "services": [{"name": "sip", "vip": "198.18.0.100", "proto": "udp", "port": 5060, "app": "sip",
                      "key": "call-id", "no_call_id": "pass", "scheduler": "wrr", "flow_timeout": 12.5, "nodes": ["n1"]},
                     {"name": "range", "vip": "fd00::100", "proto": "tcp", "port": 8000, "port_last": 8010}])"));
    CHECK(config.control == "/tmp/x.sock");
    REQUIRE(config.metrics);
    CHECK(config.metrics->text() == "[::]:9477");
    CHECK(config.log_level == role::LogLevel::debug);
    REQUIRE(config.timers.size() == 1);
    const inspect::Timers& sip = config.timers.at(App::sip);
    CHECK(sip.linger == 5s);
    CHECK(sip.dialog == 60500ms);
    CHECK(sip.setup == inspect::protocol_for(App::sip)->timers().setup);
    CHECK(config.kernel.bounds == kern::ConfigChange{.max_sessions = 100,
                                                     .max_flows = {},
                                                     .max_announcements = {},
                                                     .tcp_timeout = 900s,
                                                     .closing_timeout = {},
                                                     .purge_interval = {},
                                                     .inspect_rate = 0,
                                                     .early_time = {},
                                                     .early_packets = {}});
    CHECK(config.kernel.devices ==
          std::vector<DeviceConfig>{{"eth0", kern::DevMode::dispatch}, {"eth1", kern::DevMode::observe}});
    REQUIRE(config.kernel.nodes.size() == 2);
    CHECK(config.kernel.nodes[0] == kern::NodeSpec{.name = "n1",
                                                   .address = Address::v4({198, 18, 0, 11}),
                                                   .ifindex = {},
                                                   .dev = "eth0",
                                                   .mac = kern::Mac{2, 0, 0, 0, 0, 0x11},
                                                   .mac_resolved = false,
                                                   .state = kern::NodeState::drain,
                                                   .weight = 3,
                                                   .max_sessions = 7});
    CHECK_FALSE(config.kernel.nodes[1].mac);
    REQUIRE(config.kernel.services.size() == 2);
    CHECK(config.kernel.services[0] == kern::ServiceSpec{.name = "sip",
                                                         .vip = Address::v4({198, 18, 0, 100}),
                                                         .transport = Transport::udp,
                                                         .port = 5060,
                                                         .port_last = 0,
                                                         .app = App::sip,
                                                         .key = kern::SessionKey::call_id,
                                                         .no_call_id = kern::NoCallId::pass,
                                                         .scheduler = "wrr",
                                                         .flow_timeout = 12500ms,
                                                         .admission = {},
                                                         .refuse = {},
                                                         .nodes = {"n1"}});
    CHECK(config.kernel.services[1].port_last == 8010);
    CHECK_FALSE(config.kernel.services[1].app);
}

TEST_CASE("each error names its path and what is allowed") {
    const std::string peer = R"(an address and port like "198.18.0.2:7100" or "[fd00::2]:7100" )"
                             "(neither wildcard nor multicast)";
    const auto [member, expected] = GENERATE_COPY(table<std::string, std::string>({
        {R"("colour": 1)",
         "colour: unknown key; allowed here: dispatcher, gateway, node, key_file, control, metrics, status, log, "
         "timers, bounds, devices, nodes, services"},
        {R"("gateway": {})", "gateway.dispatchers: is missing; it must be a list, each item " + peer},
        {R"("gateway": {"dispatchers": []})", "gateway.dispatchers: is empty; name at least one dispatcher"},
        {R"("gateway": {"dispatchers": ["1.2.3.4:5", "1.2.3.4"]})",
         R"(gateway.dispatchers[1]: "1.2.3.4" is not allowed; it must be )" + peer},
        {R"("gateway": {"dispatchers": ["1.2.3.4:5"], "announce": "later"})",
         R"(gateway.announce: "later" is not allowed; it must be "async" or "hold")"},
        {R"("gateway": {"dispatchers": ["1.2.3.4:5"], "announce": "async", "hold_time": 1})",
         R"(gateway.hold_time: needs "announce": "hold")"},
        {R"("gateway": {"dispatchers": ["1.2.3.4:5"], "hold_packets": 1})",
         R"(gateway.hold_packets: needs "announce": "hold")"},
        {R"("gateway": {"dispatchers": ["1.2.3.4:5", "1.2.3.4:5"]})",
         "gateway.dispatchers: names one dispatcher twice"},
        {R"("control": "")", R"(control: "" is not allowed; it must be a string of 1 to 4096 bytes)"},
        {R"("log": {"level": "loud"})",
         R"(log.level: "loud" is not allowed; it must be one of "debug", "info", "warning", "error")"},
        {R"("timers": {"sip": {"linger": -1}})",
         "timers.sip.linger: -1 is not allowed; it must be seconds, a number from 0 to 86400"},
        {R"("timers": {"h323": {}})", "timers.h323: unknown key; allowed here: sip, rtsp, ftp"},
        {R"("bounds": {"max_flows": 0})",
         "bounds.max_flows: 0 is not allowed; it must be a whole number from 1 to 4294967295"},
        {R"("bounds": {"purge_interval": 0.05})",
         "bounds.purge_interval: 0.05 is not allowed; it must be seconds, a number from 0.100 to 86400"},
        // Not even if it would be rounded to what is.
        {R"("bounds": {"purge_interval": 0.0999})",
         "bounds.purge_interval: 0.0999 is not allowed; it must be seconds, a number from 0.100 to 86400"},
        {R"("devices": {})", "devices: an object is not allowed; it must be a list of devices"},
        {R"("devices": [{"name": "a-name-of-16-byte", "mode": "observe"}])",
         R"(devices[0].name: "a-name-of-16-byte" is not allowed; it must be a string of 1 to 15 bytes)"},
        {R"("devices": [{"name": "eth0", "mode": "watch"}])",
         R"(devices[0].mode: "watch" is not allowed; it must be one of "dispatch", "observe")"},
        {R"("nodes": ["n1"])", R"(nodes[0]: "n1" is not allowed; it must be an object, { ... })"},
        {R"("nodes": [{"name": "n", "addr": "n1.example", "dev": "eth0"}])",
         R"(nodes[0].addr: "n1.example" is not allowed; it must be an IPv4 or IPv6 address)"},
        {R"("nodes": [{"name": "n", "addr": "1.2.3.4"}])",
         "nodes[0].dev: is missing; it must be a string of 1 to 15 bytes"},
        {R"("nodes": [{"name": "n", "addr": "1.2.3.4", "dev": "e", "mac": "02-00-00-00-00-11"}])",
         R"(nodes[0].mac: "02-00-00-00-00-11" is not allowed; it must be a MAC address like "02:00:00:00:00:11")"},
        {R"("nodes": [{"name": "n", "addr": "1.2.3.4", "dev": "e", "weight": 1.5}])",
         "nodes[0].weight: 1.5 is not allowed; it must be a whole number from 0 to 65535"},
        {R"("nodes": [{"name": "n", "addr": "1.2.3.4", "dev": "e"}, {"name": "n", "addr": "1.2.3.5", "dev": "e"}])",
         R"(nodes[1].name: "n" is there already)"},
        {R"("services": [{"name": "s", "vip": "1.2.3.4", "proto": "sctp", "port": 1}])",
         R"(services[0].proto: "sctp" is not allowed; it must be "udp" or "tcp")"},
        {R"("services": [{"name": "s", "vip": "1.2.3.4", "proto": "udp", "port": 0}])",
         "services[0].port: 0 is not allowed; it must be a whole number from 1 to 65535"},
        {R"("services": [{"name": "s", "vip": "1.2.3.4", "proto": "udp", "port": 9, "port_last": 8}])",
         "services[0].port_last: is lower than port"},
        {R"("services": [{"name": "s", "vip": "1.2.3.4", "proto": "udp", "port": 9, "app": "h323"}])",
         R"(services[0].app: "h323" is not allowed; it must be one of "none", "sip", "rtsp", "ftp")"},
        {R"("services": [{"name": "s", "vip": "1.2.3.4", "proto": "udp", "port": 9, "key": "port"}])",
         R"(services[0].key: "port" is not allowed; it must be one of "flow", "source", "call-id")"},
        {R"("services": [{"name": "s", "vip": "1.2.3.4", "proto": "udp", "port": 9, "nodes": ["a", ""]}])",
         R"(services[0].nodes[1]: "" is not allowed; it must be the name of a node, 1 to 31 bytes)"},
        {R"("log": {"level": "info", "level": "debug"})", "level: is there twice in one object"},
    }));
    CHECK(error(with(member)) == expected);
}

TEST_CASE("errors of the whole document") {
    CHECK(error(R"({"key_file": 1e1777777})").starts_with("the document: is not JSON: number overflow"));
    CHECK(error("[]") == "the document: a list is not allowed; it must be an object, { ... }");
    CHECK(error(R"({"key_file": "/k"})") ==
          R"(the document: has no role; give it "dispatcher", "gateway", "node", or several)");
    CHECK(error(R"({"gateway": {"dispatchers": ["1.2.3.4:5"]}})") ==
          "key_file: is missing; it must be a string of 1 to 4096 bytes");
    CHECK(error("{\n  \"a\": 1,\n}").starts_with("the document: is not JSON: parse error at line 3, column 1: "));
    CHECK(error("").starts_with("the document: is not JSON: parse error"));
}

TEST_CASE("one reading tells of all errors") {
    CHECK(errors(R"({"dispatcher": {"listen": 5}, "nodes": [{"name": 5}, {}]})").size() == 8);
}

TEST_CASE("a wildcard, port 0, a name and a bare IPv6 address are no places to listen") {
    for (const char* text : {"0.0.0.0:7100", "[::]:7100", "198.18.0.2:0", "198.18.0.2:70000", "localhost:7100",
                             "fd00::2:7100", "224.0.0.1:7100", "198.18.0.2", "198.18.0.2:71x"}) {
        CAPTURE(text);
        CHECK(error(std::string(R"({"dispatcher": {"listen": ")") + text + R"("}, "key_file": "/k"})")
                  .starts_with(std::string("dispatcher.listen: \"") + text + "\" is not allowed"));
    }
}

TEST_CASE("the status page is for this machine, or for those who have a token") {
    const Config own = good(with(R"("status": {"listen": "127.0.0.1:9478"})"));
    REQUIRE(own.status);
    CHECK(own.status->listen.text() == "127.0.0.1:9478");
    CHECK_FALSE(own.status->token_file);
    CHECK(good(with(R"("status": {"listen": "[::1]:9478"})")).status);
    CHECK(good(with(R"("status": {"listen": "0.0.0.0:9478", "token_file": "/t"})")).status->token_file == "/t");
    for (const char* const reached : {"0.0.0.0:9478", "198.18.0.2:9478", "[::]:9478"}) {
        CHECK(
            error(with(R"("status": {"listen": ")" + std::string(reached) + "\"}")) ==
            "status.listen: can be reached by other machines: that needs a \"token_file\"; without one only 127.0.0.1 "
            "and [::1] are allowed");
    }
    CHECK(error(with(R"("status": {"listen": "127.0.0.1:9478", "token_file": "/k"})"))
              .starts_with("status.token_file: is the \"key_file\""));
    CHECK(error(with(R"("status": {})")).starts_with("status.listen: is missing"));
    CHECK(error(with(R"("status": {"listen": "127.0.0.1:0"})")).starts_with("status.listen: "));
}

TEST_CASE("metrics are served at a port of any address, also the wildcard") {
    CHECK(good(with(R"("metrics": {"listen": "0.0.0.0:9477"})")).metrics);
    CHECK(error(with(R"("metrics": {"listen": "127.0.0.1:0"})")).starts_with("metrics.listen: "));
    CHECK(error(with(R"("metrics": {"listen": "224.0.0.1:9477"})")).starts_with("metrics.listen: "));
    CHECK(error(with(R"("metrics": {})")).starts_with("metrics.listen"));
}

TEST_CASE("a file that is not there is named") {
    const auto config = load_config("/nonexistent/agent.json");
    REQUIRE_FALSE(config.ok());
    CHECK(config.error().front().text() == "/nonexistent/agent.json: cannot be read: No such file or directory");
}

TEST_CASE("a key file must be its owner's alone, and hold a key") {
    const std::string key(64, 'a');
    SECTION("good") {
        const TemporaryFile file(key + "\n", 0600);
        const auto loaded = load_key(file.path());
        REQUIRE(loaded.ok());
        CHECK(loaded->hex() == key);
    }
    SECTION("readable by others") {
        const TemporaryFile file(key, 0644);
        const char* mode = geteuid() == 0 ? "chmod 640 " : "chmod 600 ";
        CHECK(load_key(file.path()).error().text().ends_with("; run: " + (mode + file.path())));
    }
    SECTION("too short") {
        const TemporaryFile file("abc", 0600);
        CHECK(load_key(file.path()).error().text() ==
              file.path() + ": a key is 64 hex digits, this has 3 characters; a new one is made by: sara-agent keygen");
    }
    SECTION("missing") {
        CHECK(load_key("/nonexistent/key").error().text() ==
              "/nonexistent/key: cannot be read: No such file or directory; make one key for the cluster by: "
              "(umask 027; sara-agent keygen > /nonexistent/key)");
    }
}

TEST_CASE("a secret is its owner's, and of root's its group may read it") {
    constexpr std::uint32_t kRoot = 0;
    constexpr std::uint32_t kAgent = 990;
    constexpr std::uint32_t kOther = 1000;
    for (const std::uint32_t mode : {0400U, 0600U, 0700U}) {
        CHECK_FALSE(exposure("k", kRoot, mode, kRoot));
        CHECK_FALSE(exposure("k", kRoot, mode, kAgent));
        CHECK_FALSE(exposure("k", kAgent, mode, kAgent));
        CHECK_FALSE(exposure("k", kAgent, mode, kRoot));
        CHECK(exposure("k", kOther, mode, kAgent) ==
              "belongs to another user (1000), who may read and change it; run: chown root k");
    }
    for (const std::uint32_t mode : {0440U, 0640U}) {
        CHECK_FALSE(exposure("k", kRoot, mode, kRoot));
        CHECK_FALSE(exposure("k", kRoot, mode, kAgent));
        CHECK(exposure("k", kAgent, mode, kAgent) == "others than its owner may use it; run: chmod 600 k");
        CHECK(exposure("k", kAgent, mode, kRoot) == "others than its owner may use it; run: chmod 600 k");
    }
    for (const std::uint32_t mode : {0604U, 0602U, 0601U, 0620U, 0610U, 0660U, 0644U, 0777U}) {
        CHECK(exposure("k", kRoot, mode, kAgent) ==
              "others than root may use it, or its group change it; run: chmod 640 k");
        CHECK(exposure("k", kAgent, mode, kAgent) == "others than its owner may use it; run: chmod 600 k");
    }
}

TEST_CASE("a node's agent needs an identity and somebody to tell, and no module") {
    const Config config = good(R"({"node": {"host": "10.0.1.2", "dispatchers": ["198.18.0.2:7100"], "period": 0.25,
                                            "plain": ["198.18.0.3:7101"],
                                            "listen": [{"proto": "udp", "port": 5060}, {"proto": "tcp", "port": 554}]},
                                   "key_file": "/k"})");
    REQUIRE(config.node);
    CHECK(config.node->node.host == wire::HostId{0x0a000102});
    CHECK(config.node->node.period == 250ms);
    CHECK(config.node->dispatchers.size() == 1);
    CHECK(config.node->plain.size() == 1);
    CHECK(config.node->listen == std::vector<io::ListenPort>{{Transport::udp, 5060}, {Transport::tcp, 554}});
}

TEST_CASE("a node asks its applications whether they serve") {
    const auto node = [](const std::string& probes) {
        return R"({"node": {"host": "10.0.1.2", "dispatchers": ["198.18.0.2:7100"], "probe": )" + probes +
               R"(}, "key_file": "/k"})";
    };
    CHECK(good(node("[]")).node->probes.empty());
    const Address vip = *Address::parse("198.18.0.100");
    CHECK(good(node(R"([{"type": "sip", "address": "198.18.0.100", "port": 5060},
                        {"type": "rtsp", "address": "fd00::100", "port": 554, "period": 5, "timeout": 0.2, "misses": 1},
                        {"type": "tcp", "address": "198.18.0.100", "port": 80, "period": 0.5}])"))
              .node->probes ==
          std::vector<role::ProbeConfig>{
              {role::ProbeKind::sip, {vip, 5060}, 1s, 1s, 3},
              {role::ProbeKind::rtsp, {*Address::parse("fd00::100"), 554}, 5s, 200ms, 1},
              {role::ProbeKind::tcp, {vip, 80}, 500ms, 500ms, 3},  // a timeout is not longer than its period
          });

    const auto refused = [&](const std::string& members) { return error(node("[{" + members + "}]")); };
    CHECK(refused(R"("address": "10.0.0.1", "port": 1)").starts_with("node.probe[0].type: is missing"));
    CHECK(refused(R"("type": "http", "address": "10.0.0.1", "port": 1)").starts_with("node.probe[0].type: "));
    CHECK(refused(R"("type": "sip", "port": 1)").starts_with("node.probe[0].address: is missing"));
    CHECK(refused(R"("type": "sip", "address": "0.0.0.0", "port": 1)").starts_with("node.probe[0].address: "));
    CHECK(refused(R"("type": "sip", "address": "10.0.0.1", "port": 0)").starts_with("node.probe[0].port: "));
    const std::string whole = R"("type": "sip", "address": "10.0.0.1", "port": 1, )";
    CHECK(refused(whole + R"("period": 0.01)").starts_with("node.probe[0].period: "));
    CHECK(refused(whole + R"("timeout": 1.5)") == "node.probe[0].timeout: is longer than the period");
    CHECK(refused(whole + R"("misses": 0)").starts_with("node.probe[0].misses: "));
    CHECK(refused(whole + R"("every": 1)").starts_with("node.probe[0].every: "));
}

TEST_CASE("a node without identity, without dispatchers, or with a wrong port is refused by its path") {
    CHECK(error(R"({"node": {"dispatchers": ["198.18.0.2:7100"]}, "key_file": "/k"})").starts_with("node.host: "));
    CHECK(error(R"({"node": {"host": "10.0.1.2"}, "key_file": "/k"})").starts_with("node.dispatchers: "));
    CHECK(error(R"({"node": {"host": "fd00::1", "dispatchers": ["198.18.0.2:7100"]}, "key_file": "/k"})")
              .starts_with("node.host: "));
    CHECK(error(R"({"node": {"host": "10.0.1.2", "dispatchers": ["198.18.0.2:7100"],
                             "listen": [{"proto": "udp", "port": 0}]}, "key_file": "/k"})")
              .starts_with("node.listen[0].port: "));
}

TEST_CASE("a node's virtual addresses, and by which device its packets come and go") {
    const auto with_node = [](const std::string& more) {
        return R"({"node": {"host": "10.0.1.2", "dispatchers": ["198.18.0.2:7100"], "plain": ["198.18.0.3:7101"])" +
               more + R"(}, "key_file": "/k"})";
    };
    CHECK(good(with_node("")).node->vip.vips.empty());
    const node::VipConfig config =
        good(with_node(R"(, "vips": ["198.18.0.100", "fd00::100"], "device": "eth1", "source": false)")).node->vip;
    CHECK(config.vips == std::vector<Address>{*Address::parse("198.18.0.100"), *Address::parse("fd00::100")});
    CHECK(config.device == "eth1");
    CHECK_FALSE(config.source);
    CHECK(config.direct == std::vector<Address>{*Address::parse("198.18.0.2"), *Address::parse("198.18.0.3")});
    CHECK(good(with_node(R"(, "vips": ["198.18.0.100"])")).node->vip.source);
    for (const char* vip : {"0.0.0.0", "224.0.0.1", "127.0.0.1", "::1", "fe80::1", "n1.example"}) {
        CHECK(error(with_node(R"(, "vips": [")" + std::string(vip) + "\"]")).starts_with("node.vips[0]: "));
    }
    CHECK(error(with_node(R"(, "vips": ["fd00::1", "fd00::1"])")) == "node.vips: names one address twice");
    CHECK(error(with_node(R"(, "device": "eth1")")) == R"(node.device: needs "vips")");
    CHECK(error(with_node(R"(, "source": false)")) == R"(node.source: needs "vips")");
}

TEST_CASE("who is refused is asked to wait 5 s, or as long as is said, in whole seconds") {
    CHECK(good(with("")).dispatcher->retry_after == 5s);
    const auto dispatcher = [](const std::string& seconds) {
        return R"({"dispatcher": {"listen": "198.18.0.2:7100", "retry_after": )" + seconds + R"(}, "key_file": "/k"})";
    };
    CHECK(good(dispatcher("1")).dispatcher->retry_after == 1s);
    CHECK(good(dispatcher("3600")).dispatcher->retry_after == 1h);
    for (const char* wrong : {"0", "3601", "1.5", "\"5\""}) {
        CHECK(error(dispatcher(wrong)) == "dispatcher.retry_after: " + std::string(wrong) +
                                              " is not allowed; it must be a whole number from 1 to 3600");
    }
}

TEST_CASE("a node's uplink is a device and what it carries") {
    const auto node = [](const std::string& link) {
        return R"({"node": {"host": "198.18.0.11", "dispatchers": ["198.18.0.2:7100"], "link": )" + link +
               R"(}, "key_file": "/k"})";
    };
    const auto link = good(node(R"({"device": "eth0", "capacity": 125000000})")).node->link;
    REQUIRE(link);
    CHECK(link->device == "eth0");
    CHECK(link->capacity == 125'000'000);
    CHECK(error(node(R"({"device": "eth0"})")).starts_with("node.link.capacity"));
    CHECK(error(node(R"({"device": "eth0", "capacity": 0})")).starts_with("node.link.capacity"));
    CHECK(error(node(R"({"capacity": 1})")).starts_with("node.link.device"));
}

TEST_CASE("a cluster is watched only if asked for, with defaults for what is left out") {
    CHECK_FALSE(good(with("")).cluster);
    const Config config = good(R"({"dispatcher": {"listen": "198.18.0.2:7100", "cluster": {}}, "key_file": "/k"})");
    REQUIRE(config.cluster);
    CHECK(config.cluster->cluster.detector.period == 500ms);
    CHECK(config.cluster->cluster.detector.misses == 3);
    CHECK_FALSE(config.cluster->plain);
    CHECK(config.cluster->vip_check == role::VipCheckConfig{.period = 1000ms, .misses = 3});
}

TEST_CASE("a node's load is its bottleneck unless its components have weights") {
    const auto weights = [](const std::string& members) {
        return R"({"dispatcher": {"listen": "198.18.0.2:7100", "cluster": {"weights": )" + members +
               R"(}}, "key_file": "/k"})";
    };
    CHECK_FALSE(good(R"({"dispatcher": {"listen": "198.18.0.2:7100", "cluster": {}}, "key_file": "/k"})")
                    .cluster->cluster.weights);
    const auto read = good(weights(R"({"cpu": 2, "backlog": 0.5, "softirq": 3})")).cluster->cluster.weights;
    REQUIRE(read);
    CHECK(read->of(policy::Component::cpu) == 2);
    CHECK(read->of(policy::Component::memory) == 0);
    CHECK(read->of(policy::Component::network) == 0);
    CHECK(read->of(policy::Component::io) == 0);
    CHECK(read->of(policy::Component::backlog) == .5);
    CHECK(read->of(policy::Component::softirq) == 3);

    CHECK(error(weights("{}")) == "dispatcher.cluster.weights: all weights are 0: no load could be told");
    CHECK(error(weights(R"({"cpu": 0})")) == "dispatcher.cluster.weights: all weights are 0: no load could be told");
    CHECK(error(weights(R"({"cpu": -1})")).starts_with("dispatcher.cluster.weights.cpu: "));
    CHECK(error(weights(R"({"io": 1001})")).starts_with("dispatcher.cluster.weights.io: "));
    CHECK(error(weights(R"({"memory": "1"})")).starts_with("dispatcher.cluster.weights.memory: "));
    CHECK(error(weights(R"({"cpu": 1, "disk": 1})")).starts_with("dispatcher.cluster.weights.disk: "));
    CHECK(error(weights("[1]")).starts_with("dispatcher.cluster.weights: "));
}

TEST_CASE("thresholds out of order, a smoothing of 0 and an unknown key are refused by their path") {
    const auto cluster = [](const std::string& member) {
        return R"({"dispatcher": {"listen": "198.18.0.2:7100", "cluster": {)" + member + R"(}}, "key_file": "/k"})";
    };
    CHECK(error(cluster(R"("thresholds": {"t1": 0.97})")).starts_with("dispatcher.cluster.thresholds: "));
    CHECK(error(cluster(R"("thresholds": {"c": 7})")).starts_with("dispatcher.cluster.thresholds.c: "));
    CHECK(error(cluster(R"("smoothing": 0)")).starts_with("dispatcher.cluster.smoothing: "));
    CHECK(error(cluster(R"("window": 1)")).starts_with("dispatcher.cluster.window: "));
    CHECK(error(cluster(R"("moving_thresholds": 1)")).starts_with("dispatcher.cluster.moving_thresholds: "));
    CHECK(error(cluster(R"("vip_check": 1)")).starts_with("dispatcher.cluster.vip_check: "));
    CHECK(error(cluster(R"("vip_check_period": 0.01)")).starts_with("dispatcher.cluster.vip_check_period: "));
    CHECK(error(cluster(R"("vip_check_misses": 0)")).starts_with("dispatcher.cluster.vip_check_misses: "));
    CHECK(good(cluster(R"("vip_check_period": 0.5, "vip_check_misses": 5)")).cluster->vip_check ==
          role::VipCheckConfig{.period = 500ms, .misses = 5});
    CHECK_FALSE(good(cluster(R"("vip_check": false)")).cluster->vip_check);
    CHECK(error(cluster(R"("spare_established": "no")")).starts_with("dispatcher.cluster.spare_established: "));
    CHECK(error(cluster(R"("unknown": 1)")).starts_with("dispatcher.cluster.unknown: "));
}

TEST_CASE("a node's identity is its IPv4 address unless it is given") {
    const Config config = good(with(R"("nodes": [{"name": "n1", "addr": "10.0.1.1", "dev": "eth0"},
                                                 {"name": "n2", "addr": "fd00::2", "dev": "eth0", "host": "10.0.1.2"}])"));
    CHECK(config.hosts == std::map<std::string, wire::HostId>{{"n2", wire::HostId{0x0a000102}}});
    CHECK(host_of(*Address::parse("10.0.1.1")) == wire::HostId{0x0a000101});
    CHECK_FALSE(host_of(*Address::parse("fd00::2")));
}

TEST_CASE("peers of a dispatcher") {
    const auto text = [](const std::string& more) {
        return R"({"dispatcher": {"listen": "198.18.0.2:7100", )" + more + R"(}, "key_file": "/k"})";
    };
    const Config config = good(text(R"("peers": ["198.18.0.3:7100", "198.18.0.4:7101"], "peer_timeout": 8.5)"));
    REQUIRE(config.dispatcher->peers.size() == 2);
    CHECK(config.dispatcher->peers[1].text() == "198.18.0.4:7101");
    CHECK(config.dispatcher->peer_timeout == 8500ms);
    CHECK(config.dispatcher->peer_grace == 10s);
    CHECK_FALSE(config.dispatcher->sync);
    const std::string peer = R"("peers": ["198.18.0.3:7100"], )";
    CHECK_FALSE(good(text(peer + R"("replication": "async")")).dispatcher->sync);
    CHECK(good(text(peer + R"("replication": "sync")")).dispatcher->sync == 20ms);
    CHECK(good(text(peer + R"("replication": "sync", "sync_time": 0.1)")).dispatcher->sync == 100ms);
    CHECK_FALSE(good(text(peer + R"("replication": "sync")")).dispatcher->strict);
    CHECK(good(text(peer + R"("replication": "strict")")).dispatcher->sync == 20ms);
    CHECK(good(text(peer + R"("replication": "strict")")).dispatcher->strict);
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {R"("peers": ["198.18.0.2:7200"])", "dispatcher.peers: names this dispatcher itself"},
        {R"("peers": ["198.18.0.3:1", "198.18.0.3:2"])",
         "dispatcher.peers: names one address twice, by which a peer is known"},
        {R"("peers": ["[fd00::3]:7100"])",
         "dispatcher.peers: names an address of another family than \"listen\", from which it would be called"},
        {R"("peers": ["1.0.0.1:1","1.0.0.2:1","1.0.0.3:1","1.0.0.4:1","1.0.0.5:1","1.0.0.6:1","1.0.0.7:1","1.0.0.8:1",
                      "1.0.0.9:1"])",
         "dispatcher.peers: has more than 8 peers"},
        {R"("peer_timeout": 5)", "dispatcher.peer_timeout: needs \"peers\""},
        {R"("replication": "sync")", "dispatcher.replication: needs \"peers\""},
        {peer + R"("sync_time": 0.1)", "dispatcher.sync_time: needs \"replication\": \"sync\" or \"strict\""},
    };
    for (const auto& [more, error] : wrong) {
        const auto parsed = parse_config(text(more));
        REQUIRE_FALSE(parsed.ok());
        CHECK(parsed.error().front().text() == error);
    }
}
