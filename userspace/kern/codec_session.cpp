// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

constexpr SelectionAttributes kSessionSelection = {SARA_A_SESSION_ID, SARA_A_SESSION_SERVICE, SARA_A_SESSION_NODE,
                                                   SARA_A_SESSION_CALL_ID};

}  // namespace

namespace codec {

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
        case SARA_A_SESSION_CALL_ID:
            session.call_id = reader.text(SARA_CALL_ID_MAX);
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
        case SARA_A_SESSION_PLACEMENT:
            session.placement = get_enum<Placement>(reader);
            break;
        case SARA_A_SESSION_EPOCH:
            session.epoch = reader.u32();
            break;
        case SARA_A_SESSION_PLACED:
            session.placed = reader.u32();
            break;
        case SARA_A_SESSION_PENDING:
            session.pending = reader.s32();
            break;
        case SARA_A_SESSION_JUDGED:
            session.judged = true;
            break;
        case SARA_A_SESSION_SOURCE:
            session.source = reader.address();
            break;
        case SARA_A_SESSION_STANDBY:
            session.standby = true;
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

}  // namespace codec

Request session_set(const SessionChange& change) {
    AttributeWriter writer = numbered(SARA_A_SESSION_ID, change.id);
    put(writer, SARA_A_SESSION_LABEL, change.label);
    put(writer, SARA_A_SESSION_LIFETIME, change.lifetime);
    put(writer, SARA_A_SESSION_LINGER, change.linger);
    if (change.own) {
        writer.flag(SARA_A_SESSION_OWN);
    }
    if (change.standby) {
        writer.flag(SARA_A_SESSION_STANDBY);
    }
    return make(SARA_CMD_SESSION_SET, std::move(writer));
}

Request session_del(SessionId id) {
    return make(SARA_CMD_SESSION_DEL, numbered(SARA_A_SESSION_ID, id));
}

Request session_del_standby(SessionId id) {
    AttributeWriter writer = numbered(SARA_A_SESSION_ID, id);
    writer.flag(SARA_A_SESSION_STANDBY);
    return make(SARA_CMD_SESSION_DEL, std::move(writer));
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

Request session_restore(const SessionPast& past) {
    AttributeWriter writer = named(SARA_A_SESSION_SERVICE, past.service);
    writer.text(SARA_A_SESSION_NODE, past.node);
    if (!past.label.empty()) {
        writer.text(SARA_A_SESSION_LABEL, past.label);
    }
    put(writer, SARA_A_SESSION_LIFETIME, past.lifetime);
    put(writer, SARA_A_SESSION_LINGER, past.linger);
    writer.u64(SARA_A_SESSION_AGE, count_of(past.age));
    writer.u64(SARA_A_SESSION_PACKETS, past.packets);
    writer.u64(SARA_A_SESSION_BYTES, past.bytes);
    if (past.source) {
        writer.address(SARA_A_SESSION_SOURCE, *past.source);
    }
    if (past.flow) {
        put_past(writer, SARA_A_SESSION_FLOW, *past.flow);
    }
    return make(SARA_CMD_SESSION_RESTORE, std::move(writer));
}

Request session_seen(const SignallingKey& key, const Mac& node) {
    AttributeWriter writer;
    put_past(writer, SARA_A_SESSION_FLOW, {.flow = key.flow, .call_id = key.call_id});
    writer.bytes(SARA_A_SESSION_MAC, node);
    return make(SARA_CMD_SESSION_SEEN, std::move(writer));
}

Request session_sync(const SyncSpec& spec) {
    AttributeWriter writer;
    put(writer, SARA_A_SESSION_SYNC_TIME, std::optional(spec.time));
    if (spec.strict) {
        writer.flag(SARA_A_SESSION_SYNC_STRICT);
    }
    if (spec.orphans) {
        writer.flag(SARA_A_SESSION_SYNC_ORPHANS);
    }
    return make(SARA_CMD_SESSION_SYNC, std::move(writer));
}

Request session_release(SessionId id) {
    return make(SARA_CMD_SESSION_RELEASE, numbered(SARA_A_SESSION_ID, id));
}

}  // namespace sara::kern
