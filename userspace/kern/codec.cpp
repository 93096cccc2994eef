// SPDX-License-Identifier: GPL-2.0
#include "kern/codec.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "kern/attributes.hpp"

namespace sara::kern {

namespace {

constexpr std::size_t kDeviceNameMax = 15;
constexpr std::size_t kSchedulerNameMax = 15;
constexpr std::size_t kVersionMax = 127;

// --- writing ---------------------------------------------------------------------------------------------------

Request make(std::uint8_t command, AttributeWriter&& writer = {}) {
    return {command, false, std::move(writer).take()};
}

Request make_dump(std::uint8_t command, AttributeWriter&& writer = {}) {
    return {command, true, std::move(writer).take()};
}

template <typename E>
void put_enum(AttributeWriter& writer, std::uint16_t type, E value) {
    writer.u32(type, static_cast<std::uint32_t>(value));
}

template <typename E>
void put_enum(AttributeWriter& writer, std::uint16_t type, const std::optional<E>& value) {
    if (value) {
        put_enum(writer, type, *value);
    }
}

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<std::uint32_t>& value) {
    if (value) {
        writer.u32(type, *value);
    }
}

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<Milliseconds>& value) {
    if (value) {
        writer.milliseconds(type, *value);
    }
}

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<std::string>& value) {
    if (value) {
        writer.text(type, *value);
    }
}

void put_tuple(AttributeWriter& writer, std::uint16_t type, const AnnouncementKey& key) {
    const std::size_t nest = writer.begin(type);
    if (key.src) {
        writer.address(SARA_A_TUPLE_SRC, *key.src);
    }
    if (key.sport != 0) {
        writer.u16(SARA_A_TUPLE_SPORT, key.sport);
    }
    writer.address(SARA_A_TUPLE_DST, key.vip);
    if (key.dport != 0) {
        writer.u16(SARA_A_TUPLE_DPORT, key.dport);
    }
    writer.u8(SARA_A_TUPLE_PROTO, static_cast<std::uint8_t>(key.transport));
    writer.end(nest);
}

struct SelectionAttributes {
    std::uint16_t session;
    std::uint16_t service;
    std::uint16_t node;
};

AttributeWriter select(const Selection& selection, SelectionAttributes attributes) {
    AttributeWriter writer;
    if (selection.session) {
        writer.u64(attributes.session, static_cast<std::uint64_t>(*selection.session));
    }
    put(writer, attributes.service, selection.service);
    put(writer, attributes.node, selection.node);
    return writer;
}

AttributeWriter named(std::uint16_t type, std::string_view name) {
    AttributeWriter writer;
    writer.text(type, name);
    return writer;
}

// --- reading ---------------------------------------------------------------------------------------------------

Error malformed(const char* what) {
    return {EPROTO,
            std::string("the kernel module sent a malformed ") + what + ": module and program are not of one release?"};
}

template <typename E>
E get_enum(AttributeReader& reader) {
    return static_cast<E>(reader.u32());
}

/// App and Sender are narrower than the wire's u32: an unknown value must not become a known one.
template <typename E>
E get_narrow_enum(AttributeReader& reader, E unknown) {
    const std::uint32_t value = reader.u32();
    return value > 0xff ? unknown : static_cast<E>(value);
}

constexpr App kUnknownApp = static_cast<App>(0xff);

std::optional<Transport> transport_of(std::uint8_t proto) {
    switch (proto) {
    case static_cast<std::uint8_t>(Transport::udp):
        return Transport::udp;
    case static_cast<std::uint8_t>(Transport::tcp):
        return Transport::tcp;
    default:
        return std::nullopt;
    }
}

void get_transport(AttributeReader& reader, Transport& transport) {
    if (const std::optional<Transport> known = transport_of(reader.u8())) {
        transport = *known;
    } else {
        reader.fail();
    }
}

void get_tuple(AttributeReader& reader, AnnouncementKey& key) {
    const Result<AnnouncementKey> tuple = decode_tuple(reader.payload());
    if (tuple) {
        key = *tuple;
    } else {
        reader.fail();
    }
}

/// A flow knows all of its tuple (a port may be 0 on the wire, an address is always there).
void get_flow(AttributeReader& reader, FlowKey& flow) {
    AnnouncementKey key;
    get_tuple(reader, key);
    if (!key.src) {
        reader.fail();
        return;
    }
    flow = {{*key.src, key.sport}, {key.vip, key.dport}, key.transport};
}

