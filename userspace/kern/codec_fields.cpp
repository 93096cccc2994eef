// SPDX-License-Identifier: GPL-2.0
#include "kern/codec_fields.hpp"

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace sara::kern::codec {

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<std::uint32_t>& value) {
    if (value) {
        writer.u32(type, *value);
    }
}

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<Milliseconds>& value) {
    if (value) {
        writer.milliseconds(type, *value);
    }
}

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<std::string>& value) {
    if (value) {
        writer.text(type, *value);
    }
}

void put_tuple(AttributeWriter& writer, std::uint16_t type, const AnnouncementKey& key) {
    const std::size_t nest = writer.begin(type);
    if (key.src) {
        writer.address(SARA_A_TUPLE_SRC, *key.src);
    }
    if (key.sport != 0) {
        writer.u16(SARA_A_TUPLE_SPORT, key.sport);
    }
    writer.address(SARA_A_TUPLE_DST, key.vip);
    if (key.dport != 0) {
        writer.u16(SARA_A_TUPLE_DPORT, key.dport);
    }
    writer.u8(SARA_A_TUPLE_PROTO, static_cast<std::uint8_t>(key.transport));
    writer.end(nest);
}

void put_tuple(AttributeWriter& writer, std::uint16_t type, const FlowKey& flow) {
    put_tuple(writer, type,
              AnnouncementKey{flow.transport, flow.src.address, flow.src.port, flow.dst.address, flow.dst.port});
}

std::uint64_t count_of(Milliseconds time) noexcept {
    return time.count() > 0 ? static_cast<std::uint64_t>(time.count()) : 0;
}

void put_past(AttributeWriter& writer, std::uint16_t type, const FlowPast& past) {
    const std::size_t nest = writer.begin(type);
    put_tuple(writer, SARA_A_PAST_TUPLE, past.flow);
    if (!past.call_id.empty()) {
        writer.text(SARA_A_PAST_CALL_ID, past.call_id);
    }
    put_enum(writer, SARA_A_PAST_IDENTITY, past.identity);
    put_enum(writer, SARA_A_PAST_FORM, past.form);
    put_enum(writer, SARA_A_PAST_STATUS, past.status);
    if (past.established) {
        writer.flag(SARA_A_PAST_ESTABLISHED);
    }
    writer.u64(SARA_A_PAST_IDLE, count_of(past.idle));
    writer.u64(SARA_A_PAST_PACKETS, past.packets);
    writer.u64(SARA_A_PAST_BYTES, past.bytes);
    put(writer, SARA_A_PAST_TCP_END, past.tcp_end);
    writer.end(nest);
}

AttributeWriter select(const Selection& selection, SelectionAttributes attributes) {
    AttributeWriter writer;
    if (selection.session) {
        writer.u64(attributes.session, static_cast<std::uint64_t>(*selection.session));
    }
    put(writer, attributes.service, selection.service);
    put(writer, attributes.node, selection.node);
    if (attributes.call_id != 0) {
        put(writer, attributes.call_id, selection.call_id);
    }
    return writer;
}

AttributeWriter named(std::uint16_t type, std::string_view name) {
    AttributeWriter writer;
    writer.text(type, name);
    return writer;
}

AttributeWriter numbered(std::uint16_t type, SessionId id) {
    AttributeWriter writer;
    writer.u64(type, static_cast<std::uint64_t>(id));
    return writer;
}

Error malformed(const char* what) {
    return {EPROTO,
            std::string("the kernel module sent a malformed ") + what + ": module and program are not of one release?"};
}

namespace {

std::optional<Transport> transport_of(std::uint8_t proto) {
    switch (proto) {
    case static_cast<std::uint8_t>(Transport::udp):
        return Transport::udp;
    case static_cast<std::uint8_t>(Transport::tcp):
        return Transport::tcp;
    default:
        return std::nullopt;
    }
}

}  // namespace

void get_transport(AttributeReader& reader, Transport& transport) {
    if (const std::optional<Transport> known = transport_of(reader.u8())) {
        transport = *known;
    } else {
        reader.fail();
    }
}

void get_tuple(AttributeReader& reader, AnnouncementKey& key) {
    const Result<AnnouncementKey> tuple = decode_tuple(reader.payload());
    if (tuple) {
        key = *tuple;
    } else {
        reader.fail();
    }
}

void get_flow(AttributeReader& reader, FlowKey& flow) {
    AnnouncementKey key;
    get_tuple(reader, key);
    if (!key.src) {
        reader.fail();
        return;
    }
    flow = {{*key.src, key.sport}, {key.vip, key.dport}, key.transport};
}

void get_mac(AttributeReader& reader, std::optional<Mac>& mac) {
    if (reader.payload().size() != std::tuple_size_v<Mac>) {
        reader.fail();
        return;
    }
    std::copy(reader.payload().begin(), reader.payload().end(), mac.emplace().begin());
}

}  // namespace sara::kern::codec
