// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "cli/batch.hpp"
#include "cli/grammar.hpp"
#include "cli/options.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

Result<Action, WordError> parsed(const std::string& line) {
    const Result<std::vector<std::string>> words = split_words(line);
    REQUIRE(words);
    return parse_command(*words);
}

/// The request that a line makes.
kern::Request request(const std::string& line) {
    const Result<Action, WordError> action = parsed(line);
    INFO(line << ": " << (action ? "" : action.error().text()));
    REQUIRE(action);
    REQUIRE(std::holds_alternative<Execute>(*action));
    return std::get<Execute>(*action).request;
}

std::vector<kern::Request> shown(const std::string& line) {
    const Result<Action, WordError> action = parsed(line);
    INFO(line << ": " << (action ? "" : action.error().text()));
    REQUIRE(action);
    REQUIRE(std::holds_alternative<Show>(*action));
    return std::get<Show>(*action).requests;
}

std::string refusal(const std::string& line) {
    const Result<Action, WordError> action = parsed(line);
    return action ? "(accepted)" : action.error().text();
}

const Address kVip = Address::v4({198, 18, 0, 100});
const Address kClient = Address::v4({198, 18, 1, 11});

using Requests = std::vector<kern::Request>;

}  // namespace

TEST_CASE("dev") {
    CHECK(request("dev add eth0 mode dispatch") == kern::dev_new("eth0", kern::DevMode::dispatch));
    CHECK(request("dev add eth1 mode observe") == kern::dev_new("eth1", kern::DevMode::observe));
    CHECK(request("dev del eth0") == kern::dev_del("eth0"));
    CHECK(shown("dev") == Requests{kern::dev_dump()});
    CHECK(shown("dev show") == Requests{kern::dev_dump()});
    CHECK(shown("dev show eth0") == Requests{kern::dev_get("eth0")});
    CHECK(refusal("dev add") == "expected the name of a network device");
    CHECK(refusal("dev add eth0") == "\"mode\" is missing");
    CHECK(refusal("dev add eth0 mode") == "mode: expected a word");
    CHECK(refusal("dev add eth0 mode fast") == "mode: expected dispatch or observe, not \"fast\"");
    CHECK(refusal("dev del eth0 now") == "expected the end of the command, not \"now\"");
}

TEST_CASE("service") {
    kern::ServiceSpec spec;
    spec.name = "rtsp";
    spec.vip = kVip;
    spec.transport = Transport::tcp;
    spec.port = 554;
    CHECK(request("service add rtsp vip 198.18.0.100 proto tcp port 554") == kern::service_new(spec));
    spec.app = App::rtsp;
    spec.scheduler = "wlc";
    spec.nodes = {"n1", "n2"};
    spec.flow_timeout = 30s;
    CHECK(request("service add rtsp vip 198.18.0.100 proto tcp port 554 app rtsp scheduler wlc nodes n1,n2 "
                  "flow-timeout 30s") == kern::service_new(spec));
    spec.nodes = {};
    spec.port_last = 560;
    spec.key = kern::SessionKey::source;
    CHECK(
        request("service add rtsp nodes all port 554-560 key source scheduler wlc flow-timeout 30s app rtsp proto tcp "
                "vip 198.18.0.100") == kern::service_new(spec));
    spec = {};
    spec.name = "sip";
    spec.vip = kVip;
    spec.transport = Transport::udp;
    spec.port = 5060;
    spec.app = App::sip;
    spec.key = kern::SessionKey::call_id;
    spec.no_call_id = kern::NoCallId::pass;
    CHECK(request("service add sip vip 198.18.0.100 proto udp port 5060 app sip key call-id no-call-id pass") ==
          kern::service_new(spec));

    kern::ServiceChange change;
    change.name = "sip";
    change.no_call_id = kern::NoCallId::drop;
    CHECK(request("service set sip no-call-id drop") == kern::service_set(change));
    change.no_call_id.reset();
    change.name = "rtsp";
    change.nodes = {"n1"};
    CHECK(request("service set rtsp nodes n1") == kern::service_set(change));
    change.nodes = {};
    change.all_nodes = true;
    CHECK(request("service set rtsp nodes all") == kern::service_set(change));
    CHECK(request("service del rtsp") == kern::service_del("rtsp"));
    CHECK(request("service del rtsp force") == kern::service_del("rtsp", true));
    CHECK(shown("service show rtsp") == Requests{kern::service_get("rtsp")});

    CHECK(refusal("service add rtsp") == "\"vip\" is missing");
    CHECK(refusal("service add rtsp vip 198.18.0.100 proto tcp") == "\"port\" is missing");
    CHECK(refusal("service add rtsp vip vip.example proto tcp port 1") ==
          "vip: expected an IPv4 or IPv6 address, not \"vip.example\"");
    CHECK(refusal("service add rtsp vip 198.18.0.100 vip 198.18.0.100") == "\"vip\" is given twice");
    CHECK(refusal("service add rtsp vip 198.18.0.100 proto tcp port 1 flow-timeout 5ms") ==
          "flow-timeout: expected a time of at least 1s, not \"5ms\"");
    CHECK(refusal("service set rtsp") ==
          "nothing to change: expected one of no-call-id, scheduler, flow-timeout, admission, refuse, nodes");
    CHECK(refusal("service set rtsp vip 198.18.0.100") ==
          "expected one of no-call-id, scheduler, flow-timeout, admission, refuse, nodes, not \"vip\"");
}