void get_mac(AttributeReader& reader, std::optional<Mac>& mac) {
    if (reader.payload().size() != std::tuple_size_v<Mac>) {
        reader.fail();
        return;
    }
    mac.emplace();
    std::copy(reader.payload().begin(), reader.payload().end(), mac->begin());
}

Result<Config> decode_config(Bytes attributes) {
    Config config;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_CONFIG_ABI_VERSION:
            config.abi_version = reader.u32();
            break;
        case SARA_A_CONFIG_MODULE_VERSION:
            config.module_version = reader.text(kVersionMax);
            break;
        case SARA_A_CONFIG_MAX_SESSIONS:
            config.max_sessions = reader.u32();
            break;
        case SARA_A_CONFIG_MAX_FLOWS:
            config.max_flows = reader.u32();
            break;
        case SARA_A_CONFIG_MAX_ANNOUNCEMENTS:
            config.max_announcements = reader.u32();
            break;
        case SARA_A_CONFIG_TCP_TIMEOUT:
            config.tcp_timeout = reader.milliseconds();
            break;
        case SARA_A_CONFIG_CLOSING_TIMEOUT:
            config.closing_timeout = reader.milliseconds();
            break;
        case SARA_A_CONFIG_PURGE_INTERVAL:
            config.purge_interval = reader.milliseconds();
            break;
        case SARA_A_CONFIG_INSPECT_RATE:
            config.inspect_rate = reader.u32();
            break;
        case SARA_A_CONFIG_EARLY_TIME:
            config.early_time = reader.milliseconds();
            break;
        case SARA_A_CONFIG_EARLY_PACKETS:
            config.early_packets = reader.u32();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || config.abi_version == 0) {
        return malformed("configuration");
    }
    return config;
}

template <typename T>
struct Described {
    T object;
    std::optional<EventKind> event;
};

Result<Described<Device>> decode_device(Bytes attributes) {
    Described<Device> out;
    Device& device = out.object;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_DEV_IFINDEX:
            device.ifindex = reader.u32();
            break;
        case SARA_A_DEV_NAME:
            device.name = reader.text(kDeviceNameMax);
            break;
        case SARA_A_DEV_MODE:
            device.mode = get_enum<DevMode>(reader);
            break;
        case SARA_A_DEV_EVENT:
            out.event = get_enum<EventKind>(reader);
            break;
        case SARA_A_DEV_PACKETS:
            device.packets = reader.counter();
            break;
        case SARA_A_DEV_FORWARDED:
            device.forwarded = reader.counter();
            break;
        case SARA_A_DEV_COPIED:
            device.copied = reader.counter();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || device.ifindex == 0) {
        return malformed("device");
    }
    return out;
}

Result<Described<Service>> decode_service(Bytes attributes) {
    Described<Service> out;
    Service& service = out.object;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_SERVICE_NAME:
            service.name = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_SERVICE_ID:
            service.id = reader.u32();
            break;
        case SARA_A_SERVICE_ADDR:
            service.vip = reader.address();
            break;
        case SARA_A_SERVICE_PROTO:
            get_transport(reader, service.transport);
            break;
        case SARA_A_SERVICE_PORT:
            service.port = reader.u16();
            break;
        case SARA_A_SERVICE_PORT_LAST:
            service.port_last = reader.u16();
            break;
        case SARA_A_SERVICE_APP:
            service.app = get_narrow_enum<App>(reader, kUnknownApp);
            break;
        case SARA_A_SERVICE_KEY:
            service.key = get_enum<SessionKey>(reader);
            break;
        case SARA_A_SERVICE_SCHEDULER:
            service.scheduler = reader.text(kSchedulerNameMax);
            break;
        case SARA_A_SERVICE_FLOW_TIMEOUT:
            service.flow_timeout = reader.milliseconds();
            break;
        case SARA_A_SERVICE_NODE:
            service.nodes.push_back(reader.text(SARA_NAME_MAX));
            break;
        case SARA_A_SERVICE_EVENT:
            out.event = get_enum<EventKind>(reader);
            break;
        case SARA_A_SERVICE_SESSIONS:
            service.sessions = reader.u32();
            break;
        case SARA_A_SERVICE_SESSIONS_TOTAL:
            service.sessions_total = reader.counter();
            break;
        case SARA_A_SERVICE_PACKETS:
            service.packets = reader.counter();
            break;
        case SARA_A_SERVICE_BYTES:
            service.bytes = reader.counter();
            break;
        case SARA_A_SERVICE_REFUSED:
            service.refused = reader.counter();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || service.name.empty()) {
        return malformed("service");
    }
    return out;
}

