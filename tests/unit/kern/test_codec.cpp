// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "bytes.hpp"
#include "kern/attributes.hpp"
#include "kern/codec.hpp"
#include "kern/words.hpp"

using namespace sara;
using namespace std::chrono_literals;
using kern::AttributeWriter;
using test::to_hex;

namespace {

const Address kVip = Address::v4({198, 18, 0, 100});
const Address kClient = Address::v4({198, 18, 1, 11});

Buffer built(void (*fill)(AttributeWriter&)) {
    AttributeWriter writer;
    fill(writer);
    return std::move(writer).take();
}

void put_flow(AttributeWriter& writer, std::uint16_t type) {
    const std::size_t nest = writer.begin(type);
    writer.address(SARA_A_TUPLE_SRC, kClient);
    writer.u16(SARA_A_TUPLE_SPORT, 40000);
    writer.address(SARA_A_TUPLE_DST, kVip);
    writer.u16(SARA_A_TUPLE_DPORT, 554);
    writer.u8(SARA_A_TUPLE_PROTO, 6);
    writer.end(nest);
}

const FlowKey kFlow{{kClient, 40000}, {kVip, 554}, Transport::tcp};
const Mac kMac{2, 0, 0, 0, 0, 0x11};

/// Each prefix of a message decodes or is refused; none reads outside (the sanitizers watch), and all but those that
/// end between attributes are refused.
void check_prefixes(std::uint8_t command, const Buffer& whole) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Buffer part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const kern::Result<kern::Object> object = kern::decode(command, part);
        if (!object) {
            CHECK(object.error().code == EPROTO);
        }
    }
}

}  // namespace

TEST_CASE("requests: dev") {
    const kern::Request request = kern::dev_new("eth0", kern::DevMode::dispatch);
    CHECK(request.command == SARA_CMD_DEV_NEW);
    CHECK_FALSE(request.dump);
    CHECK(to_hex(request.attributes) == "09 00 02 00 65 74 68 30 00 00 00 00 "
                                        "08 00 03 00 01 00 00 00");
    CHECK(to_hex(kern::dev_del("eth0").attributes) == "09 00 02 00 65 74 68 30 00 00 00 00");
    CHECK(kern::dev_dump() == kern::Request{SARA_CMD_DEV_GET, true, {}});
}

TEST_CASE("requests: service") {
    kern::ServiceSpec spec;
    spec.name = "rtsp";
    spec.vip = kVip;
    spec.transport = Transport::tcp;
    spec.port = 554;
    spec.app = App::rtsp;
    spec.flow_timeout = 30s;
    spec.nodes = {"n1", "n2"};
    const kern::Request request = kern::service_new(spec);
    CHECK(request.command == SARA_CMD_SERVICE_NEW);
    CHECK(to_hex(request.attributes) == "09 00 01 00 72 74 73 70 00 00 00 00 "
                                        "08 00 03 00 c6 12 00 64 "
                                        "05 00 04 00 06 00 00 00 "
                                        "06 00 05 00 2a 02 00 00 "
                                        "08 00 07 00 02 00 00 00 "
                                        "08 00 0a 00 30 75 00 00 "
                                        "07 00 0b 00 6e 31 00 00 "
                                        "07 00 0b 00 6e 32 00 00");
    kern::ServiceChange change;
    change.name = "rtsp";
    change.all_nodes = true;
    CHECK(to_hex(kern::service_set(change).attributes) == "09 00 01 00 72 74 73 70 00 00 00 00 04 00 0c 00");
    CHECK(to_hex(kern::service_del("s", true).attributes) == "06 00 01 00 73 00 00 00 04 00 0d 00");
}

TEST_CASE("requests: admission of a service") {
    kern::ServiceChange change;
    change.name = "s";
    change.admission = kern::Admission::on;
    change.refuse = kern::Refuse::busy;
    CHECK(to_hex(kern::service_set(change).attributes) == "06 00 01 00 73 00 00 00 "
                                                          "08 00 16 00 01 00 00 00 "
                                                          "08 00 17 00 03 00 00 00");
}

