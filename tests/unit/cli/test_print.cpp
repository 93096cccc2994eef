// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "cli/show.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

std::string printed(Format format, const std::vector<kern::Object>& objects, Detail detail = {}) {
    std::ostringstream out;
    Printer printer(out, format);
    printer.begin_array();
    for (const kern::Object& object : objects) {
        show(printer, object, detail);
    }
    printer.end_array();
    return out.str();
}

kern::Node node() {
    return {"n1",
            3,
            Address::v4({198, 18, 0, 11}),
            2,
            "eth0",
            kern::Mac{2, 0, 0, 0, 0, 0x11},
            false,
            kern::NodeState::up,
            kern::Health::unwatched,
            5,
            0,
            true,
            4,
            1,
            40,
            400,
            40000};
}

kern::SessionInfo session() {
    kern::SessionInfo session;
    session.id = SessionId{7};
    session.service = "sip";
    session.node = "n1";
    session.flow = {{Address::v4({198, 18, 1, 11}), 5062}, {Address::v4({198, 18, 0, 100}), 5060}, Transport::udp};
    session.status = kern::LifeStatus::established;
    session.label = "call 1";
    session.lifetime = 90s;
    session.age = 1500ms;
    session.flows = 2;
    session.announcements = 1;
    session.packets = 12;
    session.bytes = 3400;
    return session;
}

}  // namespace

TEST_CASE("one call prints text and JSON") {
    CHECK(printed(Format::text, {node()}) == "n1: addr 198.18.0.11 dev eth0 mac 02:00:00:00:00:11 state up weight 5 "
                                             "max-sessions 0 health unwatched usable sessions 4\n");
    CHECK(printed(Format::json, {node()}) ==
          R"([{"name":"n1","addr":"198.18.0.11","dev":"eth0","mac":"02:00:00:00:00:11","mac-resolved":false,)"
          R"("state":"up","weight":5,"max-sessions":0,"health":"unwatched","usable":true,"sessions":4}])"
          "\n");
    kern::Node unusable = node();
    unusable.usable = false;
    CHECK(printed(Format::text, {unusable}).find(" unusable ") != std::string::npos);
}

TEST_CASE("option -s adds a line of counters, -d what is for the curious") {
    const std::string text = printed(Format::text, {node()}, {true, true});
    CHECK(text ==
          "n1: id 3 addr 198.18.0.11 dev eth0 ifindex 2 mac 02:00:00:00:00:11 state up weight 5 max-sessions 0 "
          "health unwatched usable sessions 4\n    sessions-closing 1 sessions-total 40 packets 400 bytes 40000\n");
    CHECK(printed(Format::json, {node()}, {true, false}).find(R"("packets":400,"bytes":40000}])") != std::string::npos);
}

TEST_CASE("lists are arrays, empty ones too") {
    CHECK(printed(Format::json, {}) == "[]\n");
    CHECK(printed(Format::text, {}).empty());
    CHECK(printed(Format::pretty, {}) == "[]\n");
    kern::Device device{2, "eth0", kern::DevMode::dispatch, 0, 0, 0};
    CHECK(printed(Format::json, {device, device}) ==
          R"([{"name":"eth0","mode":"dispatch"},{"name":"eth0","mode":"dispatch"}])"
          "\n");
    CHECK(printed(Format::pretty, {device}) ==
          "[\n    {\n        \"name\": \"eth0\",\n        \"mode\": \"dispatch\"\n    }\n]\n");
}

TEST_CASE("sessions and flows print their tuple") {
    CHECK(printed(Format::text, {session()}, {true, false}) ==
          "7: service sip node n1 udp 198.18.1.11:5062 > 198.18.0.100:5060 status established label \"call 1\" "
          "lifetime 90s flows 2 announcements 1 age 1.5s idle 0s\n"
          "    packets 12 bytes 3400\n");
    CHECK(printed(Format::json, {session()}) ==
          R"([{"id":7,"service":"sip","node":"n1","tuple":{"proto":"udp","src":"198.18.1.11","sport":5062,)"
          R"("dst":"198.18.0.100","dport":5060},"status":"established","label":"call 1","lifetime":90000,"flows":2,)"
          R"("announcements":1,"age":1500,"idle":0}])"
          "\n");
}

TEST_CASE("an announcement is a flow with identity announced") {
    kern::AnnouncementInfo info;
    info.session = SessionId{7};
    info.node = "n1";
    info.key = {Transport::udp, Address::v4({198, 18, 1, 11}), 4000, Address::v4({198, 18, 0, 100}), 0};
    info.form = AnnouncementForm::half;
    info.ttl = 10s;
    info.tag = Tag{9};
    CHECK(printed(Format::text, {info}, {false, true}) ==
          "session 7 node n1 identity announced udp 198.18.1.11:4000 > 198.18.0.100:* form half ttl 10s promotions 0 "
          "tag 0x0000000000000009\n");
    CHECK(printed(Format::json, {info}) ==
          R"([{"session":7,"node":"n1","identity":"announced","tuple":{"proto":"udp","src":"198.18.1.11","sport":4000,)"
          R"("dst":"198.18.0.100"},"form":"half","ttl":10000,"confirmed":false,"promotions":0}])"
          "\n");
}