Result<Described<Node>> decode_node(Bytes attributes) {
    Described<Node> out;
    Node& node = out.object;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_NODE_NAME:
            node.name = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_NODE_ID:
            node.id = reader.u32();
            break;
        case SARA_A_NODE_ADDR:
            node.address = reader.address();
            break;
        case SARA_A_NODE_IFINDEX:
            node.ifindex = reader.u32();
            break;
        case SARA_A_NODE_DEV:
            node.dev = reader.text(kDeviceNameMax);
            break;
        case SARA_A_NODE_MAC:
            get_mac(reader, node.mac);
            break;
        case SARA_A_NODE_MAC_RESOLVED:
            node.mac_resolved = true;
            break;
        case SARA_A_NODE_STATE:
            node.state = get_enum<NodeState>(reader);
            break;
        case SARA_A_NODE_WEIGHT:
            node.weight = reader.u32();
            break;
        case SARA_A_NODE_MAX_SESSIONS:
            node.max_sessions = reader.u32();
            break;
        case SARA_A_NODE_USABLE:
            node.usable = true;
            break;
        case SARA_A_NODE_EVENT:
            out.event = get_enum<EventKind>(reader);
            break;
        case SARA_A_NODE_SESSIONS:
            node.sessions = reader.u32();
            break;
        case SARA_A_NODE_SESSIONS_TOTAL:
            node.sessions_total = reader.counter();
            break;
        case SARA_A_NODE_PACKETS:
            node.packets = reader.counter();
            break;
        case SARA_A_NODE_BYTES:
            node.bytes = reader.counter();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || node.name.empty()) {
        return malformed("node");
    }
    return out;
}

Result<Described<SessionInfo>> decode_session(Bytes attributes) {
    Described<SessionInfo> out;
    SessionInfo& session = out.object;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_SESSION_ID:
            session.id = static_cast<SessionId>(reader.u64());
            break;
        case SARA_A_SESSION_SERVICE:
            session.service = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_SESSION_NODE:
            session.node = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_SESSION_TUPLE:
            get_flow(reader, session.flow);
            break;
        case SARA_A_SESSION_STATUS:
            session.status = get_enum<LifeStatus>(reader);
            break;
        case SARA_A_SESSION_LABEL:
            session.label = reader.text(SARA_LABEL_MAX);
            break;
        case SARA_A_SESSION_LIFETIME:
            session.lifetime = reader.milliseconds();
            break;
        case SARA_A_SESSION_LINGER:
            session.linger = reader.milliseconds();
            break;
        case SARA_A_SESSION_AGE:
            session.age = reader.milliseconds();
            break;
        case SARA_A_SESSION_IDLE:
            session.idle = reader.milliseconds();
            break;
        case SARA_A_SESSION_FLOWS:
            session.flows = reader.u32();
            break;
        case SARA_A_SESSION_ANNOUNCEMENTS:
            session.announcements = reader.u32();
            break;
        case SARA_A_SESSION_PACKETS:
            session.packets = reader.counter();
            break;
        case SARA_A_SESSION_BYTES:
            session.bytes = reader.counter();
            break;
        case SARA_A_SESSION_END:
            session.end = get_enum<EndReason>(reader);
            break;
        case SARA_A_SESSION_EVENT:
            out.event = get_enum<EventKind>(reader);
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || session.id == SessionId::unknown) {
        return malformed("session");
    }
    return out;
}