TEST_CASE("node") {
    kern::NodeSpec spec;
    spec.name = "n1";
    spec.address = Address::v4({198, 18, 0, 11});
    CHECK(request("node add n1 addr 198.18.0.11") == kern::node_new(spec));
    CHECK(request("node add n1 addr 198.18.0.11 mac resolved") == kern::node_new(spec));
    spec.dev = "eth0";
    spec.mac = kern::Mac{2, 0, 0, 0, 0, 0x11};
    spec.weight = 2;
    spec.max_sessions = 100;
    spec.state = kern::NodeState::down;
    CHECK(request("node add n1 addr 198.18.0.11 dev eth0 mac 02:00:00:00:00:11 weight 2 max-sessions 100 state down") ==
          kern::node_new(spec));

    kern::NodeSpec change;
    change.name = "n1";
    change.state = kern::NodeState::drain;
    CHECK(request("node set n1 state drain") == kern::node_set(change));
    change.state = {};
    change.mac_resolved = true;
    CHECK(request("node set n1 mac resolved") == kern::node_set(change));
    CHECK(request("node del n1 force") == kern::node_del("n1", true));
    CHECK(shown("node") == Requests{kern::node_dump()});
    CHECK(shown("node list") == Requests{kern::node_dump()});
    CHECK(request("node delete n1") == kern::node_del("n1"));

    CHECK(refusal("node add n1") == "\"addr\" is missing");
    CHECK(refusal("node add n1 addr 198.18.0.11 weight 65536") ==
          "weight: expected a number from 0 to 65535, not \"65536\"");
    CHECK(refusal("node set n1") == "nothing to change: expected one of addr, dev, mac, state, weight, max-sessions");
    CHECK(refusal("node set n1 state off") == "state: expected up, drain or down, not \"off\"");
    CHECK(refusal("node add n1 addr 198.18.0.11 mac 02:00") ==
          "mac: expected a MAC address such as 02:00:00:00:00:11, not \"02:00\"");
    CHECK(refusal("node del n1 now") == "expected the end of the command, not \"now\"");
}

