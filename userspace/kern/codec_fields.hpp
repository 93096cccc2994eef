// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kern/attributes.hpp"
#include "kern/codec.hpp"

/// What the codecs of several objects write and read alike. Only codec*.cpp include this.
namespace sara::kern::codec {

// --- writing ---------------------------------------------------------------------------------------------------

[[nodiscard]] inline Request make(std::uint8_t command, AttributeWriter&& writer = {}) {
    return {command, false, std::move(writer).take()};
}

[[nodiscard]] inline Request make_dump(std::uint8_t command, AttributeWriter&& writer = {}) {
    return {command, true, std::move(writer).take()};
}

template <typename E>
void put_enum(AttributeWriter& writer, std::uint16_t type, E value) {
    writer.u32(type, static_cast<std::uint32_t>(value));
}

template <typename E>
void put_enum(AttributeWriter& writer, std::uint16_t type, const std::optional<E>& value) {
    if (value) {
        put_enum(writer, type, *value);
    }
}

void put(AttributeWriter& writer, std::uint16_t type, const std::optional<std::uint32_t>& value);
void put(AttributeWriter& writer, std::uint16_t type, const std::optional<Milliseconds>& value);
void put(AttributeWriter& writer, std::uint16_t type, const std::optional<std::string>& value);
void put_tuple(AttributeWriter& writer, std::uint16_t type, const AnnouncementKey& key);
void put_tuple(AttributeWriter& writer, std::uint16_t type, const FlowKey& flow);
void put_past(AttributeWriter& writer, std::uint16_t type, const FlowPast& past);

/// As u64 attributes tell a time that has been: never less than none.
[[nodiscard]] std::uint64_t count_of(Milliseconds time) noexcept;

/// The attributes of an object that select by session, service, node and, where it has one, Call-ID.
struct SelectionAttributes {
    std::uint16_t session;
    std::uint16_t service;
    std::uint16_t node;
    std::uint16_t call_id = 0;
};
[[nodiscard]] AttributeWriter select(const Selection& selection, SelectionAttributes attributes);

/// The start of a request about the object of that name, or number.
[[nodiscard]] AttributeWriter named(std::uint16_t type, std::string_view name);
[[nodiscard]] AttributeWriter numbered(std::uint16_t type, SessionId id);

// --- reading ---------------------------------------------------------------------------------------------------

[[nodiscard]] Error malformed(const char* what);

template <typename E>
E get_enum(AttributeReader& reader) {
    return static_cast<E>(reader.u32());
}

/// App and Sender are narrower than the wire's u32: an unknown value must not become a known one.
template <typename E>
E get_narrow_enum(AttributeReader& reader, E unknown) {
    const std::uint32_t value = reader.u32();
    return value > 0xff ? unknown : static_cast<E>(value);
}

inline Load get_load(AttributeReader& reader) {
    return static_cast<Load>(reader.u32());
}

inline constexpr std::size_t kDeviceNameMax = 15;
inline constexpr App kUnknownApp = static_cast<App>(0xff);

void get_transport(AttributeReader& reader, Transport& transport);
void get_tuple(AttributeReader& reader, AnnouncementKey& key);
/// A flow knows all of its tuple (a port may be 0 on the wire, an address is always there).
void get_flow(AttributeReader& reader, FlowKey& flow);
void get_mac(AttributeReader& reader, std::optional<Mac>& mac);

}  // namespace sara::kern::codec
