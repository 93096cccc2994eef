// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace codec {

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

}  // namespace codec

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

}  // namespace sara::kern
