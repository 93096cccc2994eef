// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "bytes.hpp"
#include "fake_kernel.hpp"

using namespace sara;
using namespace sara::test;

TEST_CASE("opening finds the family by name and asks for the version") {
    FakeKernel kernel;
    kernel.loaded([](const Sent&) { return std::vector<Buffer>{}; });
    const Channel channel = kernel.open();
    CHECK(channel.config().module_version == "0.1.0");
    REQUIRE(kernel.sent.size() == 2);
    CHECK(kernel.sent[0].header.type == GENL_ID_CTRL);
    CHECK(kernel.sent[0].command == CTRL_CMD_GETFAMILY);
    CHECK(test::to_hex(kernel.sent[0].attributes) == "09 00 02 00 73 61 72 61 00 00 00 00");
    CHECK(kernel.sent[1].header.type == kFamily);
    CHECK(kernel.sent[1].header.flags == (NLM_F_REQUEST | NLM_F_ACK));
    CHECK(kernel.sent[0].header.sequence != kernel.sent[1].header.sequence);
}

TEST_CASE("without the module the error says what to do") {
    FakeKernel kernel;
    kernel.handler = [](const Sent& sent) { return std::vector<Buffer>{verdict(sent.header.sequence, ENOENT)}; };
    const kern::Result<Channel> channel = Channel::open(kernel.socket());
    REQUIRE_FALSE(channel);
    CHECK(channel.error().code == ENOENT);
    CHECK(channel.error().what == "the kernel module is not loaded: modprobe sara (or insmod sara.ko)");
}

TEST_CASE("a module of another version is refused") {
    FakeKernel kernel;
    SECTION("that tells its version") {
        kernel.handler = [](const Sent& sent) {
            return sent.header.type == GENL_ID_CTRL ? FakeKernel::family(sent) : FakeKernel::config(sent, 9);
        };
        const kern::Result<Channel> channel = Channel::open(kernel.socket());
        REQUIRE_FALSE(channel);
        CHECK(channel.error().what == "the kernel module speaks version 9 of the interface, this program version 1: "
                                      "install both from one release");
    }
    SECTION("that refuses ours") {
        kernel.handler = [](const Sent& sent) {
            return sent.header.type == GENL_ID_CTRL ? FakeKernel::family(sent)
                                                    : std::vector<Buffer>{verdict(sent.header.sequence, EOPNOTSUPP)};
        };
        const kern::Result<Channel> channel = Channel::open(kernel.socket());
        REQUIRE_FALSE(channel);
        CHECK(channel.error().what.find("install both from one release") != std::string::npos);
    }
}

TEST_CASE("a refusal brings the number and the kernel's sentence, tidied") {
    FakeKernel kernel;
    const char* sentence = nullptr;
    int number = EBUSY;
    kernel.loaded(
        [&](const Sent& sent) { return std::vector<Buffer>{verdict(sent.header.sequence, number, sentence)}; });
    Channel channel = kernel.open();

    SECTION("with a sentence") {
        sentence = "sara: Node has 3 sessions: drain it, or use force.";
        const kern::Status status = channel.execute(kern::node_del("n1"));
        REQUIRE_FALSE(status);
        CHECK(status.error().code == EBUSY);
        CHECK(status.error().what == "node has 3 sessions: drain it, or use force");
    }
    SECTION("a capital word stays") {
        sentence = "MAC must be unicast";
        CHECK(channel.execute(kern::node_del("n1")).error().what == "MAC must be unicast");
    }
    SECTION("without one") {
        CHECK(channel.execute(kern::node_del("n1")).error().what == "Device or resource busy");
    }
    SECTION("no permission") {
        number = EPERM;
        CHECK(channel.execute(kern::node_del("n1")).error().what == "needs CAP_NET_ADMIN: run as root");
    }
}

TEST_CASE("an acknowledgement that repeats the whole request is understood too") {
    const kern::Request request = kern::node_del("n1");
    const Buffer ours = kern::wrap({kFamily, NLM_F_REQUEST, 5}, 1, request);
    Buffer payload(sizeof(std::int32_t));
    const std::int32_t code = -ENOENT;
    std::memcpy(payload.data(), &code, sizeof(code));
    payload = payload + ours;
    AttributeWriter writer;
    writer.text(NLMSGERR_ATTR_MSG, "no such node");
    payload = payload + std::move(writer).take();
    const std::optional<kern::Error> error = kern::decode_verdict({NLMSG_ERROR, NLM_F_ACK_TLVS, 5}, payload);
    REQUIRE(error);
    CHECK(error->what == "no such node");
    for (std::size_t size = 0; size < payload.size(); ++size) {
        CHECK(kern::decode_verdict({NLMSG_ERROR, NLM_F_ACK_TLVS, 5}, Bytes(payload).first(size)));
    }
}