TEST_CASE("session") {
    CHECK(shown("session show") == Requests{kern::session_dump()});
    CHECK(shown("session show id 7") == Requests{kern::session_get(SessionId{7})});
    CHECK(shown("session show node n1 service rtsp") ==
          Requests{kern::session_dump({.service = "rtsp", .node = "n1"})});
    CHECK(shown("session show call-id a@b") == Requests{kern::session_dump({.call_id = "a@b"})});
    CHECK(refusal("session show call-id ''") == "call-id: expected 1 to 255 bytes");
    CHECK(request("session del id 7") == kern::session_del(SessionId{7}));
    CHECK(request("session flush") == kern::session_flush({}));
    CHECK(request("session flush node n1") == kern::session_flush({.node = "n1"}));
    kern::SessionChange change;
    change.id = SessionId{7};
    change.label = "a call";
    change.lifetime = 1h;
    change.linger = 2s;
    CHECK(request("session set id 7 label 'a call' lifetime 1h linger 2s") == kern::session_set(change));
    CHECK(refusal("session show id 7 node n1") == "id names one session: leave out service, node and call-id");
    CHECK(refusal("session del") == "\"id\" is missing");
    CHECK(refusal("session set id 7") == "nothing to change: expected one of label, lifetime, linger, own, standby");
    CHECK(request("session set id 7 own") == kern::session_set({.id = SessionId{7}, .own = true}));
    CHECK(request("session set id 7 standby") == kern::session_set({.id = SessionId{7}, .standby = true}));
    CHECK(request("session del id 7 standby") == kern::session_del_standby(SessionId{7}));
    CHECK(std::get<SaveSessions>(*parsed("session save")).file == "-");
    CHECK(std::get<SaveSessions>(*parsed("session save a.json")).file == "a.json");
    CHECK(std::get<RestoreSessions>(*parsed("session restore a.json")).file == "a.json");
    CHECK(refusal("session restore") == "expected a file that sara session save wrote");
    CHECK(refusal("session set id 7 label " + std::string(128, 'x')) == "label: expected 0 to 127 bytes");
    CHECK(refusal("session del id x") == "id: expected the id of a session, a number from 1, not \"x\"");
}

TEST_CASE("flow") {
    CHECK(shown("flow show") == Requests{kern::flow_dump(), kern::announce_dump()});
    const kern::Selection one{.session = SessionId{7}};
    CHECK(shown("flow show session 7") == Requests{kern::flow_dump(one), kern::announce_dump(one)});
    const kern::Selection call{.call_id = "a@b"};
    CHECK(shown("flow show call-id a@b") == Requests{kern::flow_dump(call), kern::announce_dump(call)});
    CHECK(shown("flow show proto tcp src 198.18.1.11 sport 4000 dst 198.18.0.100 dport 554") ==
          Requests{kern::flow_get(FlowKey{{kClient, 4000}, {kVip, 554}, Transport::tcp})});
    CHECK(refusal("flow show proto tcp src 198.18.1.11") == "\"dst\" is missing");
    CHECK(refusal("flow show proto tcp dst 198.18.0.100 dport 554") == "\"src\" is missing");
    CHECK(refusal("flow show proto tcp src fd00::1 sport 1 dst 198.18.0.100 dport 1") ==
          "src and dst must both be IPv4 or both be IPv6");
    CHECK(refusal("flow add") == "command \"add\" is unknown: expected one of show");
}

TEST_CASE("announce") {
    const AnnouncementKey half{Transport::udp, kClient, 4000, kVip, 0};
    CHECK(request("announce add session 7 proto udp src 198.18.1.11 sport 4000 dst 198.18.0.100 tag 9 ttl 10s") ==
          kern::announce_new({SessionId{7}, half, Tag{9}, 10s}));
    CHECK(request("announce del proto udp src 198.18.1.11 sport 4000 dst 198.18.0.100") == kern::announce_del(half));
    CHECK(request("announce del session 7 tag 9") == kern::announce_del(SessionId{7}, Tag{9}));
    CHECK(request("announce flush session 7") == kern::announce_del(SessionId{7}));
    CHECK(shown("announce show node n1") == Requests{kern::announce_dump({.node = "n1"})});
    CHECK(refusal("announce add proto udp dst 198.18.0.100 dport 5004") == "\"session\" is missing");
    CHECK(refusal("announce add session 7 proto udp dst 198.18.0.100 sport 1") ==
          "expected src, sport and dport; or src and sport; or src and dport; or dport alone");
    CHECK(refusal("announce del session 7") == "\"tag\" is missing");
}