TEST_CASE("requests: policy") {
    kern::PolicySpec spec;
    spec.epoch = 7;
    spec.valid = 3s;
    spec.admission = kern::AdmissionNumbers{kern::Load{1}, kern::Load{2}, kern::Load{3},
                                            kern::Load{4}, kern::Load{5}, kern::kLoadOne};
    spec.scores = {{"n1", kern::Load{8}, kern::Load{9}, 0}};
    const kern::Request request = kern::policy_set(spec);
    CHECK(request.command == SARA_CMD_POLICY_SET);
    CHECK(to_hex(request.attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 "
          "08 00 03 00 b8 0b 00 00 "
          "08 00 05 00 01 00 00 00 08 00 06 00 02 00 00 00 08 00 07 00 03 00 00 00 "
          "08 00 08 00 04 00 00 00 08 00 09 00 05 00 00 00 08 00 0a 00 00 00 00 01 "
          "1c 00 04 80 07 00 01 00 6e 31 00 00 08 00 02 00 08 00 00 00 08 00 03 00 09 00 00 00");
    CHECK(kern::policy_dump() == kern::Request{SARA_CMD_POLICY_GET, true, {}});
}

TEST_CASE("decode: policy, and its scores") {
    const Buffer whole = built([](AttributeWriter& writer) {
        writer.u64(SARA_A_POLICY_EPOCH, 7);
        writer.milliseconds(SARA_A_POLICY_VALID, 3s);
        writer.u64(SARA_A_POLICY_AGE, 250);
        writer.flag(SARA_A_POLICY_STALE);
        writer.u32(SARA_A_POLICY_NODES, 2);
        writer.u32(SARA_A_POLICY_PLACED, 4);
        writer.s32(SARA_A_POLICY_PENDING, -5);
        writer.u32(SARA_A_POLICY_LOAD, 1);
        writer.u32(SARA_A_POLICY_C, 6);
        writer.u32(SARA_A_POLICY_P_NEW, 9);
    });
    const auto policy = kern::decode(SARA_CMD_POLICY_GET, whole);
    REQUIRE(policy);
    kern::Policy expected;
    expected.epoch = 7;
    expected.valid = 3s;
    expected.age = 250ms;
    expected.stale = true;
    expected.nodes = 2;
    expected.placed = 4;
    expected.pending = -5;
    expected.admission = kern::AdmissionNumbers{};
    expected.admission->load = kern::Load{1};
    expected.admission->c = kern::Load{6};
    expected.p_new = kern::Load{9};
    CHECK(std::get<kern::Policy>(*policy) == expected);
    check_prefixes(SARA_CMD_POLICY_GET, whole);

    const Buffer score = built([](AttributeWriter& writer) {
        const std::size_t nest = writer.begin(SARA_A_POLICY_SCORE);
        writer.text(SARA_A_SCORE_NODE, "n1");
        writer.u32(SARA_A_SCORE_SCORE, 5);
        writer.s32(SARA_A_SCORE_PENDING, -3);
        writer.end(nest);
    });
    const auto one = kern::decode(SARA_CMD_POLICY_GET, score);
    REQUIRE(one);
    CHECK(std::get<kern::NodeScore>(*one) == kern::NodeScore{"n1", kern::Load{5}, {}, -3});
    check_prefixes(SARA_CMD_POLICY_GET, score);
    CHECK_FALSE(kern::decode(SARA_CMD_POLICY_GET, {}));
}

TEST_CASE("requests: node") {
    kern::NodeSpec spec;
    spec.name = "n1";
    spec.address = Address::v4({198, 18, 0, 11});
    spec.dev = "eth0";
    spec.mac = kMac;
    spec.state = kern::NodeState::drain;
    spec.weight = 2;
    CHECK(to_hex(kern::node_new(spec).attributes) == "07 00 01 00 6e 31 00 00 "
                                                     "08 00 03 00 c6 12 00 0b "
                                                     "09 00 05 00 65 74 68 30 00 00 00 00 "
                                                     "0a 00 06 00 02 00 00 00 00 11 00 00 "
                                                     "08 00 08 00 02 00 00 00 "
                                                     "08 00 09 00 02 00 00 00");
    CHECK(kern::node_set(spec).command == SARA_CMD_NODE_SET);
}

TEST_CASE("requests: a flow, by its Call-ID where that is the key") {
    const std::string tuple = to_hex(kern::flow_get(kFlow).attributes);
    CHECK(to_hex(kern::flow_get({kFlow, "a@b"}).attributes) == tuple + " 08 00 0d 00 61 40 62 00");
    CHECK(to_hex(kern::flow_get({kFlow, std::string(256, 'x')}).attributes) == tuple);
    CHECK(to_hex(kern::session_dump({.call_id = "a@b"}).attributes) == "08 00 13 00 61 40 62 00");
    CHECK(to_hex(kern::announce_dump({.call_id = "a@b"}).attributes) == "08 00 0b 00 61 40 62 00");
}

TEST_CASE("requests: session") {
    kern::SessionChange change;
    change.id = SessionId{7};
    change.label = "a";
    change.lifetime = 1s;
    change.linger = 0ms;
    CHECK(to_hex(kern::session_set(change).attributes) == "0c 00 02 00 07 00 00 00 00 00 00 00 "
                                                          "06 00 07 00 61 00 00 00 "
                                                          "08 00 08 00 e8 03 00 00 "
                                                          "08 00 09 00 00 00 00 00");
    CHECK(to_hex(kern::session_flush({}).attributes) == "04 00 12 00");
    CHECK(to_hex(kern::session_flush({.node = "n1"}).attributes) == "07 00 04 00 6e 31 00 00");
    CHECK(kern::session_dump({.node = "n1"}).dump);
    CHECK(kern::session_flush({}).command == SARA_CMD_SESSION_DEL);
}

TEST_CASE("requests: announcements leave out what is not known") {
    AnnouncementKey half{Transport::udp, kClient, 4000, kVip, 0};
    CHECK(to_hex(kern::announce_new({SessionId{7}, half, Tag{9}, 10s}).attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 "
          "24 00 05 80 08 00 01 00 c6 12 01 0b 06 00 02 00 a0 0f 00 00 08 00 03 00 c6 12 00 64 05 00 05 00 11 00 00 00 "
          "0c 00 07 00 09 00 00 00 00 00 00 00 "
          "08 00 08 00 10 27 00 00");
    AnnouncementKey any_source{Transport::udp, std::nullopt, 0, kVip, 5004};
    CHECK(to_hex(kern::announce_del(any_source).attributes) ==
          "1c 00 05 80 08 00 03 00 c6 12 00 64 06 00 04 00 8c 13 00 00 05 00 05 00 11 00 00 00");
    CHECK(to_hex(kern::announce_del(SessionId{7}, Tag{9}).attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 0c 00 07 00 09 00 00 00 00 00 00 00");
}

TEST_CASE("requests: a session that is restored, with its signalling flow") {
    kern::SessionPast past;
    past.service = "s";
    past.node = "n1";
    past.lifetime = 1s;
    past.age = 2s;
    past.packets = 3;
    past.bytes = 4;
    past.source = kClient;
    past.flow = kern::FlowPast{.flow = kFlow,
                               .status = kern::LifeStatus::established,
                               .established = true,
                               .idle = 5ms,
                               .packets = 6,
                               .bytes = 7,
                               .tcp_end = 8};
    const kern::Request request = kern::session_restore(past);
    CHECK(request.command == SARA_CMD_SESSION_RESTORE);
    CHECK(to_hex(request.attributes) == "06 00 03 00 73 00 00 00 07 00 04 00 6e 31 00 00 "
                                        "08 00 08 00 e8 03 00 00 "
                                        "0c 00 0a 00 d0 07 00 00 00 00 00 00 "
                                        "0c 00 0e 00 03 00 00 00 00 00 00 00 0c 00 0f 00 04 00 00 00 00 00 00 00 "
                                        "08 00 18 00 c6 12 01 0b "
                                        "70 00 19 80 "
                                        "2c 00 02 80 08 00 01 00 c6 12 01 0b 06 00 02 00 40 9c 00 00 "
                                        "08 00 03 00 c6 12 00 64 06 00 04 00 2a 02 00 00 05 00 05 00 06 00 00 00 "
                                        "08 00 04 00 01 00 00 00 08 00 06 00 02 00 00 00 04 00 07 00 "
                                        "0c 00 08 00 05 00 00 00 00 00 00 00 0c 00 09 00 06 00 00 00 00 00 00 00 "
                                        "0c 00 0a 00 07 00 00 00 00 00 00 00 08 00 0b 00 08 00 00 00");
}

TEST_CASE("requests: who was seen to serve a flow") {
    const kern::Request request = kern::session_seen({kFlow, "a@b"}, kMac);
    CHECK(request.command == SARA_CMD_SESSION_SEEN);
    const std::string tuple = "2c 00 02 80 08 00 01 00 c6 12 01 0b 06 00 02 00 40 9c 00 00 "
                              "08 00 03 00 c6 12 00 64 06 00 04 00 2a 02 00 00 05 00 05 00 06 00 00 00 ";
    const std::string hex = to_hex(request.attributes);
    INFO(hex);
    CHECK(hex.find(tuple) != std::string::npos);
    CHECK(hex.find("08 00 03 00 61 40 62 00") != std::string::npos);
    CHECK(hex.ends_with("0a 00 21 00 02 00 00 00 00 11 00 00"));
}

TEST_CASE("requests: what is not known of a flow is left out") {
    const Buffer bare = kern::session_restore({.service = "s", .node = "n", .linger = 0ms}).attributes;
    CHECK(to_hex(bare) == "06 00 03 00 73 00 00 00 06 00 04 00 6e 00 00 00 08 00 09 00 00 00 00 00 "
                          "0c 00 0a 00 00 00 00 00 00 00 00 00 "
                          "0c 00 0e 00 00 00 00 00 00 00 00 00 0c 00 0f 00 00 00 00 00 00 00 00 00");
    const std::string tuple = "2c 00 02 80 08 00 01 00 c6 12 01 0b 06 00 02 00 40 9c 00 00 "
                              "08 00 03 00 c6 12 00 64 06 00 04 00 2a 02 00 00 05 00 05 00 06 00 00 00 ";
    const kern::Request request = kern::flow_restore(SessionId{7}, {.flow = kFlow,
                                                                    .call_id = "a@b",
                                                                    .identity = kern::Identity::secondary,
                                                                    .form = AnnouncementForm::any_port,
                                                                    .status = kern::LifeStatus::closing,
                                                                    .idle = -5ms});
    CHECK(request.command == SARA_CMD_FLOW_RESTORE);
    CHECK(to_hex(request.attributes) == "0c 00 02 00 07 00 00 00 00 00 00 00 74 00 11 80 " + tuple +
                                            "08 00 03 00 61 40 62 00 08 00 04 00 03 00 00 00 "
                                            "08 00 05 00 03 00 00 00 08 00 06 00 04 00 00 00 "
                                            "0c 00 08 00 00 00 00 00 00 00 00 00 "
                                            "0c 00 09 00 00 00 00 00 00 00 00 00 0c 00 0a 00 00 00 00 00 00 00 00 00");
}

TEST_CASE("requests: what became of standby sessions") {
    CHECK(to_hex(kern::session_set({.id = SessionId{7}, .own = true}).attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 04 00 1a 00");
    CHECK(to_hex(kern::session_set({.id = SessionId{7}, .standby = true}).attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 04 00 1b 00");
    CHECK(kern::session_del_standby(SessionId{7}).command == SARA_CMD_SESSION_DEL);
    CHECK(to_hex(kern::session_del_standby(SessionId{7}).attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 04 00 1b 00");
    CHECK(kern::flow_del({kFlow, "a@b"}).command == SARA_CMD_FLOW_DEL);
    CHECK(kern::flow_del({kFlow, "a@b"}).attributes == kern::flow_get({kFlow, "a@b"}).attributes);
    CHECK(to_hex(kern::flow_del(kFlow, SessionId{7}).attributes) ==
          "0c 00 02 00 07 00 00 00 00 00 00 00 " + to_hex(kern::flow_get(kFlow).attributes));
    kern::ConfigChange change;
    change.standby_time = 10s;
    CHECK(to_hex(kern::config_set(change).attributes) == "08 00 0f 00 10 27 00 00");
    AnnouncementKey key{Transport::udp, std::nullopt, 0, kVip, 5004};
    const std::string unseen = to_hex(kern::announce_new({SessionId{7}, key, Tag{9}, {}, 0}).attributes);
    CHECK(to_hex(kern::announce_new({SessionId{7}, key, Tag{9}, {}, 2}).attributes) ==
          unseen + " 08 00 0a 00 02 00 00 00");
}

TEST_CASE("what a dump tells of a flow can be restored") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.u64(SARA_A_FLOW_SESSION, 7);
        put_flow(writer, SARA_A_FLOW_TUPLE);
        writer.u32(SARA_A_FLOW_IDENTITY, SARA_IDENTITY_SECONDARY);
        writer.u32(SARA_A_FLOW_STATUS, SARA_STATUS_STANDBY);
        writer.u64(SARA_A_FLOW_IDLE, 9);
        writer.u64(SARA_A_FLOW_PACKETS, 10);
        writer.u64(SARA_A_FLOW_BYTES, 11);
        writer.text(SARA_A_FLOW_CALL_ID, "a@b");
        writer.u32(SARA_A_FLOW_FORM, SARA_FORM_HALF);
        writer.flag(SARA_A_FLOW_ESTABLISHED);
        writer.u32(SARA_A_FLOW_TCP_END, 12);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_FLOW_GET, bytes);
    REQUIRE(object);
    CHECK(kern::past_of(std::get<kern::FlowInfo>(*object)) ==
          kern::FlowPast{kFlow, "a@b", kern::Identity::secondary, AnnouncementForm::half, kern::LifeStatus::standby,
                         true, 9ms, 10, 11, 12});
    check_prefixes(SARA_CMD_FLOW_GET, bytes);
}

TEST_CASE("a session that was restored has an id, and later tells whose it is") {
    const Buffer answer = built([](AttributeWriter& writer) { writer.u64(SARA_A_SESSION_ID, 7); });
    const kern::Result<kern::Object> made = kern::decode(SARA_CMD_SESSION_RESTORE, answer);
    REQUIRE(made);
    CHECK(std::get<kern::SessionInfo>(*made).id == SessionId{7});
    const Buffer event = built([](AttributeWriter& writer) {
        writer.u32(SARA_A_SESSION_EVENT, SARA_EVENT_CREATED);
        writer.u64(SARA_A_SESSION_ID, 7);
        writer.u32(SARA_A_SESSION_PLACEMENT, SARA_PLACEMENT_RESTORED);
        writer.address(SARA_A_SESSION_SOURCE, kClient);
        writer.flag(SARA_A_SESSION_STANDBY);
    });
    const kern::Result<kern::Object> told = kern::decode(SARA_CMD_SESSION_NTF, event);
    REQUIRE(told);
    const auto& session = std::get<kern::SessionInfo>(std::get<kern::Event>(*told).object);
    CHECK(session.standby);
    CHECK(session.source == kClient);
    CHECK(session.placement == kern::Placement::restored);
    check_prefixes(SARA_CMD_SESSION_NTF, event);
}

TEST_CASE("announcements have events") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.u32(SARA_A_ANNOUNCEMENT_EVENT, SARA_EVENT_DELETED);
        writer.u64(SARA_A_ANNOUNCEMENT_SESSION, 7);
        put_flow(writer, SARA_A_ANNOUNCEMENT_TUPLE);
        writer.u64(SARA_A_ANNOUNCEMENT_TAG, 9);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_ANNOUNCE_NTF, bytes);
    REQUIRE(object);
    const auto& event = std::get<kern::Event>(*object);
    CHECK(event.kind == kern::EventKind::deleted);
    CHECK(std::get<kern::AnnouncementInfo>(event.object).tag == Tag{9});
    check_prefixes(SARA_CMD_ANNOUNCE_NTF, bytes);
    const kern::Result<kern::Object> nothing = kern::decode(SARA_CMD_ANNOUNCE_NTF, {});
    CHECK_FALSE(nothing);
}

TEST_CASE("requests: the asker tells its version") {
    CHECK(to_hex(kern::config_get().attributes) == "08 00 01 00 01 00 00 00");
}

TEST_CASE("a node is read back as it was sent") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.text(SARA_A_NODE_NAME, "n1");
        writer.u32(SARA_A_NODE_ID, 3);
        writer.address(SARA_A_NODE_ADDR, Address::v4({198, 18, 0, 11}));
        writer.u32(SARA_A_NODE_IFINDEX, 2);
        writer.text(SARA_A_NODE_DEV, "eth0");
        writer.bytes(SARA_A_NODE_MAC, kMac);
        writer.flag(SARA_A_NODE_MAC_RESOLVED);
        writer.u32(SARA_A_NODE_STATE, SARA_NODE_STATE_UP);
        writer.u32(SARA_A_NODE_WEIGHT, 5);
        writer.u32(SARA_A_NODE_MAX_SESSIONS, 100);
        writer.flag(SARA_A_NODE_USABLE);
        writer.u32(SARA_A_NODE_SESSIONS, 4);
        writer.u32(SARA_A_NODE_SESSIONS_CLOSING, 1);
        writer.u64(SARA_A_NODE_SESSIONS_TOTAL, 40);
        writer.u64(SARA_A_NODE_PACKETS, 400);
        writer.u64(SARA_A_NODE_BYTES, 40000);
        writer.u32(SARA_A_NODE_HEALTH, SARA_HEALTH_PLANNED);
        writer.u32(200, 1);  // of a newer module
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_NODE_GET, bytes);
    REQUIRE(object);
    CHECK(std::get<kern::Node>(*object) == kern::Node{"n1", 3, Address::v4({198, 18, 0, 11}), 2, "eth0", kMac, true,
                                                      kern::NodeState::up, kern::Health::planned, 5, 100, true, 4, 1,
                                                      40, 400, 40000});
    check_prefixes(SARA_CMD_NODE_GET, bytes);
}

TEST_CASE("a service lists its nodes") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.text(SARA_A_SERVICE_NAME, "rtsp");
        writer.u32(SARA_A_SERVICE_ID, 1);
        writer.address(SARA_A_SERVICE_ADDR, kVip);
        writer.u8(SARA_A_SERVICE_PROTO, 6);
        writer.u16(SARA_A_SERVICE_PORT, 554);
        writer.u16(SARA_A_SERVICE_PORT_LAST, 560);
        writer.u32(SARA_A_SERVICE_APP, SARA_APP_RTSP);
        writer.u32(SARA_A_SERVICE_KEY, SARA_KEY_FLOW);
        writer.text(SARA_A_SERVICE_SCHEDULER, "wlc");
        writer.u32(SARA_A_SERVICE_FLOW_TIMEOUT, 30000);
        writer.text(SARA_A_SERVICE_NODE, "n1");
        writer.text(SARA_A_SERVICE_NODE, "n2");
        writer.u64(SARA_A_SERVICE_REFUSED, 2);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_SERVICE_GET, bytes);
    REQUIRE(object);
    const kern::Service& service = std::get<kern::Service>(*object);
    CHECK(service.nodes == std::vector<std::string>{"n1", "n2"});
    CHECK(service.transport == Transport::tcp);
    CHECK(service.port_last == 560);
    CHECK(service.app == App::rtsp);
    CHECK(service.flow_timeout == 30s);
    CHECK(service.refused == 2);
    check_prefixes(SARA_CMD_SERVICE_GET, bytes);
}

TEST_CASE("what a service tells sessions by") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.text(SARA_A_SERVICE_NAME, "sip");
        writer.u32(SARA_A_SERVICE_KEY, SARA_KEY_CALL_ID);
        writer.u32(SARA_A_SERVICE_NO_CALL_ID, SARA_NO_CALL_ID_PASS);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_SERVICE_GET, bytes);
    REQUIRE(object);
    CHECK(std::get<kern::Service>(*object).key == kern::SessionKey::call_id);
    CHECK(std::get<kern::Service>(*object).no_call_id == kern::NoCallId::pass);
    kern::ServiceChange change;
    change.name = "x";
    change.no_call_id = kern::NoCallId::drop;
    CHECK(to_hex(kern::service_set(change).attributes) == "06 00 01 00 78 00 00 00 08 00 15 00 01 00 00 00");
}