TEST_CASE("get gives the object, or the refusal") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{node_message(sent.header.sequence, "n1") + verdict(sent.header.sequence, 0)};
    });
    Channel channel = kernel.open();
    const kern::Result<kern::Node> node = channel.get<kern::Node>(kern::node_get("n1"));
    REQUIRE(node);
    CHECK(node->name == "n1");
    CHECK_FALSE(channel.get<kern::Service>(kern::service_get("s")));
}

TEST_CASE("a dump over several datagrams is one list") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        CHECK(sent.header.flags == (NLM_F_REQUEST | NLM_F_DUMP));
        return std::vector<Buffer>{node_message(sent.header.sequence, "n1", NLM_F_MULTI) +
                                       node_message(sent.header.sequence, "n2", NLM_F_MULTI),
                                   node_message(sent.header.sequence, "n3", NLM_F_MULTI),
                                   verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE)};
    });
    Channel channel = kernel.open();
    const kern::Result<kern::Listing<kern::Node>> nodes = channel.dump<kern::Node>(kern::node_dump());
    REQUIRE(nodes);
    CHECK(nodes->consistent);
    REQUIRE(nodes->items.size() == 3);
    CHECK(nodes->items[2].name == "n3");
}

TEST_CASE("a dump is read in pieces") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{
            node_message(sent.header.sequence, "n1", NLM_F_MULTI) +
                node_message(sent.header.sequence, "n2", NLM_F_MULTI),
            node_message(sent.header.sequence, "n3", NLM_F_MULTI | NLM_F_DUMP_INTR),
            node_message(sent.header.sequence, "n4", NLM_F_MULTI) +
                verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE),
        };
    });
    Channel channel = kernel.open();
    REQUIRE(channel.begin_dump(kern::node_dump()));
    const auto next = [&channel] {
        kern::Result<kern::Piece> piece = channel.next_piece();
        REQUIRE(piece);
        return std::move(*piece);
    };
    const kern::Piece first = next();
    REQUIRE(first.objects.size() == 2);
    CHECK(std::get<kern::Node>(first.objects[1]).name == "n2");
    CHECK(first.consistent);
    CHECK_FALSE(first.last);
    const kern::Piece second = next();
    CHECK(second.objects.size() == 1);
    CHECK_FALSE(second.consistent);
    const kern::Piece third = next();
    CHECK(third.objects.size() == 1);
    CHECK(third.last);
}

TEST_CASE("a dump in pieces can be refused") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{verdict(sent.header.sequence, ENOENT, "no such node", NLMSG_DONE)};
    });
    Channel channel = kernel.open();
    REQUIRE(channel.begin_dump(kern::session_dump({.node = "n9"})));
    const kern::Result<kern::Piece> piece = channel.next_piece();
    REQUIRE_FALSE(piece);
    CHECK(piece.error().what == "no such node");
}

TEST_CASE("a dump can be refused at its end") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{verdict(sent.header.sequence, ENOENT, "no such node", NLMSG_DONE)};
    });
    Channel channel = kernel.open();
    const kern::Result<kern::Listing<kern::SessionInfo>> sessions =
        channel.dump<kern::SessionInfo>(kern::session_dump({.node = "n9"}));
    REQUIRE_FALSE(sessions);
    CHECK(sessions.error().what == "no such node");
}

TEST_CASE("an interrupted dump is asked again, and told if it stays so") {
    FakeKernel kernel;
    int interrupted = 0;
    int dumps = 0;
    kernel.loaded([&](const Sent& sent) {
        ++dumps;
        const std::uint16_t flags = static_cast<std::uint16_t>(NLM_F_MULTI | (interrupted-- > 0 ? NLM_F_DUMP_INTR : 0));
        return std::vector<Buffer>{node_message(sent.header.sequence, "n1", flags),
                                   verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE)};
    });
    Channel channel = kernel.open();

    SECTION("once") {
        interrupted = 1;
        const kern::Result<kern::Listing<kern::Node>> nodes = channel.dump<kern::Node>(kern::node_dump());
        REQUIRE(nodes);
        CHECK(nodes->consistent);
        CHECK(nodes->items.size() == 1);
        CHECK(dumps == 2);
    }
    SECTION("always") {
        interrupted = 100;
        const kern::Result<kern::Listing<kern::Node>> nodes = channel.dump<kern::Node>(kern::node_dump());
        REQUIRE(nodes);
        CHECK_FALSE(nodes->consistent);
        CHECK(dumps == 3);
    }
}

