// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

constexpr SelectionAttributes kFlowSelection = {SARA_A_FLOW_SESSION, SARA_A_FLOW_SERVICE, SARA_A_FLOW_NODE};

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

}  // namespace codec

Request flow_get(const FlowKey& key) {
    AttributeWriter writer;
    put_tuple(writer, SARA_A_FLOW_TUPLE, {key.transport, key.src.address, key.src.port, key.dst.address, key.dst.port});
    return make(SARA_CMD_FLOW_GET, std::move(writer));
}

Request flow_dump(const Selection& selection) {
    return make_dump(SARA_CMD_FLOW_GET, select(selection, kFlowSelection));
}

}  // namespace sara::kern
