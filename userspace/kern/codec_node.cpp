// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

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
    put_enum(writer, SARA_A_NODE_HEALTH, spec.health);
    put(writer, SARA_A_NODE_WEIGHT, spec.weight);
    put(writer, SARA_A_NODE_MAX_SESSIONS, spec.max_sessions);
    return writer;
}

}  // namespace

namespace codec {

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
        case SARA_A_NODE_HEALTH:
            node.health = get_enum<Health>(reader);
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
        case SARA_A_NODE_SESSIONS_CLOSING:
            node.sessions_closing = reader.u32();
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

}  // namespace codec

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

}  // namespace sara::kern
