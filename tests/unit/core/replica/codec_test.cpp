// SPDX-License-Identifier: GPL-2.0
#include "core/replica/codec.hpp"

#include <catch2/catch.hpp>

#include "objects.hpp"

using namespace sara;
using namespace sara::replica;
using namespace sara::replica::test;

namespace {

const BatchHead kHead{.origin = kOrigin, .table = kTable, .snapshot = 3, .sequence = 0x0102};

Buffer batch_of(const std::vector<Object>& objects) {
    Buffer bytes;
    for (const Object& object : objects) {
        const Result<Buffer> one = encode(object);
        REQUIRE(one.ok());
        bytes.insert(bytes.end(), one->begin(), one->end());
    }
    return encode(kHead, bytes);
}

std::vector<Object> one_of_each() {
    SessionPut held = session(1);
    held.signalling.reset();
    held.source = Address::parse("fd00:1::11");
    held.lifetime = 90s;
    held.linger = 32s;
    held.age = 100h;
    held.packets = 1'000'000'000'000;
    held.bytes = 2;
    SessionPut call = session(2);
    call.signalling->call_id = "1-2345@198.18.1.11";
    FlowPut stream = media_flow(2);
    stream.key.flow = {{*Address::parse("fd00:1::11"), 1}, {*Address::parse("fd00::100"), 2}, Transport::tcp};
    stream.status = FlowStatus::closing;
    stream.idle = 1500ms;
    stream.tcp_end = 0xfffffff0U;
    stream.packets = 7;
    stream.bytes = 8;
    AnnouncementPut half = announcement(2);
    half.key.dport = 0;
    half.ttl = 200s;
    half.promotions = 4;
    AnnouncementPut any = announcement(2);
    any.key.src.reset();
    any.key.sport = 0;
    return {held,
            call,
            stream,
            flow(2),
            half,
            any,
            AnnouncementGone{id(2), any.key},
            FlowGone{id(2), media(2)},
            SessionGone{id(2), true},
            SessionGone{id(1), false},
            SnapshotEnd{}};
}

}  // namespace

TEST_CASE("every object comes back as it was") {
    const Buffer bytes = batch_of(one_of_each());
    CHECK(bytes.size() <= kMaxBatch);
    const Result<Message> back = decode(bytes);
    REQUIRE(back.ok());
    CHECK(std::get<Batch>(*back) == Batch{kHead, one_of_each()});
}

TEST_CASE("the bytes of a batch") {
    const Buffer golden = {'R', 1, 1, 0,                             // version, batch
                           0,   0, 0, 0, 0, 0, 0, 0xa1,              // origin
                           0,   0, 0, 0, 0, 0, 0, 0x7a,              // table
                           0,   0, 0, 3, 0, 0, 0, 0,    0, 0, 1, 2,  // snapshot, sequence
                           2,   0, 9, 0, 0, 0, 0, 0,    0, 0, 5, 1,  // session 5 is gone, and over
                           7,   0, 0};                               // the end of the snapshot
    CHECK(batch_of({SessionGone{id(5), true}, SnapshotEnd{}}) == golden);
}

TEST_CASE("a report comes back as it was") {
    const Report report{.sender = kSelf,
                        .origin = kOrigin,
                        .snapshot = 9,
                        .applied = 1U << 20U,
                        .complete = true,
                        .resync = true,
                        .wanted = {id(4), id(5)}};
    const Result<Message> back = decode(encode(report));
    REQUIRE(back.ok());
    CHECK(std::get<Report>(*back) == report);
}

TEST_CASE("a report has room for kMaxWanted sessions") {
    Report report{.sender = kSelf, .origin = kOrigin};
    for (std::uint64_t i = 1; i <= 2 * kMaxWanted; ++i) {
        report.wanted.push_back(id(i));
    }
    const Result<Message> back = decode(encode(report));
    REQUIRE(back.ok());
    CHECK(std::get<Report>(*back).wanted.size() == kMaxWanted);
}

TEST_CASE("the bytes of what is said of a node") {
    const std::vector<NodeRecord> nodes{{.node = "n1",
                                         .setting = {.use = NodeUse::drain, .weight = 258, .fails_in = 1s},
                                         .version = 3,
                                         .setter = kSelf}};
    const Buffer golden = {'R', 1,  3,   0,                     // version, nodes
                           0,   28,                             // bytes
                           0,   0,  0,   0,  0,    0, 0, 3,     // version
                           0,   0,  0,   0,  0,    0, 0, 0xb1,  // setter
                           1,   1,  2,                          // drain, weight
                           1,   0,  0,   3,  0xe8,              // fails in a second
                           0,   2,  'n', '1'};
    std::span<const NodeRecord> rest = nodes;
    CHECK(encode_some(rest) == golden);
    CHECK(rest.empty());
    const Result<Message> back = decode(golden);
    REQUIRE(back.ok());
    CHECK(std::get<NodeRecords>(*back) == NodeRecords{nodes});
    for (std::size_t size = 5; size < golden.size(); ++size) {
        CHECK_FALSE(decode(Bytes(golden).first(size)).ok());
    }
}