TEST_CASE("admission") {
    kern::ServiceChange change;
    change.name = "sip";
    change.admission = kern::Admission::on;
    CHECK(request("admission set sip on") == kern::service_set(change));
    CHECK(request("service set sip admission on") == kern::service_set(change));
    change.refuse = kern::Refuse::busy;
    CHECK(request("admission set sip on refuse busy") == kern::service_set(change));
    change.admission = std::nullopt;
    CHECK(request("admission set sip refuse busy") == kern::service_set(change));
    CHECK(shown("admission") == Requests{kern::service_dump()});
    CHECK(shown("admission show sip") == Requests{kern::service_get("sip")});
    CHECK(refusal("admission set sip on off") == "either on or off, not both");
    CHECK(refusal("admission set sip refuse politely") == "refuse: expected drop, reset or busy, not \"politely\"");
}

TEST_CASE("policy") {
    kern::PolicySpec spec;
    spec.epoch = 7;
    CHECK(request("policy set epoch 7") == kern::policy_set(spec));
    spec.valid = 1s;
    spec.scores = {{"n1", kern::kLoadOne, kern::Load{SARA_LOAD_ONE / 4}, 0}};
    CHECK(request("policy set epoch 7 valid 1s scores n1:1:0.25") == kern::policy_set(spec));
    const auto part = [](unsigned quarters) { return kern::Load{SARA_LOAD_ONE / 4 * quarters}; };
    spec.admission = kern::AdmissionNumbers{part(2), part(0), part(1), part(2), part(3), part(4)};
    CHECK(request("policy set epoch 7 valid 1s scores n1:1:0.25 load 0.5 cost 0 t1 0.25 t2 0.5 t3 0.75 c 1") ==
          kern::policy_set(spec));
    CHECK(request("policy flush") == kern::policy_del());
    CHECK(shown("policy") == Requests{kern::policy_get(), kern::policy_dump()});
    CHECK(refusal("policy set valid 1s") == "\"epoch\" is missing");
    CHECK(refusal("policy set epoch 7 load 0.5") == "\"cost\" is missing");
    CHECK(refusal("policy set epoch 0") == "epoch: expected a number from 1 to 18446744073709551615, not \"0\"");
}

TEST_CASE("config and stats") {
    kern::ConfigChange change;
    change.max_sessions = 1000;
    change.tcp_timeout = 15min;
    CHECK(request("config set max-sessions 1000 tcp-timeout 15m") == kern::config_set(change));
    CHECK(shown("config") == Requests{kern::config_get()});
    CHECK(refusal("config set") == "nothing to change: expected one of max-sessions, max-flows, max-announcements, "
                                   "tcp-timeout, closing-timeout, purge-interval, inspect-rate, early-time, "
                                   "early-packets, max-refused, refused-time, refuse-rate, standby-time");
    CHECK(refusal("config set max-flows 0") == "max-flows: expected a number from 1 to 4294967295, not \"0\"");
    CHECK(shown("stats show") == Requests{kern::stats_get()});
    CHECK(std::get<AgentStats>(*parsed("stats show agent")).socket == "/run/sara/agent.sock");
    CHECK(std::get<AgentStats>(*parsed("stats show agent socket /tmp/a")).socket == "/tmp/a");
}

TEST_CASE("loads of nodes are asked of an agent") {
    CHECK(std::get<HighAvailability>(*parsed("ha")) == HighAvailability{"/run/sara/agent.sock", false});
    CHECK(std::get<HighAvailability>(*parsed("ha check socket /tmp/a")) == HighAvailability{"/tmp/a", true});
    CHECK(std::get<AgentDo>(*parsed("ha handover")) == AgentDo{"/run/sara/agent.sock", "handover"});
    CHECK(std::get<AgentDo>(*parsed("ha resume socket /tmp/a")) == AgentDo{"/tmp/a", "resume"});
    CHECK(std::get<NodeLoad>(*parsed("node load")) == NodeLoad{"/run/sara/agent.sock", ""});
    CHECK(std::get<NodeLoad>(*parsed("node load n1")) == NodeLoad{"/run/sara/agent.sock", "n1"});
    CHECK(std::get<NodeLoad>(*parsed("node load socket /tmp/a")) == NodeLoad{"/tmp/a", ""});
    CHECK(std::get<NodeLoad>(*parsed("node load n1 socket /tmp/a")) == NodeLoad{"/tmp/a", "n1"});
}