Result<Described<FlowInfo>> decode_flow(Bytes attributes) {
    Described<FlowInfo> out;
    FlowInfo& flow = out.object;
    bool tuple = false;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_FLOW_SESSION:
            flow.session = static_cast<SessionId>(reader.u64());
            break;
        case SARA_A_FLOW_SERVICE:
            flow.service = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_FLOW_NODE:
            flow.node = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_FLOW_TUPLE:
            get_flow(reader, flow.flow);
            tuple = true;
            break;
        case SARA_A_FLOW_IDENTITY:
            flow.identity = get_enum<Identity>(reader);
            break;
        case SARA_A_FLOW_STATUS:
            flow.status = get_enum<LifeStatus>(reader);
            break;
        case SARA_A_FLOW_TIMEOUT:
            flow.timeout = reader.milliseconds();
            break;
        case SARA_A_FLOW_IDLE:
            flow.idle = reader.milliseconds();
            break;
        case SARA_A_FLOW_PACKETS:
            flow.packets = reader.counter();
            break;
        case SARA_A_FLOW_BYTES:
            flow.bytes = reader.counter();
            break;
        case SARA_A_FLOW_EVENT:
            out.event = get_enum<EventKind>(reader);
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || !tuple) {
        return malformed("flow");
    }
    return out;
}

Result<AnnouncementInfo> decode_announcement(Bytes attributes) {
    AnnouncementInfo announcement;
    bool tuple = false;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_ANNOUNCEMENT_SESSION:
            announcement.session = static_cast<SessionId>(reader.u64());
            break;
        case SARA_A_ANNOUNCEMENT_SERVICE:
            announcement.service = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_ANNOUNCEMENT_NODE:
            announcement.node = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_ANNOUNCEMENT_TUPLE:
            get_tuple(reader, announcement.key);
            tuple = true;
            break;
        case SARA_A_ANNOUNCEMENT_FORM:
            announcement.form = get_narrow_enum<AnnouncementForm>(reader, AnnouncementForm{});
            break;
        case SARA_A_ANNOUNCEMENT_TAG:
            announcement.tag = static_cast<Tag>(reader.u64());
            break;
        case SARA_A_ANNOUNCEMENT_TTL:
            announcement.ttl = reader.milliseconds();
            break;
        case SARA_A_ANNOUNCEMENT_CONFIRMED:
            announcement.confirmed = true;
            break;
        case SARA_A_ANNOUNCEMENT_PROMOTIONS:
            announcement.promotions = reader.u32();
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || !tuple) {
        return malformed("announcement");
    }
    return announcement;
}

Result<Stats> decode_stats(Bytes attributes) {
    Stats stats;
    AttributeReader reader(attributes);
    while (reader.next()) {
        if (reader.type() != SARA_A_STATS_PAD && reader.type() < stats.values.size()) {
            stats.values[reader.type()] = reader.counter();
        }
    }
    if (!reader.ok()) {
        return malformed("set of counters");
    }
    return stats;
}

Result<InspectBinding> decode_binding(Bytes attributes) {
    InspectBinding binding;
    AttributeReader reader(attributes);
    while (reader.next()) {
        if (reader.type() == SARA_A_INSPECT_LOST) {
            binding.lost = reader.counter();
        }
    }
    if (!reader.ok()) {
        return malformed("answer to the bind");
    }
    return binding;
}

Result<InspectedPacket> decode_inspected(Bytes attributes) {
    InspectedPacket packet;
    bool tuple = false;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_INSPECT_SESSION:
            packet.session = static_cast<SessionId>(reader.u64());
            break;
        case SARA_A_INSPECT_SERVICE:
            packet.service = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_INSPECT_APP:
            packet.app = get_narrow_enum<App>(reader, kUnknownApp);
            break;
        case SARA_A_INSPECT_SENDER:
            switch (reader.u32()) {
            case SARA_SENDER_CLIENT:
                packet.sender = Sender::client;
                break;
            case SARA_SENDER_SERVER:
                packet.sender = Sender::server;
                break;
            default:
                reader.fail();
                break;
            }
            break;
        case SARA_A_INSPECT_TUPLE:
            get_flow(reader, packet.flow);
            tuple = true;
            break;
        case SARA_A_INSPECT_TCP_SEQ:
            packet.tcp_seq = reader.u32();
            break;
        case SARA_A_INSPECT_TCP_FLAGS:
            packet.tcp_flags = reader.u8();
            break;
        case SARA_A_INSPECT_LOST:
            packet.lost = reader.counter();
            break;
        case SARA_A_INSPECT_PAYLOAD:
            packet.payload.assign(reader.payload().begin(), reader.payload().end());
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || !tuple) {
        return malformed("inspected packet");
    }
    return packet;
}

template <typename T>
Result<Object> as_object(Result<T> result) {
    if (!result) {
        return result.error();
    }
    return Object(std::move(*result));
}

