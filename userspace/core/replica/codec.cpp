// SPDX-License-Identifier: GPL-2.0
#include "core/replica/codec.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/wire/codec.hpp"

namespace sara::replica {

namespace {

enum class Kind : std::uint8_t { batch = 1, report = 2, nodes = 3 };

enum class Type : std::uint8_t {
    session_put = 1,
    session_gone,
    flow_put,
    flow_gone,
    announcement_put,
    announcement_gone,
    snapshot_end
};

constexpr std::uint8_t kHasSignalling = 1;
constexpr std::uint8_t kHasSource = 2;
constexpr std::uint8_t kHasLifetime = 4;
constexpr std::uint8_t kHasLinger = 8;
constexpr std::uint8_t kOver = 1;
constexpr std::uint8_t kEstablished = 1;
constexpr std::uint8_t kHasTcpEnd = 2;
constexpr std::uint8_t kHasTtl = 1;
constexpr std::uint8_t kComplete = 1;
constexpr std::uint8_t kResync = 2;
constexpr std::uint8_t kFailsIn = 1;

constexpr std::uint8_t kFamilyIpv4 = 4;
constexpr std::uint8_t kFamilyIpv6 = 6;
constexpr std::uint8_t kAnyClient = 0x80;

std::uint8_t flag(bool is_set, std::uint8_t bit) noexcept {
    return is_set ? bit : std::uint8_t{0};
}

/// More than can be said is as good as the most that can: 49 days.
std::uint32_t in_milliseconds(Milliseconds time) noexcept {
    constexpr Milliseconds::rep kMost = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<Milliseconds::rep>(time.count(), 0, kMost));
}

std::uint8_t family_code(const Address& address) noexcept {
    return address.family() == Family::ipv4 ? kFamilyIpv4 : kFamilyIpv6;
}

bool fits(const SignallingKey& key) noexcept {
    return key.call_id.size() <= kMaxCallId && key.flow.src.address.family() == key.flow.dst.address.family();
}

bool fits(const AnnouncementKey& key) noexcept {
    return form_of(key) && (!key.src || key.src->family() == key.vip.family());
}

/// Would a reader take it?
bool fits(const Object& object) {
    return std::visit(
        [](const auto& each) {
            if constexpr (requires { each.service; }) {
                return !each.service.empty() && each.service.size() <= kMaxName && !each.node.empty() &&
                       each.node.size() <= kMaxName && each.label.size() <= kMaxLabel &&
                       (!each.signalling || fits(*each.signalling));
            } else if constexpr (requires { each.key; }) {
                return fits(each.key);
            } else {
                return true;
            }
        },
        object);
}

void write(wire::Writer& out, SessionId session) {
    out.u64(static_cast<std::uint64_t>(session));
}

void write(wire::Writer& out, const SignallingKey& key) {
    out.u8(static_cast<std::uint8_t>(key.flow.transport));
    out.u8(family_code(key.flow.dst.address));
    out.u16(key.flow.src.port);
    out.u16(key.flow.dst.port);
    out.bytes(key.flow.src.address.bytes());
    out.bytes(key.flow.dst.address.bytes());
    out.text(key.call_id);
}

void write(wire::Writer& out, const AnnouncementKey& key) {
    out.u8(static_cast<std::uint8_t>(key.transport));
    out.u8(static_cast<std::uint8_t>(family_code(key.vip) | flag(!key.src, kAnyClient)));
    out.u16(key.sport);
    out.u16(key.dport);
    if (key.src) {
        out.bytes(key.src->bytes());
    }
    out.bytes(key.vip.bytes());
}

Type write_body(wire::Writer& out, const SessionPut& session) {
    write(out, session.session);
    out.u8(static_cast<std::uint8_t>(
        flag(session.signalling.has_value(), kHasSignalling) | flag(session.source.has_value(), kHasSource) |
        flag(session.lifetime.has_value(), kHasLifetime) | flag(session.linger.has_value(), kHasLinger)));
    out.text(session.service);
    out.text(session.node);
    out.text(session.label);
    if (session.signalling) {
        write(out, *session.signalling);
    }
    if (session.source) {
        out.u8(family_code(*session.source));
        out.bytes(session.source->bytes());
    }
    if (session.lifetime) {
        out.u32(in_milliseconds(*session.lifetime));
    }
    if (session.linger) {
        out.u32(in_milliseconds(*session.linger));
    }
    out.u64(static_cast<std::uint64_t>(std::max<Milliseconds::rep>(session.age.count(), 0)));
    out.u64(session.packets);
    out.u64(session.bytes);
    return Type::session_put;
}

Type write_body(wire::Writer& out, const SessionGone& gone) {
    write(out, gone.session);
    out.u8(flag(gone.over, kOver));
    return Type::session_gone;
}

Type write_body(wire::Writer& out, const FlowPut& flow) {
    write(out, flow.session);
    write(out, flow.key);
    out.u8(static_cast<std::uint8_t>(flow.identity));
    out.u8(flow.form ? static_cast<std::uint8_t>(*flow.form) : std::uint8_t{0});
    out.u8(static_cast<std::uint8_t>(flow.status));
    out.u8(
        static_cast<std::uint8_t>(flag(flow.established, kEstablished) | flag(flow.tcp_end.has_value(), kHasTcpEnd)));
    out.u32(in_milliseconds(flow.idle));
    out.u32(flow.tcp_end.value_or(0));
    out.u64(flow.packets);
    out.u64(flow.bytes);
    return Type::flow_put;
}

Type write_body(wire::Writer& out, const FlowGone& gone) {
    write(out, gone.session);
    write(out, gone.key);
    return Type::flow_gone;
}

Type write_body(wire::Writer& out, const AnnouncementPut& announcement) {
    write(out, announcement.session);
    write(out, announcement.key);
    out.u64(static_cast<std::uint64_t>(announcement.tag));
    out.u8(flag(announcement.ttl.has_value(), kHasTtl));
    out.u32(in_milliseconds(announcement.ttl.value_or(Milliseconds(0))));
    out.u32(announcement.promotions);
    return Type::announcement_put;
}

Type write_body(wire::Writer& out, const AnnouncementGone& gone) {
    write(out, gone.session);
    write(out, gone.key);
    return Type::announcement_gone;
}

Type write_body(wire::Writer& out, const SnapshotEnd& end) {
    static_cast<void>(out);
    static_cast<void>(end);
    return Type::snapshot_end;
}

SessionId read_session(wire::Reader& reader) noexcept {
    const auto session = static_cast<SessionId>(reader.u64());
    if (session == SessionId::unknown) {
        reader.fail();
    }
    return session;
}

/// The kernel's texts have no zeros inside.
std::string read_text(wire::Reader& reader, std::size_t max) {
    const std::string_view text = reader.text(max);
    if (text.find('\0') != std::string_view::npos) {
        reader.fail();
        return {};
    }
    return std::string(text);
}

std::string read_name(wire::Reader& reader) {
    std::string name = read_text(reader, kMaxName);
    if (name.empty()) {
        reader.fail();
    }
    return name;
}

Transport read_transport(wire::Reader& reader) noexcept {
    const std::uint8_t value = reader.u8();
    if (value != static_cast<std::uint8_t>(Transport::udp) && value != static_cast<std::uint8_t>(Transport::tcp)) {
        reader.fail();
        return Transport::udp;
    }
    return static_cast<Transport>(value);
}

Address read_address(wire::Reader& reader, std::uint8_t family) noexcept {
    if (family != kFamilyIpv4 && family != kFamilyIpv6) {
        reader.fail();
        return {};
    }
    return Address::from_bytes(reader.bytes(family == kFamilyIpv4 ? 4 : 16)).value_or(Address());
}

template <typename Enum>
Enum read_enum(wire::Reader& reader, Enum last) noexcept {
    const std::uint8_t value = reader.u8();
    if (value > static_cast<std::uint8_t>(last)) {
        reader.fail();
        return Enum{};
    }
    return static_cast<Enum>(value);
}

SignallingKey read_key(wire::Reader& reader) {
    SignallingKey key;
    key.flow.transport = read_transport(reader);
    const std::uint8_t family = reader.u8();
    key.flow.src.port = reader.u16();
    key.flow.dst.port = reader.u16();
    key.flow.src.address = read_address(reader, family);
    key.flow.dst.address = read_address(reader, family);
    key.call_id = read_text(reader, kMaxCallId);
    return key;
}

AnnouncementKey read_pattern(wire::Reader& reader) noexcept {
    AnnouncementKey key;
    key.transport = read_transport(reader);
    const std::uint8_t family = reader.u8();
    key.sport = reader.u16();
    key.dport = reader.u16();
    const auto plain = static_cast<std::uint8_t>(family & ~kAnyClient);
    if ((family & kAnyClient) == 0) {
        key.src = read_address(reader, plain);
    }
    key.vip = read_address(reader, plain);
    if (!form_of(key)) {
        reader.fail();
    }
    return key;
}

SessionPut read_session_put(wire::Reader& reader) {
    SessionPut session;
    session.session = read_session(reader);
    const std::uint8_t flags = reader.u8();
    session.service = read_name(reader);
    session.node = read_name(reader);
    session.label = read_text(reader, kMaxLabel);
    if ((flags & kHasSignalling) != 0) {
        session.signalling = read_key(reader);
    }
    if ((flags & kHasSource) != 0) {
        session.source = read_address(reader, reader.u8());
    }
    if ((flags & kHasLifetime) != 0) {
        session.lifetime = Milliseconds(reader.u32());
    }
    if ((flags & kHasLinger) != 0) {
        session.linger = Milliseconds(reader.u32());
    }
    constexpr std::uint64_t kOldest = std::numeric_limits<Milliseconds::rep>::max();
    session.age = Milliseconds(static_cast<Milliseconds::rep>(std::min(reader.u64(), kOldest)));
    session.packets = reader.u64();
    session.bytes = reader.u64();
    return session;
}

SessionGone read_session_gone(wire::Reader& reader) noexcept {
    const SessionId session = read_session(reader);
    return {session, (reader.u8() & kOver) != 0};
}

FlowPut read_flow_put(wire::Reader& reader) {
    FlowPut flow;
    flow.session = read_session(reader);
    flow.key = read_key(reader);
    flow.identity = read_enum(reader, FlowIdentity::secondary);
    const std::uint8_t form = reader.u8();
    if (form > static_cast<std::uint8_t>(AnnouncementForm::any_source)) {
        reader.fail();
    } else if (form != 0) {
        flow.form = static_cast<AnnouncementForm>(form);
    }
    flow.status = read_enum(reader, FlowStatus::closing);
    const std::uint8_t flags = reader.u8();
    flow.established = (flags & kEstablished) != 0;
    flow.idle = Milliseconds(reader.u32());
    const std::uint32_t tcp_end = reader.u32();
    if ((flags & kHasTcpEnd) != 0) {
        flow.tcp_end = tcp_end;
    }
    flow.packets = reader.u64();
    flow.bytes = reader.u64();
    return flow;
}

AnnouncementPut read_announcement_put(wire::Reader& reader) noexcept {
    AnnouncementPut announcement;
    announcement.session = read_session(reader);
    announcement.key = read_pattern(reader);
    announcement.tag = static_cast<Tag>(reader.u64());
    const std::uint8_t flags = reader.u8();
    const std::uint32_t ttl = reader.u32();
    if ((flags & kHasTtl) != 0) {
        announcement.ttl = Milliseconds(ttl);
    }
    announcement.promotions = reader.u32();
    return announcement;
}

Object read_known(wire::Reader& reader, Type type) {
    switch (type) {
    case Type::session_put:
        return read_session_put(reader);
    case Type::session_gone:
        return read_session_gone(reader);
    case Type::flow_put:
        return read_flow_put(reader);
    case Type::flow_gone: {
        const SessionId session = read_session(reader);
        return FlowGone{session, read_key(reader)};
    }
    case Type::announcement_put:
        return read_announcement_put(reader);
    case Type::announcement_gone: {
        const SessionId session = read_session(reader);
        return AnnouncementGone{session, read_pattern(reader)};
    }
    case Type::snapshot_end:
        break;
    }
    return SnapshotEnd{};
}

void read_object(wire::Reader& reader, std::vector<Object>& objects) {
    const std::uint8_t type = reader.u8();
    wire::Reader body(reader.block());
    if (!reader.ok() || type < static_cast<std::uint8_t>(Type::session_put) ||
        type > static_cast<std::uint8_t>(Type::snapshot_end)) {
        return;
    }
    Object object = read_known(body, static_cast<Type>(type));
    if (!body.ok()) {
        reader.fail();
        return;
    }
    objects.push_back(std::move(object));
}

Batch read_batch(wire::Reader& reader) {
    Batch batch;
    batch.head.origin = static_cast<wire::Incarnation>(reader.u64());
    batch.head.table = static_cast<Table>(reader.u64());
    batch.head.snapshot = reader.u32();
    batch.head.sequence = reader.u64();
    if (batch.head.origin == wire::Incarnation::none || batch.head.table == Table::none || batch.head.snapshot == 0) {
        reader.fail();
    }
    while (reader.ok() && reader.remaining() > 0) {
        read_object(reader, batch.objects);
    }
    return batch;
}

Report read_report(wire::Reader& reader) {
    Report report;
    report.sender = static_cast<wire::Incarnation>(reader.u64());
    report.origin = static_cast<wire::Incarnation>(reader.u64());
    report.snapshot = reader.u32();
    report.applied = reader.u64();
    const std::uint8_t flags = reader.u8();
    report.complete = (flags & kComplete) != 0;
    report.resync = (flags & kResync) != 0;
    const std::size_t wanted = reader.u8();
    if (wanted > kMaxWanted || report.sender == wire::Incarnation::none) {
        reader.fail();
    }
    for (std::size_t i = 0; reader.ok() && i < wanted; ++i) {
        report.wanted.push_back(read_session(reader));
    }
    return report;
}

void write(wire::Writer& out, const NodeRecord& record) {
    out.u64(record.version);
    out.u64(static_cast<std::uint64_t>(record.setter));
    out.u8(static_cast<std::uint8_t>(record.setting.use));
    out.u16(record.setting.weight);
    out.u8(flag(record.setting.fails_in.has_value(), kFailsIn));
    out.u32(in_milliseconds(record.setting.fails_in.value_or(Milliseconds(0))));
    out.text(record.node);
}

NodeRecord read_node(wire::Reader& reader) {
    NodeRecord record;
    record.version = reader.u64();
    record.setter = static_cast<wire::Incarnation>(reader.u64());
    record.setting.use = read_enum(reader, NodeUse::down);
    record.setting.weight = reader.u16();
    const std::uint8_t flags = reader.u8();
    const std::uint32_t fails_in = reader.u32();
    if ((flags & kFailsIn) != 0) {
        record.setting.fails_in = Milliseconds(fails_in);
    }
    record.node = read_name(reader);
    if (record.version == 0 || record.version > kMaxVersion || record.setter == wire::Incarnation::none) {
        reader.fail();
    }
    return record;
}

NodeRecords read_nodes(wire::Reader& reader) {
    NodeRecords records;
    while (reader.ok() && reader.remaining() > 0) {
        wire::Reader body(reader.block());
        NodeRecord record = read_node(body);
        if (!reader.ok() || !body.ok()) {
            reader.fail();
            break;
        }
        records.nodes.push_back(std::move(record));
    }
    return records;
}

void write_head(wire::Writer& out, Kind kind) {
    out.u8(kMark);
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(kind));
    out.u8(0);
}

}  // namespace