TEST_CASE("a node is drained in the kernel if it is named, else by its agent, with a time an agent hears it") {
    kern::NodeSpec change;
    change.name = "n1";
    change.state = kern::NodeState::drain;
    CHECK(request("node drain n1") == kern::node_set(change));
    change.state = kern::NodeState::up;
    CHECK(request("node undrain n1") == kern::node_set(change));
    CHECK(std::get<Drain>(*parsed("node drain")) == Drain{"/run/sara/agent.sock", "", {}});
    CHECK(std::get<Drain>(*parsed("node drain at +30s socket /tmp/a")) == Drain{"/tmp/a", "", Moment(30000ms)});
    CHECK(std::get<Drain>(*parsed("node drain n1 at 23:30")) ==
          Drain{"/run/sara/agent.sock", "n1", Moment(TimeOfDay{23h + 30min})});
    CHECK(std::get<AgentDo>(*parsed("node undrain socket /tmp/a")) == AgentDo{"/tmp/a", "undrain"});
    CHECK(refusal("node drain n1 socket /tmp/a") ==
          "without a time no agent is asked to drain a node that is named: leave out socket, or give at");
    CHECK(refusal("node drain at noon") ==
          "at: expected a time such as +30s (7d at most), 23:30 or 2026-11-27T23:30Z, not \"noon\"");
    CHECK(refusal("node undrain n1 socket /tmp/a") == "expected the end of the command, not \"socket\"");
}

TEST_CASE("explain") {
    const FlowKey flow{{*Address::parse("198.18.1.11"), 5060}, {kVip, 5060}, Transport::udp};
    const std::string tuple = "proto udp src 198.18.1.11 sport 5060 dst 198.18.0.100 dport 5060";
    const std::string socket = "/run/sara/agent.sock";
    CHECK(std::get<Explain>(*parsed("explain " + tuple)) == Explain{socket, {}, flow, {}});
    CHECK(std::get<Explain>(*parsed("explain " + tuple + " call-id a@b")) == Explain{socket, {}, flow, "a@b"});
    CHECK(std::get<Explain>(*parsed("explain a@b")) == Explain{socket, {}, {}, "a@b"});
    CHECK(std::get<Explain>(*parsed("explain call-id id socket /tmp/a")) == Explain{"/tmp/a", {}, {}, "id"});
    CHECK(std::get<Explain>(*parsed("explain id 7")) == Explain{socket, SessionId{7}, {}, {}});
    CHECK(refusal("explain") == "expected the tuple of a flow, a Call-ID, or the id of a session");
    CHECK(refusal("explain socket /tmp/a") ==
          "which session? Give the tuple of a flow, a Call-ID, or the id of a session");
    CHECK(refusal("explain proto udp dst 198.18.0.100") == "\"src\" is missing");
    for (const char* const much : {"explain a@b id 7", "explain a@b call-id c@d", "explain id 7 call-id c@d"}) {
        CHECK(refusal(much) == "give the tuple of a flow, or a Call-ID, or the id of a session");
    }
}

TEST_CASE("a doctor takes roles, addresses, a file and a socket in any order") {
    CHECK(std::get<Doctor>(*parsed("doctor")) == Doctor{});
    CHECK(std::get<Doctor>(
              *parsed("doctor vip 198.18.0.100 gateway socket /run/a.sock vip fd00::1 node config a.json")) ==
          Doctor{{doctor::Role::gateway, doctor::Role::node},
                 {*Address::parse("198.18.0.100"), *Address::parse("fd00::1")},
                 "a.json",
                 "/run/a.sock"});
    CHECK(std::get<Doctor>(*parsed("doctor dispatcher")).roles == std::set{doctor::Role::dispatcher});
    CHECK(refusal("doctor vip") == "expected an address");
    CHECK(refusal("doctor head") == "expected dispatcher, gateway, node, vip, config or socket, not \"head\"");
}