TEST_CASE("an application of a newer module is unknown, never another one") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.text(SARA_A_SERVICE_NAME, "x");
        writer.u32(SARA_A_SERVICE_APP, 0x101);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_SERVICE_GET, bytes);
    REQUIRE(object);
    CHECK(kern::word_of(std::get<kern::Service>(*object).app) == "unknown");
}

TEST_CASE("a refusal, and what it is asked by") {
    AttributeWriter writer;
    writer.text(SARA_A_REFUSAL_SERVICE, "sip");
    writer.u64(SARA_A_REFUSAL_AGE, 2000);
    writer.u32(SARA_A_REFUSAL_LEFT, 30000);
    writer.u32(SARA_A_REFUSAL_EPOCH, 42);
    writer.u32(SARA_A_REFUSAL_PLACED, 3);
    writer.u32(SARA_A_REFUSAL_LOAD, SARA_LOAD_ONE);
    writer.u32(SARA_A_REFUSAL_P_NEW, SARA_LOAD_ONE / 2);
    const Buffer bytes = std::move(writer).take();
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_REFUSED_GET, bytes);
    REQUIRE(object);
    CHECK(std::get<kern::Refusal>(*object) == kern::Refusal{.service = "sip",
                                                            .age = 2s,
                                                            .left = 30s,
                                                            .epoch = 42,
                                                            .placed = 3,
                                                            .load = kern::kLoadOne,
                                                            .p_new = kern::Load{SARA_LOAD_ONE / 2}});
    check_prefixes(SARA_CMD_REFUSED_GET, bytes);
    CHECK(to_hex(kern::refused_get({}, "a@b").attributes) == "08 00 03 00 61 40 62 00");
    CHECK(kern::refused_get(kFlow).command == SARA_CMD_REFUSED_GET);
    CHECK(kern::refused_get(kFlow).attributes != kern::refused_get(kFlow, "a@b").attributes);
}