template <typename T>
Result<Object> as_object(Result<Described<T>> result) {
    if (!result) {
        return result.error();
    }
    return Object(std::move(result->object));
}

template <typename T>
Result<Object> as_event(Result<Described<T>> result) {
    if (!result) {
        return result.error();
    }
    if (!result->event) {
        return malformed("event");
    }
    return Object(Event{*result->event, std::move(result->object)});
}

}  // namespace

Request config_get() {
    AttributeWriter writer;
    writer.u32(SARA_A_CONFIG_ABI_VERSION, SARA_ABI_VERSION);
    return make(SARA_CMD_CONFIG_GET, std::move(writer));
}

Request config_set(const ConfigChange& change) {
    AttributeWriter writer;
    put(writer, SARA_A_CONFIG_MAX_SESSIONS, change.max_sessions);
    put(writer, SARA_A_CONFIG_MAX_FLOWS, change.max_flows);
    put(writer, SARA_A_CONFIG_MAX_ANNOUNCEMENTS, change.max_announcements);
    put(writer, SARA_A_CONFIG_TCP_TIMEOUT, change.tcp_timeout);
    put(writer, SARA_A_CONFIG_CLOSING_TIMEOUT, change.closing_timeout);
    put(writer, SARA_A_CONFIG_PURGE_INTERVAL, change.purge_interval);
    put(writer, SARA_A_CONFIG_INSPECT_RATE, change.inspect_rate);
    put(writer, SARA_A_CONFIG_EARLY_TIME, change.early_time);
    put(writer, SARA_A_CONFIG_EARLY_PACKETS, change.early_packets);
    return make(SARA_CMD_CONFIG_SET, std::move(writer));
}

Request dev_new(std::string_view name, DevMode mode) {
    AttributeWriter writer = named(SARA_A_DEV_NAME, name);
    put_enum(writer, SARA_A_DEV_MODE, mode);
    return make(SARA_CMD_DEV_NEW, std::move(writer));
}

Request dev_del(std::string_view name) {
    return make(SARA_CMD_DEV_DEL, named(SARA_A_DEV_NAME, name));
}

Request dev_get(std::string_view name) {
    return make(SARA_CMD_DEV_GET, named(SARA_A_DEV_NAME, name));
}

Request dev_dump() {
    return make_dump(SARA_CMD_DEV_GET);
}

Request service_new(const ServiceSpec& spec) {
    AttributeWriter writer = named(SARA_A_SERVICE_NAME, spec.name);
    writer.address(SARA_A_SERVICE_ADDR, spec.vip);
    writer.u8(SARA_A_SERVICE_PROTO, static_cast<std::uint8_t>(spec.transport));
    writer.u16(SARA_A_SERVICE_PORT, spec.port);
    if (spec.port_last != 0) {
        writer.u16(SARA_A_SERVICE_PORT_LAST, spec.port_last);
    }
    put_enum(writer, SARA_A_SERVICE_APP, spec.app);
    put_enum(writer, SARA_A_SERVICE_KEY, spec.key);
    put(writer, SARA_A_SERVICE_SCHEDULER, spec.scheduler);
    put(writer, SARA_A_SERVICE_FLOW_TIMEOUT, spec.flow_timeout);
    for (const std::string& node : spec.nodes) {
        writer.text(SARA_A_SERVICE_NODE, node);
    }
    return make(SARA_CMD_SERVICE_NEW, std::move(writer));
}

Request service_set(const ServiceChange& change) {
    AttributeWriter writer = named(SARA_A_SERVICE_NAME, change.name);
    put(writer, SARA_A_SERVICE_SCHEDULER, change.scheduler);
    put(writer, SARA_A_SERVICE_FLOW_TIMEOUT, change.flow_timeout);
    for (const std::string& node : change.nodes) {
        writer.text(SARA_A_SERVICE_NODE, node);
    }
    if (change.all_nodes) {
        writer.flag(SARA_A_SERVICE_ALL_NODES);
    }
    return make(SARA_CMD_SERVICE_SET, std::move(writer));
}

Request service_del(std::string_view name, bool force) {
    AttributeWriter writer = named(SARA_A_SERVICE_NAME, name);
    if (force) {
        writer.flag(SARA_A_SERVICE_FORCE);
    }
    return make(SARA_CMD_SERVICE_DEL, std::move(writer));
}

