// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace codec {

Result<Refusal> decode_refusal(Bytes attributes) {
    Refusal refusal;
    AttributeReader reader(attributes);
    while (reader.next()) {
        switch (reader.type()) {
        case SARA_A_REFUSAL_SERVICE:
            refusal.service = reader.text(SARA_NAME_MAX);
            break;
        case SARA_A_REFUSAL_AGE:
            refusal.age = reader.milliseconds();
            break;
        case SARA_A_REFUSAL_LEFT:
            refusal.left = reader.milliseconds();
            break;
        case SARA_A_REFUSAL_EPOCH:
            refusal.epoch = reader.u32();
            break;
        case SARA_A_REFUSAL_PLACED:
            refusal.placed = reader.u32();
            break;
        case SARA_A_REFUSAL_LOAD:
            refusal.load = get_load(reader);
            break;
        case SARA_A_REFUSAL_P_NEW:
            refusal.p_new = get_load(reader);
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || refusal.service.empty()) {
        return malformed("refusal");
    }
    return refusal;
}

}  // namespace codec

Request refused_get(const std::optional<FlowKey>& flow, std::string_view call_id) {
    AttributeWriter writer;
    if (flow) {
        put_tuple(writer, SARA_A_REFUSAL_TUPLE,
                  {flow->transport, flow->src.address, flow->src.port, flow->dst.address, flow->dst.port});
    }
    if (!call_id.empty() && call_id.size() <= SARA_CALL_ID_MAX) {
        writer.text(SARA_A_REFUSAL_CALL_ID, call_id);
    }
    return make(SARA_CMD_REFUSED_GET, std::move(writer));
}

}  // namespace sara::kern