TEST_CASE("a session, and what happened to it") {
    const auto fill = [](AttributeWriter& writer) {
        writer.u64(SARA_A_SESSION_ID, 0x100000007U);
        writer.text(SARA_A_SESSION_SERVICE, "rtsp");
        writer.text(SARA_A_SESSION_NODE, "n1");
        put_flow(writer, SARA_A_SESSION_TUPLE);
        writer.u32(SARA_A_SESSION_STATUS, SARA_STATUS_CLOSING);
        writer.text(SARA_A_SESSION_LABEL, "call");
        writer.u32(SARA_A_SESSION_LINGER, 2000);
        writer.u64(SARA_A_SESSION_AGE, 90000);
        writer.u32(SARA_A_SESSION_PLACEMENT, SARA_PLACEMENT_SHELL_STALE);
        writer.u32(SARA_A_SESSION_EPOCH, 42);
        writer.u32(SARA_A_SESSION_PLACED, 3);
        writer.s32(SARA_A_SESSION_PENDING, -2);
        writer.flag(SARA_A_SESSION_JUDGED);
    };
    AttributeWriter writer;
    fill(writer);
    const Buffer plain = std::move(writer).take();
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_SESSION_GET, plain);
    REQUIRE(object);
    kern::SessionInfo expected;
    expected.id = SessionId{0x100000007U};
    expected.service = "rtsp";
    expected.node = "n1";
    expected.flow = kFlow;
    expected.status = kern::LifeStatus::closing;
    expected.label = "call";
    expected.linger = 2s;
    expected.age = 90s;
    expected.placement = kern::Placement::shell_stale;
    expected.epoch = 42;
    expected.placed = 3;
    expected.pending = -2;
    expected.judged = true;
    CHECK(std::get<kern::SessionInfo>(*object) == expected);
    check_prefixes(SARA_CMD_SESSION_GET, plain);

    CHECK_FALSE(kern::decode(SARA_CMD_SESSION_NTF, plain));

    AttributeWriter event_writer;
    fill(event_writer);
    event_writer.u32(SARA_A_SESSION_EVENT, SARA_EVENT_DELETED);
    event_writer.u32(SARA_A_SESSION_END, SARA_END_FINISHED);
    const kern::Result<kern::Object> event = kern::decode(SARA_CMD_SESSION_NTF, std::move(event_writer).take());
    REQUIRE(event);
    expected.end = kern::EndReason::finished;
    CHECK(std::get<kern::Event>(*event) == kern::Event{kern::EventKind::deleted, expected});
}