TEST_CASE("services say all nodes by an empty array") {
    kern::Service service;
    service.name = "rtsp";
    service.vip = Address::v4({198, 18, 0, 100});
    service.transport = Transport::tcp;
    service.port = 554;
    service.scheduler = "wlc";
    service.flow_timeout = 30s;
    CHECK(printed(Format::text, {service}) == "rtsp: vip 198.18.0.100 proto tcp port 554 app none key flow scheduler "
                                              "wlc flow-timeout 30s admission off refuse drop nodes all sessions 0\n");
    CHECK(printed(Format::json, {service}).find(R"("nodes":[])") != std::string::npos);
    service.nodes = {"n1", "n2"};
    service.port_last = 560;
    CHECK(printed(Format::text, {service}).find("port 554-560 ") != std::string::npos);
    CHECK(printed(Format::text, {service}).find("nodes n1,n2 ") != std::string::npos);
    CHECK(printed(Format::json, {service}).find(R"("port":554,"port-last":560)") != std::string::npos);
}

TEST_CASE("services account for their sessions") {
    kern::Service service;
    service.name = "sip";
    service.admission = kern::Admission::on;
    service.refuse = kern::Refuse::busy;
    service.sessions = 2;
    service.sessions_total = 8;
    service.offered = 11;
    service.refused = 3;
    service.refused_load = 1;
    service.refused_no_node = 2;
    service.ended = {1, 0, 5, 0, 0, 0};
    const std::string account =
        "offered 11 refused 3 refused-load 1 refused-no-node 2 refused-full 0\n"
        "    ended-idle 1 ended-closed 0 ended-finished 5 ended-expired 0 ended-deleted 0 ended-reclaimed 0 "
        "restored 0\n";
    CHECK(printed(Format::text, {service}, {true, false}).find("\n    " + account) != std::string::npos);
    CHECK(printed(Format::text, {service}, {false, false, true}) ==
          "sip: admission on refuse busy sessions 2\n    sessions-total 8 " + account);
    std::ostringstream text;
    Printer printer(text, Format::text);
    show(printer, kern::Event{kern::EventKind::refused, service}, {});
    CHECK(text.str().starts_with("refused service sip: "));
    CHECK(text.str().ends_with(" offered 11 refused-load 1\n"));
}

TEST_CASE("a policy shows its scores, and loads as decimals") {
    kern::Policy policy;
    policy.epoch = 7;
    policy.valid = 3s;
    policy.age = 250ms;
    policy.placed = 4;
    policy.pending = -2;
    policy.admission = kern::AdmissionNumbers{*parse::load("0.6"), *parse::load("0.001"), *parse::load("0.5"),
                                              *parse::load("0.7"), *parse::load("0.85"),  *parse::load("1")};
    policy.load_now = *parse::load("0.604");
    policy.p_new = *parse::load("0.52");
    policy.scores = {{"n1", *parse::load("0.25"), *parse::load("0.01"), -3}};
    CHECK(printed(Format::text, {policy}) == "epoch 7 valid 3s age 250ms good placed 4 pending -2\n"
                                             "    load 0.6 cost 0.001 t1 0.5 t2 0.7 t3 0.85 c 1\n"
                                             "    load-now 0.604 p-new 0.52 p-est 0\n"
                                             "    n1: score 0.25 cost 0.01 pending -3\n");
    const std::string json = printed(Format::json, {policy});
    CHECK(json.find(
              R"("epoch":7,"valid":3000,"age":250,"stale":false,"placed":4,"pending":-2,"load":0.6,"cost":0.001,)") !=
          std::string::npos);
    CHECK(json.find(R"("scores":[{"node":"n1","score":0.25,"cost":0.01,"pending":-3}])") != std::string::npos);
}

TEST_CASE("what is told by its Call-ID shows it") {
    kern::SessionInfo call = session();
    call.call_id = "a b@c";
    CHECK(printed(Format::text, {call}).find(R"(198.18.0.100:5060 call-id "a b@c" status)") != std::string::npos);
    CHECK(printed(Format::json, {call}).find(R"("call-id":"a b@c")") != std::string::npos);
    kern::FlowInfo flow;
    flow.call_id = "a@c";
    CHECK(printed(Format::json, {flow}).find(R"("call-id":"a@c")") != std::string::npos);
    kern::Service service;
    service.key = kern::SessionKey::call_id;
    service.no_call_id = kern::NoCallId::drop;
    CHECK(printed(Format::text, {service}).find("key call-id no-call-id drop ") != std::string::npos);
}

