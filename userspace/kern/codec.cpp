// SPDX-License-Identifier: GPL-2.0
#include "kern/codec.hpp"

#include <cerrno>
#include <utility>

#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

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
    case SARA_CMD_SESSION_RESTORE:
        return as_object(decode_session(attributes));
    case SARA_CMD_REFUSED_GET:
        return as_object(decode_refusal(attributes));
    case SARA_CMD_FLOW_GET:
        return as_object(decode_flow(attributes));
    case SARA_CMD_ANNOUNCE_GET:
        return as_object(decode_announcement(attributes));
    case SARA_CMD_POLICY_GET:
        return decode_policy(attributes);
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
    case SARA_CMD_ANNOUNCE_NTF:
        return as_event(decode_announcement(attributes));
    default:
        return Error{EPROTO, "the kernel module sent a message of an unknown kind"};
    }
}

}  // namespace sara::kern
