// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

constexpr std::size_t kSchedulerNameMax = 15;

}  // namespace

namespace codec {

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
        case SARA_A_SERVICE_NO_CALL_ID:
            service.no_call_id = get_enum<NoCallId>(reader);
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
        case SARA_A_SERVICE_ADMISSION:
            service.admission = get_enum<Admission>(reader);
            break;
        case SARA_A_SERVICE_REFUSE:
            service.refuse = get_enum<Refuse>(reader);
            break;
        case SARA_A_SERVICE_OFFERED:
            service.offered = reader.counter();
            break;
        case SARA_A_SERVICE_REFUSED:
            service.refused = reader.counter();
            break;
        case SARA_A_SERVICE_REFUSED_LOAD:
            service.refused_load = reader.counter();
            break;
        case SARA_A_SERVICE_REFUSED_NO_NODE:
            service.refused_no_node = reader.counter();
            break;
        case SARA_A_SERVICE_REFUSED_FULL:
            service.refused_full = reader.counter();
            break;
        case SARA_A_SERVICE_ENDED_IDLE:
            service.ended.idle = reader.counter();
            break;
        case SARA_A_SERVICE_ENDED_CLOSED:
            service.ended.closed = reader.counter();
            break;
        case SARA_A_SERVICE_ENDED_FINISHED:
            service.ended.finished = reader.counter();
            break;
        case SARA_A_SERVICE_ENDED_EXPIRED:
            service.ended.expired = reader.counter();
            break;
        case SARA_A_SERVICE_ENDED_DELETED:
            service.ended.deleted = reader.counter();
            break;
        case SARA_A_SERVICE_ENDED_RECLAIMED:
            service.ended.reclaimed = reader.counter();
            break;
        case SARA_A_SERVICE_RESTORED:
            service.restored = reader.counter();
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

}  // namespace codec

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
    put_enum(writer, SARA_A_SERVICE_NO_CALL_ID, spec.no_call_id);
    put(writer, SARA_A_SERVICE_SCHEDULER, spec.scheduler);
    put(writer, SARA_A_SERVICE_FLOW_TIMEOUT, spec.flow_timeout);
    put_enum(writer, SARA_A_SERVICE_ADMISSION, spec.admission);
    put_enum(writer, SARA_A_SERVICE_REFUSE, spec.refuse);
    for (const std::string& node : spec.nodes) {
        writer.text(SARA_A_SERVICE_NODE, node);
    }
    return make(SARA_CMD_SERVICE_NEW, std::move(writer));
}

Request service_set(const ServiceChange& change) {
    AttributeWriter writer = named(SARA_A_SERVICE_NAME, change.name);
    put_enum(writer, SARA_A_SERVICE_NO_CALL_ID, change.no_call_id);
    put(writer, SARA_A_SERVICE_SCHEDULER, change.scheduler);
    put(writer, SARA_A_SERVICE_FLOW_TIMEOUT, change.flow_timeout);
    put_enum(writer, SARA_A_SERVICE_ADMISSION, change.admission);
    put_enum(writer, SARA_A_SERVICE_REFUSE, change.refuse);
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

}  // namespace sara::kern
