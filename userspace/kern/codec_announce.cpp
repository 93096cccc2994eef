// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_decode.hpp"
#include "kern/codec_fields.hpp"

namespace sara::kern {

using namespace codec;

namespace {

constexpr SelectionAttributes kAnnouncementSelection = {SARA_A_ANNOUNCEMENT_SESSION, SARA_A_ANNOUNCEMENT_SERVICE,
                                                        SARA_A_ANNOUNCEMENT_NODE, SARA_A_ANNOUNCEMENT_CALL_ID};

}  // namespace

namespace codec {

Result<Described<AnnouncementInfo>> decode_announcement(Bytes attributes) {
    Described<AnnouncementInfo> out;
    AnnouncementInfo& announcement = out.object;
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
        case SARA_A_ANNOUNCEMENT_EVENT:
            out.event = get_enum<EventKind>(reader);
            break;
        default:
            break;
        }
    }
    if (!reader.ok() || !tuple) {
        return malformed("announcement");
    }
    return out;
}

}  // namespace codec

Request announce_new(const Announcement& announcement) {
    AttributeWriter writer = numbered(SARA_A_ANNOUNCEMENT_SESSION, announcement.session);
    put_tuple(writer, SARA_A_ANNOUNCEMENT_TUPLE, announcement.key);
    if (announcement.tag != Tag::none) {
        writer.u64(SARA_A_ANNOUNCEMENT_TAG, static_cast<std::uint64_t>(announcement.tag));
    }
    put(writer, SARA_A_ANNOUNCEMENT_TTL, announcement.ttl);
    if (announcement.promotions != 0) {
        writer.u32(SARA_A_ANNOUNCEMENT_PROMOTIONS, announcement.promotions);
    }
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

}  // namespace sara::kern