TEST_CASE("events are one JSON object a line, and say what happened") {
    kern::SessionInfo ended = session();
    ended.end = kern::EndReason::finished;
    std::ostringstream text;
    Printer text_printer(text, Format::text);
    show(text_printer, kern::Event{kern::EventKind::deleted, ended}, {});
    show(text_printer, kern::Event{kern::EventKind::created, node()}, {});
    CHECK(text.str() == "deleted session 7: service sip node n1 udp 198.18.1.11:5062 > 198.18.0.100:5060 status "
                        "established end finished label \"call 1\" lifetime 90s age 1.5s\n"
                        "created node n1: addr 198.18.0.11 dev eth0 mac 02:00:00:00:00:11 state up weight 5 "
                        "max-sessions 0 health unwatched usable\n");
    std::ostringstream json;
    Printer json_printer(json, Format::json);
    show(json_printer, kern::Event{kern::EventKind::changed, node()}, {});
    CHECK(json.str().starts_with(R"({"event":"changed","object":"node","name":"n1",)"));
    CHECK(json.str().ends_with("}\n"));
}

TEST_CASE("counters are a table, and one JSON object") {
    kern::Stats stats;
    stats.values[SARA_A_STATS_SESSIONS] = 3;
    stats.values[SARA_A_STATS_HITS] = 100;
    std::ostringstream text;
    Printer text_printer(text, Format::text);
    show(text_printer, stats, {});
    CHECK(text.str() == "sessions 3\nhits 100\n");
    std::ostringstream json;
    Printer json_printer(json, Format::json);
    show(json_printer, stats, {});
    CHECK(json.str() == "{\"sessions\":3,\"hits\":100}\n");
}

TEST_CASE("text from the network cannot steer a terminal, nor break JSON") {
    CHECK(safe_text("abc") == "abc");
    CHECK(safe_text("a b") == "\"a b\"");
    CHECK(safe_text("") == "\"\"");
    CHECK(safe_text("\x1b[2J") == "\\x1b[2J");
    CHECK(safe_text("caf\xc3\xa9") == "caf\\xc3\\xa9");
    kern::SessionInfo evil = session();
    evil.label = "\x1b]0;x\x07\xff\"";
    const std::string text = printed(Format::text, {evil});
    CHECK(text.find('\x1b') == std::string::npos);
    const std::string json = printed(Format::json, {evil});
    CHECK(nlohmann::json::accept(json));
    CHECK(json.find('\xff') == std::string::npos);
}

TEST_CASE("lists of objects are indented lines, and arrays") {
    const auto print = [](Format format) {
        std::ostringstream out;
        Printer printer(out, format);
        printer.begin_object();
        printer.bare("session", 1);
        printer.colon();
        printer.begin_list("dialogs");
        for (const char* name : {"a", "b"}) {
            printer.begin_object();
            printer.field("dialog", name);
            printer.begin_list("media");
            printer.begin_object();
            printer.field("port", std::uint64_t{5004});
            printer.end_object();
            printer.end_list();
            printer.end_object();
        }
        printer.end_list();
        printer.end_object();
        return out.str();
    };
    CHECK(print(Format::text) == "1:\n    dialog a\n        port 5004\n    dialog b\n        port 5004\n");
    CHECK(print(Format::json) == R"({"session":1,"dialogs":[{"dialog":"a","media":[{"port":5004}]},)"
                                 R"({"dialog":"b","media":[{"port":5004}]}]})"
                                 "\n");
}

TEST_CASE("names, addresses and states have their colours, and the words stay") {
    std::ostringstream out;
    Printer printer(out, Format::text, true);
    printer.begin_object();
    printer.bare("name", "n1");
    printer.colon();
    printer.field("addr", "198.18.0.11");
    printer.field("vip", "fd00::100");
    printer.field("mac", "02:00:00:00:00:11");
    printer.field("state", "up");
    printer.field("health", "down");
    printer.field("status", "new");
    printer.field("scheduler", "down");
    printer.flag("usable", false, "unusable");
    printer.tuple(
        "tuple",
        FlowKey{{Address::v4({198, 18, 1, 11}), 4000}, {Address::v4({198, 18, 0, 100}), 5060}, Transport::udp});
    printer.end_object();
    CHECK(out.str() == "\x1b[36mn1\x1b[0m: addr \x1b[35m198.18.0.11\x1b[0m vip \x1b[34mfd00::100\x1b[0m "
                       "mac \x1b[33m02:00:00:00:00:11\x1b[0m state \x1b[32mup\x1b[0m health \x1b[31mdown\x1b[0m "
                       "status new scheduler down \x1b[31munusable\x1b[0m "
                       "\x1b[35mudp 198.18.1.11:4000 > 198.18.0.100:5060\x1b[0m\n");
}