TEST_CASE("an announcement keeps what is unknown unknown") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.u64(SARA_A_ANNOUNCEMENT_SESSION, 7);
        const std::size_t nest = writer.begin(SARA_A_ANNOUNCEMENT_TUPLE);
        writer.address(SARA_A_TUPLE_SRC, kClient);
        writer.address(SARA_A_TUPLE_DST, kVip);
        writer.u16(SARA_A_TUPLE_DPORT, 5004);
        writer.u8(SARA_A_TUPLE_PROTO, 17);
        writer.end(nest);
        writer.u32(SARA_A_ANNOUNCEMENT_FORM, SARA_FORM_ANY_PORT);
        writer.u64(SARA_A_ANNOUNCEMENT_TAG, 0xdeadbeefcafef00dU);
        writer.flag(SARA_A_ANNOUNCEMENT_CONFIRMED);
        writer.u32(SARA_A_ANNOUNCEMENT_PROMOTIONS, 1);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_ANNOUNCE_GET, bytes);
    REQUIRE(object);
    const kern::AnnouncementInfo& info = std::get<kern::AnnouncementInfo>(*object);
    CHECK(info.key == AnnouncementKey{Transport::udp, kClient, 0, kVip, 5004});
    CHECK(info.form == AnnouncementForm::any_port);
    CHECK(info.form == form_of(info.key));
    CHECK(info.tag == Tag{0xdeadbeefcafef00dU});
    CHECK_FALSE(info.ttl);
    CHECK(info.confirmed);
    check_prefixes(SARA_CMD_ANNOUNCE_GET, bytes);
}