Request service_get(std::string_view name) {
    return make(SARA_CMD_SERVICE_GET, named(SARA_A_SERVICE_NAME, name));
}

Request service_dump() {
    return make_dump(SARA_CMD_SERVICE_GET);
}

namespace {

AttributeWriter node_attributes(const NodeSpec& spec) {
    AttributeWriter writer = named(SARA_A_NODE_NAME, spec.name);
    if (spec.address) {
        writer.address(SARA_A_NODE_ADDR, *spec.address);
    }
    put(writer, SARA_A_NODE_IFINDEX, spec.ifindex);
    put(writer, SARA_A_NODE_DEV, spec.dev);
    if (spec.mac) {
        writer.bytes(SARA_A_NODE_MAC, *spec.mac);
    }
    if (spec.mac_resolved) {
        writer.flag(SARA_A_NODE_MAC_RESOLVED);
    }
    put_enum(writer, SARA_A_NODE_STATE, spec.state);
    put(writer, SARA_A_NODE_WEIGHT, spec.weight);
    put(writer, SARA_A_NODE_MAX_SESSIONS, spec.max_sessions);
    return writer;
}

}  // namespace

Request node_new(const NodeSpec& spec) {
    return make(SARA_CMD_NODE_NEW, node_attributes(spec));
}

Request node_set(const NodeSpec& change) {
    return make(SARA_CMD_NODE_SET, node_attributes(change));
}

Request node_del(std::string_view name, bool force) {
    AttributeWriter writer = named(SARA_A_NODE_NAME, name);
    if (force) {
        writer.flag(SARA_A_NODE_FORCE);
    }
    return make(SARA_CMD_NODE_DEL, std::move(writer));
}

Request node_get(std::string_view name) {
    return make(SARA_CMD_NODE_GET, named(SARA_A_NODE_NAME, name));
}

Request node_dump() {
    return make_dump(SARA_CMD_NODE_GET);
}

namespace {

constexpr SelectionAttributes kSessionSelection = {SARA_A_SESSION_ID, SARA_A_SESSION_SERVICE, SARA_A_SESSION_NODE};
constexpr SelectionAttributes kFlowSelection = {SARA_A_FLOW_SESSION, SARA_A_FLOW_SERVICE, SARA_A_FLOW_NODE};
constexpr SelectionAttributes kAnnouncementSelection = {SARA_A_ANNOUNCEMENT_SESSION, SARA_A_ANNOUNCEMENT_SERVICE,
                                                        SARA_A_ANNOUNCEMENT_NODE};

AttributeWriter numbered(std::uint16_t type, SessionId id) {
    AttributeWriter writer;
    writer.u64(type, static_cast<std::uint64_t>(id));
    return writer;
}

}  // namespace

Request session_set(const SessionChange& change) {
    AttributeWriter writer = numbered(SARA_A_SESSION_ID, change.id);
    put(writer, SARA_A_SESSION_LABEL, change.label);
    put(writer, SARA_A_SESSION_LIFETIME, change.lifetime);
    put(writer, SARA_A_SESSION_LINGER, change.linger);
    return make(SARA_CMD_SESSION_SET, std::move(writer));
}

Request session_del(SessionId id) {
    return make(SARA_CMD_SESSION_DEL, numbered(SARA_A_SESSION_ID, id));
}

Request session_flush(const Selection& selection) {
    AttributeWriter writer = select(selection, kSessionSelection);
    if (selection.empty()) {
        writer.flag(SARA_A_SESSION_ALL);
    }
    return make(SARA_CMD_SESSION_DEL, std::move(writer));
}

Request session_get(SessionId id) {
    return make(SARA_CMD_SESSION_GET, numbered(SARA_A_SESSION_ID, id));
}

Request session_dump(const Selection& selection) {
    return make_dump(SARA_CMD_SESSION_GET, select(selection, kSessionSelection));
}

Request flow_get(const FlowKey& key) {
    AttributeWriter writer;
    put_tuple(writer, SARA_A_FLOW_TUPLE, {key.transport, key.src.address, key.src.port, key.dst.address, key.dst.port});
    return make(SARA_CMD_FLOW_GET, std::move(writer));
}

Request flow_dump(const Selection& selection) {
    return make_dump(SARA_CMD_FLOW_GET, select(selection, kFlowSelection));
}