TEST_CASE("a visitor is told of each object of a dump, and again when it is asked again") {
    FakeKernel kernel;
    int interrupted = 0;
    kernel.loaded([&](const Sent& sent) {
        const std::uint16_t flags = static_cast<std::uint16_t>(NLM_F_MULTI | (interrupted-- > 0 ? NLM_F_DUMP_INTR : 0));
        return std::vector<Buffer>{node_message(sent.header.sequence, "n1", flags),
                                   node_message(sent.header.sequence, "n2", flags),
                                   verdict(sent.header.sequence, 0, nullptr, NLMSG_DONE)};
    });
    Channel channel = kernel.open();
    std::vector<std::string> names;
    const auto tell = [&](kern::Object&& object) { names.push_back(std::get<kern::Node>(object).name); };

    SECTION("once") {
        const auto told = channel.visit(kern::node_dump(), tell);
        REQUIRE(told);
        CHECK(*told == 2);
        CHECK(names == std::vector<std::string>{"n1", "n2"});
    }
    SECTION("interrupted") {
        interrupted = 1;
        const auto told = channel.visit(kern::node_dump(), tell);
        REQUIRE(told);
        CHECK(*told == 2);
        CHECK(names == std::vector<std::string>{"n1", "n2", "n1", "n2"});
    }
}

TEST_CASE("a visit can be refused") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{verdict(sent.header.sequence, ENOENT, "no such node", NLMSG_DONE)};
    });
    Channel channel = kernel.open();
    const auto told =
        channel.visit(kern::session_dump({.node = "n9"}), [](kern::Object&&) { FAIL("nothing to tell"); });
    REQUIRE_FALSE(told);
    CHECK(told.error().code == ENOENT);
}

TEST_CASE("posted requests are answered by their sequence, packets and events in between") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{inspected("INVITE") +
                                   verdict(sent.header.sequence, sent.command == SARA_CMD_ANNOUNCE_NEW ? EEXIST : 0)};
    });
    Channel channel = kernel.open();
    const kern::Result<kern::Sequence> first = channel.post(kern::announce_new({}));
    const kern::Result<kern::Sequence> second = channel.post(kern::session_set({}));
    REQUIRE(first);
    REQUIRE(second);

    kern::Result<std::vector<kern::Incoming>> incoming = channel.receive();
    REQUIRE(incoming);
    REQUIRE(incoming->size() == 2);
    CHECK(as_text(std::get<kern::InspectedPacket>((*incoming)[0]).payload) == "INVITE");
    const kern::Ack& refused = std::get<kern::Ack>((*incoming)[1]);
    CHECK(refused.sequence == *first);
    REQUIRE(refused.error);
    CHECK(refused.error->code == EEXIST);

    incoming = channel.receive();
    REQUIRE(incoming);
    const kern::Ack& done = std::get<kern::Ack>(incoming->at(1));
    CHECK(done.sequence == *second);
    CHECK_FALSE(done.error);

    incoming = channel.receive();
    REQUIRE(incoming);
    CHECK(incoming->empty());
}

TEST_CASE("what comes while an answer is awaited is kept in order") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        if (sent.command != SARA_CMD_NODE_GET) {
            return std::vector<Buffer>{verdict(sent.header.sequence, 0)};
        }
        return std::vector<Buffer>{inspected("first"), inspected("second") + node_message(sent.header.sequence, "n1"),
                                   verdict(sent.header.sequence, 0)};
    });
    Channel channel = kernel.open();
    const kern::Result<kern::Sequence> posted = channel.post(kern::session_del(SessionId{1}));
    REQUIRE(channel.get<kern::Node>(kern::node_get("n1")));
    const kern::Result<std::vector<kern::Incoming>> incoming = channel.wait();
    REQUIRE(incoming);
    REQUIRE(incoming->size() == 3);
    CHECK(std::get<kern::Ack>((*incoming)[0]).sequence == *posted);
    CHECK(as_text(std::get<kern::InspectedPacket>((*incoming)[2]).payload) == "second");
}

TEST_CASE("a posted get is answered by its object and an ack") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) {
        return std::vector<Buffer>{node_message(sent.header.sequence, "n1") + verdict(sent.header.sequence, 0)};
    });
    Channel channel = kernel.open();
    const kern::Result<kern::Sequence> posted = channel.post(kern::node_get("n1"));
    const kern::Result<std::vector<kern::Incoming>> incoming = channel.receive();
    REQUIRE(incoming);
    REQUIRE(incoming->size() == 2);
    CHECK(std::get<kern::Answer>((*incoming)[0]).sequence == *posted);
    CHECK(std::get<kern::Node>(std::get<kern::Answer>((*incoming)[0]).object).name == "n1");
}