TEST_CASE("monitor and inspect") {
    CHECK(std::get<Monitor>(*parsed("monitor")) == Monitor{});
    CHECK(std::get<Monitor>(*parsed("monitor session flow --count 3")) == Monitor{{"session", "flow"}, 3});
    CHECK(refusal("monitor stats") ==
          "expected dev, service, node, session, flow, announce or --count, or cluster alone, not "
          "\"stats\"");
    CHECK(std::get<MonitorCluster>(*parsed("monitor cluster")) == MonitorCluster{"/run/sara/agent.sock", 0});
    CHECK(std::get<MonitorCluster>(*parsed("monitor cluster socket /tmp/a --count 3")) == MonitorCluster{"/tmp/a", 3});
    CHECK(
        std::get<Inspect>(
            *parsed("inspect a.pcap --vip 198.18.0.100 --vip fd00::1 port rtsp=554,8554 port sip=5062")) ==
        Inspect{"a.pcap", {kVip, *Address::parse("fd00::1")}, {{App::rtsp, 554}, {App::rtsp, 8554}, {App::sip, 5062}}});
    CHECK(refusal("inspect") == "expected a capture file");
    CHECK(refusal("inspect a --vip") == "expected an address");
    CHECK(refusal("inspect a port http=80") == "expected ports such as rtsp=554,8554 or sip=5060, not \"http=80\"");
    CHECK(refusal("inspect a port sip=") == "expected ports such as rtsp=554,8554 or sip=5060, not \"sip=\"");
    CHECK(refusal("inspect a port sip=0") == "expected a port from 1 to 65535, not \"0\"");
}

TEST_CASE("objects and commands may be cut while they are one") {
    CHECK(shown("de sh") == Requests{kern::dev_dump()});
    CHECK(shown("serv") == Requests{kern::service_dump()});
    CHECK(request("n a n1 addr 198.18.0.11").command == SARA_CMD_NODE_NEW);
    CHECK(refusal("se show") == "object \"se\" is ambiguous: service, session");
    CHECK(refusal("session s") == "command \"s\" is ambiguous: show, set, save");
    CHECK(refusal("rule show") ==
          "object \"rule\" is unknown: expected one of dev, service, node, session, flow, "
          "announce, admission, policy, config, stats, monitor, explain, inspect, ha, doctor, top");
    CHECK(refusal("''").find("is unknown") != std::string::npos);
}

TEST_CASE("top") {
    const auto top = [](const std::string& line) { return *parsed(line); };
    CHECK(top("top") == Action{ShowTop{kAgentSocket, 1s, 0}});
    CHECK(top("top interval 250ms socket /run/x -n 3") == Action{ShowTop{"/run/x", 250ms, 3}});
    CHECK(top("top --count 3") == Action{ShowTop{kAgentSocket, 1s, 3}});
    CHECK(refusal("top interval 10ms") == "interval: expected a time of at least 100ms, not \"10ms\"");
    CHECK(refusal("top -n 0") == "-n: expected a number from 1 to 18446744073709551615, not \"0\"");
    CHECK(refusal("top nodes") == "expected one of interval, socket, -n, --count, count, not \"nodes\"");
}