Result<Buffer> encode(const Object& object) {
    if (!fits(object)) {
        return Error{"a value is out of its range", "replication"};
    }
    wire::Writer body(kMaxObjects - kObjectHead);
    const Type type = std::visit([&](const auto& each) { return write_body(body, each); }, object);
    wire::Writer out(kMaxObjects);
    out.u8(static_cast<std::uint8_t>(type));
    out.block(body.view());
    if (!body.ok() || !out.ok()) {
        return Error{"an object is longer than a message", "replication"};
    }
    return std::move(out).take();
}

Buffer encode(const BatchHead& head, Bytes objects) {
    wire::Writer out(kMaxBatch);
    write_head(out, Kind::batch);
    out.u64(static_cast<std::uint64_t>(head.origin));
    out.u64(static_cast<std::uint64_t>(head.table));
    out.u32(head.snapshot);
    out.u64(head.sequence);
    out.bytes(objects);
    return std::move(out).take();
}

Buffer encode(const Report& report) {
    wire::Writer out(kMaxBatch);
    write_head(out, Kind::report);
    out.u64(static_cast<std::uint64_t>(report.sender));
    out.u64(static_cast<std::uint64_t>(report.origin));
    out.u32(report.snapshot);
    out.u64(report.applied);
    out.u8(static_cast<std::uint8_t>(flag(report.complete, kComplete) | flag(report.resync, kResync)));
    const std::size_t wanted = std::min(report.wanted.size(), kMaxWanted);
    out.u8(static_cast<std::uint8_t>(wanted));
    for (std::size_t i = 0; i < wanted; ++i) {
        write(out, report.wanted[i]);
    }
    return std::move(out).take();
}