TEST_CASE("a flow must be whole") {
    const Buffer whole = built([](AttributeWriter& writer) {
        writer.u64(SARA_A_FLOW_SESSION, 7);
        put_flow(writer, SARA_A_FLOW_TUPLE);
        writer.u32(SARA_A_FLOW_IDENTITY, SARA_IDENTITY_SIGNALLING);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_FLOW_GET, whole);
    REQUIRE(object);
    CHECK(std::get<kern::FlowInfo>(*object).flow == kFlow);
    CHECK(std::get<kern::FlowInfo>(*object).call_id.empty());
    check_prefixes(SARA_CMD_FLOW_GET, whole);

    const Buffer call = built([](AttributeWriter& writer) {
        put_flow(writer, SARA_A_FLOW_TUPLE);
        writer.text(SARA_A_FLOW_CALL_ID, "a@b");
    });
    const kern::Result<kern::Object> called = kern::decode(SARA_CMD_FLOW_GET, call);
    REQUIRE(called);
    CHECK(std::get<kern::FlowInfo>(*called).call_id == "a@b");
    check_prefixes(SARA_CMD_FLOW_GET, call);

    const Buffer no_client = built([](AttributeWriter& writer) {
        const std::size_t nest = writer.begin(SARA_A_FLOW_TUPLE);
        writer.address(SARA_A_TUPLE_DST, kVip);
        writer.u8(SARA_A_TUPLE_PROTO, 17);
        writer.end(nest);
    });
    CHECK_FALSE(kern::decode(SARA_CMD_FLOW_GET, no_client));

    const Buffer two_families = built([](AttributeWriter& writer) {
        const std::size_t nest = writer.begin(SARA_A_FLOW_TUPLE);
        writer.address(SARA_A_TUPLE_SRC, Address::v6({0xfd}));
        writer.address(SARA_A_TUPLE_DST, kVip);
        writer.u8(SARA_A_TUPLE_PROTO, 17);
        writer.end(nest);
    });
    CHECK_FALSE(kern::decode(SARA_CMD_FLOW_GET, two_families));

    const Buffer other_protocol = built([](AttributeWriter& writer) {
        const std::size_t nest = writer.begin(SARA_A_FLOW_TUPLE);
        writer.address(SARA_A_TUPLE_SRC, kClient);
        writer.address(SARA_A_TUPLE_DST, kVip);
        writer.u8(SARA_A_TUPLE_PROTO, 132);
        writer.end(nest);
    });
    CHECK_FALSE(kern::decode(SARA_CMD_FLOW_GET, other_protocol));
}

TEST_CASE("an inspected packet with its payload") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.u64(SARA_A_INSPECT_SESSION, 7);
        writer.text(SARA_A_INSPECT_SERVICE, "rtsp");
        writer.u32(SARA_A_INSPECT_APP, SARA_APP_RTSP);
        writer.u32(SARA_A_INSPECT_SENDER, SARA_SENDER_SERVER);
        put_flow(writer, SARA_A_INSPECT_TUPLE);
        writer.u32(SARA_A_INSPECT_TCP_SEQ, 0xfffffff0);
        writer.u8(SARA_A_INSPECT_TCP_FLAGS, 0x18);
        writer.u64(SARA_A_INSPECT_LOST, 5);
        writer.u64(SARA_A_INSPECT_HOLD, 0x1234567890);
        writer.bytes(SARA_A_INSPECT_PAYLOAD, as_bytes("RTSP/1.0 200 OK\r\n"));
        writer.text(SARA_A_INSPECT_CALL_ID, "a@b");
        writer.bytes(SARA_A_INSPECT_MAC, kMac);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_INSPECT_NTF, bytes);
    REQUIRE(object);
    const kern::InspectedPacket& packet = std::get<kern::InspectedPacket>(*object);
    CHECK(packet.flow == kFlow);
    CHECK(packet.sender == Sender::server);
    CHECK(packet.tcp_seq == 0xfffffff0);
    CHECK(packet.tcp_flags == 0x18);
    CHECK(packet.lost == 5);
    CHECK(packet.call_id == "a@b");
    CHECK(packet.hold == HoldId{0x1234567890});
    CHECK(packet.mac == kMac);
    CHECK(as_text(packet.payload) == "RTSP/1.0 200 OK\r\n");
    check_prefixes(SARA_CMD_INSPECT_NTF, bytes);
}

