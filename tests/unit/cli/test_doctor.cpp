// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sstream>

#include "cli/doctor.hpp"

using namespace sara;
using namespace sara::cli;
using doctor::Finding;
using doctor::Role;
using doctor::Severity;

namespace {

Address at(const char* text) {
    return *Address::parse(text);
}

std::string shown(Format format, bool everything) {
    std::ostringstream out;
    Printer printer(out, format);
    show_findings(printer,
                  {{Severity::ok, "mtu", "it fits"},
                   {Severity::error, "arp", "eth0 answers \x1b", "sysctl -w a=1"},
                   {Severity::warning, "clock", "it is \"wrong\""}},
                  everything);
    return out.str();
}

}  // namespace

TEST_CASE("a finding is a line, and what is well is told on request") {
    CHECK(shown(Format::text, false) == "error: arp: eth0 answers \\x1b; mend it: sysctl -w a=1\n"
                                        "warning: clock: it is \"wrong\"\n");
    CHECK(shown(Format::text, true).starts_with("ok: mtu: it fits\nerror: arp: "));
    CHECK(shown(Format::json, false) ==
          R"([{"severity":"error","check":"arp","text":"eth0 answers \u001b","mend":"sysctl -w a=1"},)"
          R"({"severity":"warning","check":"clock","text":"it is \"wrong\""}])"
          "\n");
}

TEST_CASE("of an agent's file a doctor takes what it needs") {
    const DoctorConfig config = read_doctor_config(R"({
        "node": {"vips": ["198.18.0.100", "fd00::100", "no address", 7], "device": "eth0", "source": false,
                 "dispatchers": ["198.18.0.2:7100", "[fd00::2]:7100", 9]},
        "gateway": {"dispatchers": ["198.18.0.3:7100"]}, "key_file": "/etc/sara/peer.key", "control": "/run/a.sock"})");
    CHECK(config.roles == std::set<Role>{Role::gateway, Role::node});
    CHECK(config.control == "/run/a.sock");
    CHECK(config.key_file == "/etc/sara/peer.key");
    CHECK(config.vips == node::VipConfig{{at("198.18.0.100"), at("fd00::100")},
                                         "eth0",
                                         false,
                                         {at("198.18.0.2"), at("fd00::2"), at("198.18.0.3")}});
    CHECK(read_doctor_config(R"({"dispatcher": {}})").roles == std::set<Role>{Role::dispatcher});
    CHECK(read_doctor_config(R"({"dispatcher": {}})").vips.source);
    for (const char* text : {"", "[]", "{", R"({"node": 5, "control": {}, "gateway": []})"}) {
        CHECK(read_doctor_config(text) == DoctorConfig{});
    }
}

TEST_CASE("of what an agent answers likewise") {
    const auto stats = nlohmann::ordered_json::parse(R"({
        "agent": {"version": "0.1.0", "config": "/etc/sara/lb.json"}, "kernel": {"up": false},
        "dispatcher": {"peers": {"datagrams": {"forged": 3}}, "ha": {"peers": [{"address": "198.18.0.3:7100", "up": true}]},
            "cluster": {"nodes": [{"name": "n1", "clock_ahead": -40}, {"name": "n2"}, {"name": "n3", "clock_ahead": "x"}]}},
        "gateway": {"dispatchers": [{"address": "198.18.0.2:7100", "up": false}]}})");
    CHECK(roles_of(stats) == std::set<Role>{Role::dispatcher, Role::gateway});
    CHECK(config_of(stats) == "/etc/sara/lb.json");
    CHECK(agent_facts(stats) == doctor::AgentFacts{"0.1.0",
                                                   false,
                                                   3,
                                                   {{"198.18.0.2:7100", false}, {"198.18.0.3:7100", true}},
                                                   {{"n1", std::chrono::seconds(-40)}}});
    CHECK(agent_facts(nlohmann::ordered_json::parse(R"({"kernel": 1, "node": {"dispatchers": [1]}})")).kernel_up);
}

TEST_CASE("the module's objects in the doctor's terms") {
    kern::Device device;
    device.name = "eth0";
    device.mode = kern::DevMode::observe;
    device.packets = 4;
    device.copied = 2;
    CHECK(to_facts(device) == doctor::AttachedDevice{"eth0", false, 4, 2});
    kern::Service service;
    service.name = "sip";
    service.vip = at("198.18.0.100");
    CHECK_FALSE(to_facts(service).inspected);
    service.app = App::sip;
    CHECK(to_facts(service) == doctor::ServiceFacts{"sip", at("198.18.0.100"), true});
    kern::Node node;
    node.name = "n1";
    node.address = at("198.18.0.11");
    node.dev = "eth0";
    node.mac = Mac{2, 0, 0, 0, 0, 17};
    node.state = kern::NodeState::drain;
    CHECK(to_facts(node) == doctor::NodeFacts{"n1", at("198.18.0.11"), "eth0", Mac{2, 0, 0, 0, 0, 17}, false, false});
}

TEST_CASE("a file of ours has a unit") {
    CHECK(unit_of("/etc/sara/dispatcher.json") == "sara-agent@dispatcher");
    for (const char* path : {"", "/etc/sara/", "/etc/sara/a/b.json", "/tmp/agent.json", "/etc/sara/agent.conf"}) {
        CHECK(unit_of(path).empty());
    }
}