TEST_CASE("on a socket that was full a request is answered, after what waits was taken aside") {
    FakeKernel kernel;
    // As the kernel: after an overrun it sends nothing until the socket was read to its end.
    bool full = false;
    kernel.loaded([&](const Sent& sent) {
        full = full && !kernel.queue.empty();
        return full ? std::vector<Buffer>{} : std::vector<Buffer>{verdict(sent.header.sequence, 0)};
    });
    Channel channel = kernel.open();
    full = true;
    kernel.queue.push_back({{}, ENOBUFS});
    kernel.queue.push_back({inspected("first"), 0});
    kernel.queue.push_back({inspected("second"), 0});
    REQUIRE(channel.receive());
    CHECK(channel.execute(kern::session_del(SessionId{1})));
    const kern::Result<std::vector<kern::Incoming>> incoming = channel.receive();
    REQUIRE(incoming);
    REQUIRE(incoming->size() == 2);
    CHECK(as_text(std::get<kern::InspectedPacket>((*incoming)[1]).payload) == "second");
}

TEST_CASE("an answer that does not come is not waited for") {
    FakeKernel kernel;
    kernel.loaded([](const Sent&) { return std::vector<Buffer>{inspected("INVITE")}; });
    Channel channel = kernel.open();
    const kern::Status status = channel.execute(kern::session_del(SessionId{1}));
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ENOBUFS);
}

TEST_CASE("an overrun is told, in a wait too") {
    FakeKernel kernel;
    kernel.loaded([](const Sent& sent) { return std::vector<Buffer>{verdict(sent.header.sequence, 0)}; });
    Channel channel = kernel.open();

    kernel.queue.push_back({{}, ENOBUFS});
    kern::Result<std::vector<kern::Incoming>> incoming = channel.receive();
    REQUIRE(incoming);
    REQUIRE(incoming->size() == 1);
    CHECK(std::holds_alternative<kern::Overrun>((*incoming)[0]));

    kernel.queue.push_back({{}, ENOBUFS});
    REQUIRE(channel.execute(kern::session_del(SessionId{1})));
    incoming = channel.receive();
    REQUIRE(incoming);
    CHECK(std::holds_alternative<kern::Overrun>(incoming->at(0)));

    kernel.handler = [&](const Sent&) {
        kernel.queue.push_back({{}, ENOBUFS});
        return std::vector<Buffer>{};
    };
    const kern::Status status = channel.execute(kern::session_del(SessionId{1}));
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ENOBUFS);
    incoming = channel.receive();
    REQUIRE(incoming);
    CHECK(std::holds_alternative<kern::Overrun>(incoming->at(0)));
}

TEST_CASE("a dead socket is an error") {
    FakeKernel kernel;
    kernel.loaded([](const Sent&) { return std::vector<Buffer>{}; });
    Channel channel = kernel.open();
    kernel.queue.push_back({{}, EBADF});
    CHECK(channel.receive().error().code == EBADF);
}

TEST_CASE("subscribing joins the group that the family named, events arrive") {
    FakeKernel kernel;
    kernel.loaded([](const Sent&) { return std::vector<Buffer>{}; });
    Channel channel = kernel.open();
    REQUIRE(channel.subscribe());
    CHECK(kernel.joined == kGroup);
    AttributeWriter writer;
    writer.text(SARA_A_NODE_NAME, "n1");
    writer.u32(SARA_A_NODE_EVENT, SARA_EVENT_CREATED);
    kernel.queue.push_back({reply(SARA_CMD_NODE_NTF, 0, std::move(writer)), 0});
    const kern::Result<std::vector<kern::Incoming>> incoming = channel.receive();
    REQUIRE(incoming);
    const kern::Event& event = std::get<kern::Event>(incoming->at(0));
    CHECK(event.kind == kern::EventKind::created);
    CHECK(std::get<kern::Node>(event.object).name == "n1");
}

TEST_CASE("what cannot be understood is counted, and the rest is not lost") {
    FakeKernel kernel;
    kernel.loaded([](const Sent&) { return std::vector<Buffer>{}; });
    Channel channel = kernel.open();
    kernel.queue.push_back({reply(SARA_CMD_NODE_NTF, 0, {}) + message(0x99, 0, 0, {}) + inspected("x"), 0});
    const Buffer torn = inspected("y");
    kernel.queue.push_back({Buffer(torn.begin(), torn.end() - 8), 0});
    kern::Result<std::vector<kern::Incoming>> incoming = channel.receive();
    REQUIRE(incoming);
    REQUIRE(incoming->size() == 1);
    CHECK(as_text(std::get<kern::InspectedPacket>((*incoming)[0]).payload) == "x");
    CHECK(channel.malformed() == 2);
    incoming = channel.receive();
    REQUIRE(incoming);
    CHECK(incoming->empty());
    CHECK(channel.malformed() == 3);
}
