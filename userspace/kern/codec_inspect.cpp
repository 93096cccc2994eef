// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace codec {

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
        case SARA_A_INSPECT_CALL_ID:
            packet.call_id = reader.text(SARA_CALL_ID_MAX);
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
        case SARA_A_INSPECT_REFUSED:
            packet.refused = true;
            break;
        case SARA_A_INSPECT_HOLD:
            packet.hold = static_cast<HoldId>(reader.u64());
            break;
        case SARA_A_INSPECT_MAC:
            get_mac(reader, packet.mac);
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

}  // namespace codec

Request inspect_bind(const std::optional<HoldSpec>& hold) {
    AttributeWriter writer;
    if (hold) {
        put(writer, SARA_A_INSPECT_HOLD_TIME, hold->time);
        put(writer, SARA_A_INSPECT_HOLD_PACKETS, hold->packets);
    }
    return make(SARA_CMD_INSPECT_BIND, std::move(writer));
}

Request inspect_release(HoldId id) {
    AttributeWriter writer;
    writer.u64(SARA_A_INSPECT_HOLD, static_cast<std::uint64_t>(id));
    return make(SARA_CMD_INSPECT_RELEASE, std::move(writer));
}

}  // namespace sara::kern