TEST_CASE("binding, with and without hold, and letting a reply go") {
    CHECK(kern::inspect_bind().attributes.empty());
    const kern::Request bind = kern::inspect_bind(kern::HoldSpec{20ms, 64});
    CHECK(bind.command == SARA_CMD_INSPECT_BIND);
    CHECK(bind.attributes == built([](AttributeWriter& writer) {
              writer.u32(SARA_A_INSPECT_HOLD_TIME, 20);
              writer.u32(SARA_A_INSPECT_HOLD_PACKETS, 64);
          }));
    CHECK(kern::inspect_bind(kern::HoldSpec{20ms, {}}).attributes ==
          built([](AttributeWriter& writer) { writer.u32(SARA_A_INSPECT_HOLD_TIME, 20); }));
    const kern::Request release = kern::inspect_release(HoldId{0x1234567890});
    CHECK(release.command == SARA_CMD_INSPECT_RELEASE);
    CHECK(release.attributes == built([](AttributeWriter& writer) { writer.u64(SARA_A_INSPECT_HOLD, 0x1234567890); }));
}

TEST_CASE("new sessions that wait, and letting one go") {
    const kern::Request sync = kern::session_sync({20ms});
    CHECK(sync.command == SARA_CMD_SESSION_SYNC);
    CHECK(sync.attributes == built([](AttributeWriter& writer) { writer.u32(SARA_A_SESSION_SYNC_TIME, 20); }));
    CHECK(kern::session_sync({20ms, true}).attributes == built([](AttributeWriter& writer) {
              writer.u32(SARA_A_SESSION_SYNC_TIME, 20);
              writer.flag(SARA_A_SESSION_SYNC_STRICT);
          }));
    CHECK(kern::session_sync({0ms, false, true}).attributes == built([](AttributeWriter& writer) {
              writer.u32(SARA_A_SESSION_SYNC_TIME, 0);
              writer.flag(SARA_A_SESSION_SYNC_ORPHANS);
          }));
    const kern::Request release = kern::session_release(SessionId{0x1234567890});
    CHECK(release.command == SARA_CMD_SESSION_RELEASE);
    CHECK(release.attributes == built([](AttributeWriter& writer) { writer.u64(SARA_A_SESSION_ID, 0x1234567890); }));
}

