// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

constexpr SelectionAttributes kFlowSelection = {SARA_A_FLOW_SESSION, SARA_A_FLOW_SERVICE, SARA_A_FLOW_NODE,
                                                SARA_A_FLOW_CALL_ID};

}  // namespace

namespace codec {

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
        case SARA_A_FLOW_CALL_ID:
            flow.call_id = reader.text(SARA_CALL_ID_MAX);
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
        case SARA_A_FLOW_FORM:
            flow.form = get_narrow_enum<AnnouncementForm>(reader, AnnouncementForm{});
            break;
        case SARA_A_FLOW_ESTABLISHED:
            flow.established = true;
            break;
        case SARA_A_FLOW_TCP_END:
            flow.tcp_end = reader.u32();
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

}  // namespace codec

namespace {

void put_name(AttributeWriter& writer, const SignallingKey& key) {
    put_tuple(writer, SARA_A_FLOW_TUPLE, key.flow);
    if (!key.call_id.empty() && key.call_id.size() <= SARA_CALL_ID_MAX) {
        writer.text(SARA_A_FLOW_CALL_ID, key.call_id);
    }
}

}  // namespace

Request flow_get(const SignallingKey& key) {
    AttributeWriter writer;
    put_name(writer, key);
    return make(SARA_CMD_FLOW_GET, std::move(writer));
}

Request flow_dump(const Selection& selection) {
    return make_dump(SARA_CMD_FLOW_GET, select(selection, kFlowSelection));
}

Request flow_restore(SessionId session, const FlowPast& past) {
    AttributeWriter writer = numbered(SARA_A_FLOW_SESSION, session);
    put_past(writer, SARA_A_FLOW_PAST, past);
    return make(SARA_CMD_FLOW_RESTORE, std::move(writer));
}

Request flow_del(const SignallingKey& key, std::optional<SessionId> session) {
    AttributeWriter writer;
    if (session) {
        writer.u64(SARA_A_FLOW_SESSION, static_cast<std::uint64_t>(*session));
    }
    put_name(writer, key);
    return make(SARA_CMD_FLOW_DEL, std::move(writer));
}

}  // namespace sara::kern