TEST_CASE("a wrong word gets the nearest right one, and the grammar") {
    struct Slip {
        const char* line;
        const char* meant;
    };
    // Of each object its commands, and of each command its words.
    constexpr Slip kSlips[] = {
        {"dve", "dev"},
        {"servcie show", "service"},
        {"nodes", "node"},
        {"sesion", "session"},
        {"flows", "flow"},
        {"anounce", "announce"},
        {"admision", "admission"},
        {"polciy", "policy"},
        {"configure", "config"},
        {"stat5", "stats"},
        {"moniter", "monitor"},
        {"expalin", "explain"},
        {"inspcet", "inspect"},
        {"hs", "ha"},
        {"docter", "doctor"},
        {"tpo", "top"},
        {"dev ad eth0 mde dispatch", "mode"},
        {"dev dle eth0", "del"},
        {"dev shwo", "show"},
        {"service ste sip", "set"},
        {"service add sip vpi 198.18.0.100", "vip"},
        {"service add sip vip 198.18.0.100 protocol udp", "proto"},
        {"service set sip shceduler wlc", "scheduler"},
        {"service set sip flow-timout 30s", "flow-timeout"},
        {"service set sip refuze busy", "refuse"},
        {"service del sip forze", "force"},
        {"node drian n1", "drain"},
        {"node undrian n1", "undrain"},
        {"node laod", "load"},
        {"node add n1 address 198.18.0.11", "addr"},
        {"node set n1 wieght 3", "weight"},
        {"node set n1 max-session 3", "max-sessions"},
        {"node del n1 froce", "force"},
        {"node drain n1 att +1m", "at"},
        {"node load n1 sokcet /run/x", "socket"},

        {"session svae f", "save"},
        {"session resotre f", "restore"},
        {"session set id 1 lable x", "label"},
        {"session flush sevice sip", "service"},
        {"session del id 1 stanby", "standby"},
        {"flow show proto udp scr 198.18.1.11", "src"},
        {"flow show sesson 1", "session"},
        {"announce flsuh session 1", "flush"},
        {"announce add session 1 proto udp dst 198.18.0.100 dprt 1", "dport"},
        {"admission ste sip on", "set"},
        {"admission set sip refsue drop", "refuse"},
        {"policy fulsh", "flush"},
        {"policy set epcoh 1", "epoch"},
        {"config set max-sesions 1", "max-sessions"},
        {"config set tcp-timout 1h", "tcp-timeout"},
        {"stats show agnet", "agent"},
        {"stats show agent scoket x", "socket"},
        {"monitor sesion", "session"},
        {"monitor clutser", "cluster"},
        {"monitor --cuont 1", "--count"},
        {"monitor cluster scoket x", "socket"},
        {"explain proto udp src 198.18.1.11 sprot 1", "sport"},
        {"explain id 1 scoket x", "socket"},
        {"inspect f --vpi 198.18.0.100", "--vip"},
        {"ha hadnover", "handover"},
        {"ha reusme", "resume"},
        {"ha chekc", "check"},
        {"ha show scoket x", "socket"},
        {"doctor dispacher", "dispatcher"},
        {"doctor gatway", "gateway"},
        {"doctor config f sokcet x", "socket"},
        {"top intervall 1s", "interval"},
    };
    for (const Slip& slip : kSlips) {
        const Result<Action, WordError> action = parsed(slip.line);
        INFO(slip.line << ": " << refusal(slip.line));
        REQUIRE_FALSE(action);
        CHECK(action.error().text().ends_with("(did you mean \"" + std::string(slip.meant) + "\"?)"));
        CHECK(action.error().grammar.starts_with("Usage: sara "));
        CHECK(action.error().grammar.find(slip.meant) != std::string::npos);
    }
}

TEST_CASE("a wrong word among few gets the nearest, a wrong value what it may be, and neither gets the grammar") {
    const auto error = [](const std::string& line) {
        const Result<Action, WordError> action = parsed(line);
        REQUIRE_FALSE(action);
        CHECK(action.error().grammar.empty());
        return action.error().text();
    };
    CHECK(error("dev add eth0 mode dispach") ==
          "mode: expected dispatch or observe, not \"dispach\" (did you mean \"dispatch\"?)");
    CHECK(error("node set n1 state dran") ==
          "state: expected up, drain or down, not \"dran\" (did you mean \"drain\"?)");
    CHECK(error("node set n1 state off") == "state: expected up, drain or down, not \"off\"");
    CHECK(error("service add sip vip 198.18.0.100 proto upd") ==
          "proto: expected tcp or udp, not \"upd\" (did you mean \"udp\"?)");
    CHECK(error("node set n1 weight x") == "weight: expected a number from 0 to 65535, not \"x\"");
}