TEST_CASE("counters: known ones by attribute, absent and unknown ones apart") {
    const Buffer bytes = built([](AttributeWriter& writer) {
        writer.u32(SARA_A_STATS_SESSIONS, 3);
        writer.bytes(SARA_A_STATS_PAD, {});
        writer.u64(SARA_A_STATS_HITS, 1U << 20);
        writer.u64(SARA_A_STATS_MAX + 1, 9);
    });
    const kern::Result<kern::Object> object = kern::decode(SARA_CMD_STATS_GET, bytes);
    REQUIRE(object);
    const kern::Stats& stats = std::get<kern::Stats>(*object);
    CHECK(stats.at(SARA_A_STATS_SESSIONS) == 3);
    CHECK(stats.at(SARA_A_STATS_HITS) == 1U << 20);
    CHECK_FALSE(stats.values[SARA_A_STATS_PLACED]);
    CHECK(stats.at(SARA_A_STATS_MAX + 1) == 0);
}

TEST_CASE("an unknown command is refused") {
    CHECK(kern::decode(200, {}).error().code == EPROTO);
}

// The words of the tables against the netlink spec: what one of them has, the other must have.
namespace {

/// Names under `section`'s list whose item is called `name`, in order; the spec's layout is regular.
std::vector<std::string> names_in_spec(const std::string& item) {
    std::ifstream file(SARA_SOURCE_DIR "/include/netlink/specs/sara.yaml");
    std::vector<std::string> names;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line == "    name: " + item) {
            inside = true;
        } else if (inside && (line == "  -" || (!line.empty() && line[0] != ' '))) {
            break;
        } else if (inside && line.starts_with("        name: ")) {
            names.push_back(line.substr(14));
        }
    }
    return names;
}

template <typename E>
void check_words(const std::string& item) {
    std::vector<std::string> ours;
    for (const kern::Word<E>& word : kern::words_of(E{})) {
        ours.emplace_back(word.text);
        CHECK(kern::word_of(word.value) == word.text);
        CHECK(kern::value_of<E>(word.text) == word.value);
    }
    CHECK(ours == names_in_spec(item));
}

}  // namespace

TEST_CASE("words are those of the netlink spec") {
    check_words<kern::DevMode>("dev-mode");
    check_words<App>("app");
    check_words<kern::SessionKey>("key");
    check_words<kern::NodeState>("node-state");
    check_words<kern::Identity>("identity");
    check_words<kern::LifeStatus>("status");
    check_words<AnnouncementForm>("form");
    check_words<kern::EventKind>("event");
    check_words<kern::EndReason>("end");
    CHECK_FALSE(kern::value_of<kern::NodeState>("sideways"));
}

TEST_CASE("counters are those of the netlink spec, in its order") {
    std::vector<std::string> ours{"pad"};
    std::uint16_t attribute = SARA_A_STATS_PAD;
    for (const kern::Counter& counter : kern::counters()) {
        CHECK(counter.attribute == ++attribute);
        ours.emplace_back(counter.name);
    }
    CHECK(ours == names_in_spec("stats"));
}