Request announce_new(const Announcement& announcement) {
    AttributeWriter writer = numbered(SARA_A_ANNOUNCEMENT_SESSION, announcement.session);
    put_tuple(writer, SARA_A_ANNOUNCEMENT_TUPLE, announcement.key);
    if (announcement.tag != Tag::none) {
        writer.u64(SARA_A_ANNOUNCEMENT_TAG, static_cast<std::uint64_t>(announcement.tag));
    }
    put(writer, SARA_A_ANNOUNCEMENT_TTL, announcement.ttl);
    return make(SARA_CMD_ANNOUNCE_NEW, std::move(writer));
}

Request announce_del(const AnnouncementKey& key, std::optional<SessionId> session) {
    AttributeWriter writer;
    if (session) {
        writer.u64(SARA_A_ANNOUNCEMENT_SESSION, static_cast<std::uint64_t>(*session));
    }
    put_tuple(writer, SARA_A_ANNOUNCEMENT_TUPLE, key);
    return make(SARA_CMD_ANNOUNCE_DEL, std::move(writer));
}

Request announce_del(SessionId session, std::optional<Tag> tag) {
    AttributeWriter writer = numbered(SARA_A_ANNOUNCEMENT_SESSION, session);
    if (tag) {
        writer.u64(SARA_A_ANNOUNCEMENT_TAG, static_cast<std::uint64_t>(*tag));
    }
    return make(SARA_CMD_ANNOUNCE_DEL, std::move(writer));
}

Request announce_get(const AnnouncementKey& key) {
    AttributeWriter writer;
    put_tuple(writer, SARA_A_ANNOUNCEMENT_TUPLE, key);
    return make(SARA_CMD_ANNOUNCE_GET, std::move(writer));
}

Request announce_dump(const Selection& selection) {
    return make_dump(SARA_CMD_ANNOUNCE_GET, select(selection, kAnnouncementSelection));
}

Request stats_get() {
    return make(SARA_CMD_STATS_GET);
}

Request inspect_bind() {
    return make(SARA_CMD_INSPECT_BIND);
}

Result<AnnouncementKey> decode_tuple(Bytes attributes) {
    AnnouncementKey key;
    bool vip = false;
    bool transport = false;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_TUPLE_SRC:
            key.src = reader.address();
            break;
        case SARA_A_TUPLE_SPORT:
            key.sport = reader.u16();
            break;
        case SARA_A_TUPLE_DST:
            key.vip = reader.address();
            vip = true;
            break;
        case SARA_A_TUPLE_DPORT:
            key.dport = reader.u16();
            break;
        case SARA_A_TUPLE_PROTO:
            get_transport(reader, key.transport);
            transport = true;
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || !vip || !transport || (key.src && key.src->family() != key.vip.family())) {
        return malformed("tuple");
    }
    return key;
}

Result<Object> decode(std::uint8_t command, Bytes attributes) {
    switch (command) {
    case SARA_CMD_CONFIG_GET:
        return as_object(decode_config(attributes));
    case SARA_CMD_DEV_GET:
        return as_object(decode_device(attributes));
    case SARA_CMD_SERVICE_GET:
        return as_object(decode_service(attributes));
    case SARA_CMD_NODE_GET:
        return as_object(decode_node(attributes));
    case SARA_CMD_SESSION_GET:
        return as_object(decode_session(attributes));
    case SARA_CMD_FLOW_GET:
        return as_object(decode_flow(attributes));
    case SARA_CMD_ANNOUNCE_GET:
        return as_object(decode_announcement(attributes));
    case SARA_CMD_STATS_GET:
        return as_object(decode_stats(attributes));
    case SARA_CMD_INSPECT_BIND:
        return as_object(decode_binding(attributes));
    case SARA_CMD_INSPECT_NTF:
        return as_object(decode_inspected(attributes));
    case SARA_CMD_DEV_NTF:
        return as_event(decode_device(attributes));
    case SARA_CMD_SERVICE_NTF:
        return as_event(decode_service(attributes));
    case SARA_CMD_NODE_NTF:
        return as_event(decode_node(attributes));
    case SARA_CMD_SESSION_NTF:
        return as_event(decode_session(attributes));
    case SARA_CMD_FLOW_NTF:
        return as_event(decode_flow(attributes));
    default:
        return Error{EPROTO, "the kernel module sent a message of an unknown kind"};
    }
}

}  // namespace sara::kern