Buffer encode_some(std::span<const NodeRecord>& nodes) {
    wire::Writer out(kMaxBatch);
    write_head(out, Kind::nodes);
    while (!nodes.empty()) {
        wire::Writer body;
        write(body, nodes.front());
        if (body.size() + sizeof(std::uint16_t) > out.room()) {
            break;
        }
        out.block(body.view());
        nodes = nodes.subspan(1);
    }
    return std::move(out).take();
}

Result<Message> decode(Bytes message) {
    if (message.size() > kMaxBatch) {
        return Error{"more than " + std::to_string(kMaxBatch) + " bytes", "replication"};
    }
    wire::Reader reader(message);
    if (reader.u8() != kMark) {
        return Error{"not of replication", "replication"};
    }
    if (const std::uint8_t version = reader.u8(); version != kVersion) {
        return Error{"version " + std::to_string(version) + " is not understood here", "replication"};
    }
    const std::uint8_t kind = reader.u8();
    static_cast<void>(reader.u8());
    Message read = Report{};
    if (kind == static_cast<std::uint8_t>(Kind::batch)) {
        read = read_batch(reader);
    } else if (kind == static_cast<std::uint8_t>(Kind::report)) {
        read = read_report(reader);
    } else if (kind == static_cast<std::uint8_t>(Kind::nodes)) {
        read = read_nodes(reader);
    } else {
        reader.fail();
    }
    if (!reader.ok()) {
        return Error{"cut short, or a value out of its range", "replication"};
    }
    return read;
}

}  // namespace sara::replica