TEST_CASE("a thousand nodes take as many messages as they need, and what is out of range is refused") {
    std::vector<NodeRecord> nodes;
    for (int i = 0; i < 1000; ++i) {
        nodes.push_back({.node = "node-" + std::to_string(i), .setting = {}, .version = 1, .setter = kSelf});
    }
    std::vector<NodeRecord> back;
    for (std::span<const NodeRecord> rest = nodes; !rest.empty();) {
        const Buffer message = encode_some(rest);
        CHECK(message.size() <= kMaxBatch);
        const Result<Message> some = decode(message);
        REQUIRE(some.ok());
        const auto& read = std::get<NodeRecords>(*some).nodes;
        back.insert(back.end(), read.begin(), read.end());
    }
    CHECK(back == nodes);

    const auto is_refused = [](NodeRecord record) {
        std::span<const NodeRecord> one(&record, 1);
        return !decode(encode_some(one)).ok();
    };
    NodeRecord record = nodes[0];
    CHECK_FALSE(is_refused(record));
    record.version = 0;
    CHECK(is_refused(record));
    record.version = kMaxVersion;
    CHECK_FALSE(is_refused(record));
    record.version = kMaxVersion + 1;
    CHECK(is_refused(record));
    record = nodes[0];
    record.setter = wire::Incarnation::none;
    CHECK(is_refused(record));
    record = nodes[0];
    record.setting.use = static_cast<NodeUse>(3);
    CHECK(is_refused(record));
    record = nodes[0];
    record.node.clear();
    CHECK(is_refused(record));
    record.node = std::string(kMaxName + 1, 'n');
    CHECK(is_refused(record));
}

TEST_CASE("objects of a newer peer are skipped, and so is what it added to known ones") {
    Buffer bytes = {99, 0, 2, 1, 1};
    Result<Buffer> gone = encode(SessionGone{id(5), true});
    REQUIRE(gone.ok());
    (*gone)[2] = static_cast<std::uint8_t>((*gone)[2] + 3);
    gone->insert(gone->end(), {7, 7, 7});
    bytes.insert(bytes.end(), gone->begin(), gone->end());
    const Result<Message> back = decode(encode(kHead, bytes));
    REQUIRE(back.ok());
    CHECK(std::get<Batch>(*back).objects == std::vector<Object>{SessionGone{id(5), true}});
}

TEST_CASE("times beyond 49 days are told as 49 days") {
    SessionPut put = session(1);
    put.lifetime = 24h * 365;
    const Result<Message> back = decode(batch_of({put}));
    REQUIRE(back.ok());
    CHECK(std::get<SessionPut>(std::get<Batch>(*back).objects[0]).lifetime == Milliseconds(0xffffffff));
}

TEST_CASE("what cannot be told is not encoded") {
    SessionPut nameless = session(1);
    nameless.service.clear();
    SessionPut named = session(1);
    named.node = std::string(kMaxName + 1, 'n');
    SessionPut labelled = session(1);
    labelled.label = std::string(kMaxLabel + 1, 'l');
    FlowPut call = flow(1);
    call.key.call_id = std::string(kMaxCallId + 1, 'c');
    FlowPut mixed = flow(1);
    mixed.key.flow.src.address = *Address::parse("fd00:1::11");
    AnnouncementPut shapeless = announcement(1);
    shapeless.key.dport = 0;
    shapeless.key.sport = 0;
    for (const Object& object : std::vector<Object>{nameless, named, labelled, call, mixed, shapeless}) {
        CHECK_FALSE(encode(object).ok());
    }
}

TEST_CASE("the longest session fits a batch") {
    SessionPut put = session(1, std::string(kMaxName, 'n'));
    put.service = std::string(kMaxName, 's');
    put.label = std::string(kMaxLabel, 'l');
    put.signalling->call_id = std::string(kMaxCallId, 'c');
    put.source = Address::parse("fd00:1::11");
    put.lifetime = put.linger = 1s;
    CHECK(batch_of({put}).size() <= kMaxBatch);
}

TEST_CASE("nothing that is cut short is taken") {
    const Buffer whole = batch_of(one_of_each());
    std::size_t taken = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Result<Message> part = decode(Bytes(whole).first(size));
        taken += part.ok() ? 1U : 0U;
        if (part) {
            // Between two objects.
            CHECK(std::get<Batch>(*part).objects.size() < one_of_each().size());
        }
    }
    CHECK(taken == one_of_each().size());
}

TEST_CASE("other messages, versions and kinds are refused") {
    Buffer bytes = batch_of({SnapshotEnd{}});
    CHECK(is_replication(bytes));
    bytes[1] = 2;
    CHECK_FALSE(decode(bytes).ok());
    bytes[1] = kVersion;
    bytes[2] = 3;
    CHECK_FALSE(decode(bytes).ok());
    bytes[2] = 1;
    CHECK(decode(bytes).ok());
    bytes[0] = 1;
    CHECK_FALSE(is_replication(bytes));
    CHECK_FALSE(decode(bytes).ok());
    CHECK_FALSE(is_replication({}));
}

TEST_CASE("values out of their range are refused") {
    const Result<Buffer> good = encode(flow(1));
    REQUIRE(good.ok());
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Buffer bytes = *good;
        bytes.at(at) = value;
        return decode(encode(kHead, bytes)).ok();
    };
    CHECK(with(0, 3));
    CHECK_FALSE(with(10, 0));   // session 0
    CHECK_FALSE(with(11, 18));  // transport
    CHECK_FALSE(with(12, 5));   // family
    CHECK_FALSE(with(27, 2));   // identity
    CHECK_FALSE(with(28, 5));   // form
    CHECK_FALSE(with(29, 4));   // status
}