TEST_CASE("a missing word gets the grammar, what is far from all gets no proposal") {
    for (const char* const line :
         {"dev add", "dev add eth0", "node set n1", "service add sip vip", "inspect", "explain"}) {
        INFO(line << ": " << refusal(line));
        const Result<Action, WordError> action = parsed(line);
        REQUIRE_FALSE(action);
        CHECK(action.error().grammar.starts_with("Usage: sara "));
    }
    CHECK(refusal("xyzzy").find("did you mean") == std::string::npos);
    CHECK(parsed("xyzzy").error().grammar == usage());
    CHECK(refusal("node xyzzy").find("did you mean") == std::string::npos);
    CHECK(refusal("node set n1 xyzzy 1").find("did you mean") == std::string::npos);
    CHECK(parse_options(std::vector<std::string>{"-jsno"}).error().text().ends_with("(did you mean \"-json\"?)"));
    CHECK(parse_options(std::vector<std::string>{"--nets"}).error().text().ends_with("(did you mean \"-netns\"?)"));
    CHECK(parse_options(std::vector<std::string>{"--hlep"}).error().text().ends_with("(did you mean \"-help\"?)"));
}

TEST_CASE("every object has help, which names its commands") {
    for (const ObjectGrammar* object : objects()) {
        const Result<Action, WordError> action = parsed(std::string(object->name) + " help");
        REQUIRE(action);
        for (const char* const word : {" -h", " -help", " --help"}) {
            CHECK(std::get<Help>(*parsed(std::string(object->name) + word)).usage == object->usage);
        }
        const std::string& text = std::get<Help>(*action).usage;
        CHECK(text == object->usage);
        CHECK(text.starts_with("Usage: sara " + std::string(object->name)));
        for (const Command& command : object->commands) {
            INFO(object->name << " " << command.name);
            CHECK(text.find(std::string(command.name)) != std::string::npos);
        }
        CHECK(usage().find(std::string(object->name)) != std::string::npos);
    }
    CHECK(std::get<Help>(*parsed("help")).usage == usage());
}

TEST_CASE("options come first") {
    const auto options = [](std::vector<std::string> words) {
        Result<CommandLine> line = parse_options(words);
        REQUIRE(line);
        return line->options;
    };
    CHECK(options({"-j", "node"}).format == Format::json);
    CHECK(options({"-p", "--json", "node"}).format == Format::pretty);
    CHECK(options({"-p", "node"}).format == Format::text);
    CHECK(options({"-s", "-d", "node"}).detail.stats);
    CHECK(options({"-netns", "lb", "node"}).netns == "lb");
    CHECK(options({"-b", "-"}).batch == "-");
    for (const char* const word : {"-V", "-Version", "--version"}) {
        CHECK(options({word}).version);
    }
    CHECK(options({"node"}).colour == Colour::unsaid);
    CHECK(options({"-c", "node"}).colour == Colour::always);
    CHECK(options({"--color", "node"}).colour == Colour::always);
    CHECK(options({"-color=auto", "node"}).colour == Colour::automatic);
    CHECK(options({"-c=never", "node"}).colour == Colour::never);
    CHECK(parse_options(std::vector<std::string>{"-c=red"}).error().text() ==
          "-c: expected always, auto or never, not \"red\"");
    const std::vector<std::string> words{"-j", "node", "-s"};
    CHECK(parse_options(words)->words.size() == 2);
    CHECK(parse_options(std::vector<std::string>{"-x"}).error().text() == "option \"-x\" is unknown: see sara help");
    CHECK(parse_options(std::vector<std::string>{"-n"}).error().text() ==
          "-n: expected the name of a network namespace");
}

TEST_CASE("batch lines are words, quotes and comments") {
    CHECK(*split_words("node add n1  addr\t198.18.0.11 # the first") ==
          std::vector<std::string>{"node", "add", "n1", "addr", "198.18.0.11"});
    CHECK(*split_words("label 'a b' \"c # d\" e''f") == std::vector<std::string>{"label", "a b", "c # d", "ef"});
    CHECK(split_words("# nothing")->empty());
    CHECK(*split_words("a ''") == std::vector<std::string>{"a", ""});
    CHECK(split_words("a 'b").error().what == "a quote is not closed: '");
}
