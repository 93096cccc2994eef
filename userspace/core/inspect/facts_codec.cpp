// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/facts_codec.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>

#include "core/inspect/limits.hpp"
#include "core/wire/codec.hpp"

namespace sara::inspect {

namespace {

constexpr std::uint8_t kFamilyNone = 0;
constexpr std::uint8_t kFamilyIpv4 = 4;
constexpr std::uint8_t kFamilyIpv6 = 6;

// Of a media endpoint.
constexpr std::uint8_t kFlagMux = 1;
constexpr std::uint8_t kFlagNamed = 2;

// Of the message. An older peer skips them.
constexpr std::uint8_t kFlagUnnumbered = 1;
constexpr std::uint8_t kFlagOpens = 2;

enum class Part : std::uint8_t { dialog = 1, leg, target, media, peer_media, lifetime, node };

std::uint8_t family_code(Family family) noexcept {
    return family == Family::ipv4 ? kFamilyIpv4 : kFamilyIpv6;
}

/// The last enumerators: a value above them is of a newer peer, and not understood.
constexpr auto kLastApp = App::ftp;
constexpr auto kLastSender = Sender::server;
constexpr auto kLastAct = Act::close;
constexpr auto kLastMethod = Method::set_parameter;
constexpr auto kLastKind = MediaKind::application;
constexpr auto kLastState = MediaState::multicast;

template <typename Enum>
Enum read_enum(wire::Reader& reader, Enum last) noexcept {
    const std::uint8_t value = reader.u8();
    if (value > static_cast<std::uint8_t>(last)) {
        reader.fail();
        return Enum{};
    }
    return static_cast<Enum>(value);
}

/// For what only people read: a newer peer's value is `other`.
template <typename Enum>
Enum read_enum_or_other(wire::Reader& reader, Enum last) noexcept {
    const std::uint8_t value = reader.u8();
    return value > static_cast<std::uint8_t>(last) ? Enum::other : static_cast<Enum>(value);
}

Transport read_transport(wire::Reader& reader) noexcept {
    const std::uint8_t value = reader.u8();
    if (value != static_cast<std::uint8_t>(Transport::udp) && value != static_cast<std::uint8_t>(Transport::tcp)) {
        reader.fail();
        return Transport::udp;
    }
    return static_cast<Transport>(value);
}

std::optional<Address> read_address(wire::Reader& reader, std::uint8_t family) noexcept {
    switch (family) {
    case kFamilyNone:
        return std::nullopt;
    case kFamilyIpv4:
        return Address::from_bytes(reader.bytes(4));
    case kFamilyIpv6:
        return Address::from_bytes(reader.bytes(16));
    default:
        reader.fail();
        return std::nullopt;
    }
}

void write_endpoint(wire::Writer& out, Part part, const MediaEndpoint& media) {
    wire::Writer body(limits::kMaxFactsBytes);
    body.u16(media.stream);
    body.u8(static_cast<std::uint8_t>(media.kind));
    body.u8(static_cast<std::uint8_t>(media.state));
    body.u8(static_cast<std::uint8_t>(media.transport));
    body.u8(static_cast<std::uint8_t>((media.mux ? kFlagMux : 0) | (media.named ? kFlagNamed : 0)));
    body.u16(media.pairs);
    body.u16(media.port);
    body.u16(media.control_port);
    body.u8(media.address ? family_code(media.address->family()) : kFamilyNone);
    if (media.address) {
        body.bytes(media.address->bytes());
    }
    // An older peer does not read on.
    if (media.control_address) {
        body.u8(family_code(media.control_address->family()));
        body.bytes(media.control_address->bytes());
    }
    out.u8(static_cast<std::uint8_t>(part));
    out.block(body.view());
}

MediaEndpoint read_endpoint(wire::Reader& reader) noexcept {
    MediaEndpoint media;
    media.stream = reader.u16();
    media.kind = read_enum_or_other(reader, kLastKind);
    media.state = read_enum(reader, kLastState);
    media.transport = read_transport(reader);
    const std::uint8_t flags = reader.u8();
    media.mux = (flags & kFlagMux) != 0;
    media.named = (flags & kFlagNamed) != 0;
    media.pairs = reader.u16();
    media.port = reader.u16();
    media.control_port = reader.u16();
    media.address = read_address(reader, reader.u8());
    if (reader.remaining() > 0) {
        media.control_address = read_address(reader, reader.u8());
    }
    if (media.pairs == 0 || media.pairs > limits::kMaxPairs) {
        reader.fail();
    }
    return media;
}

void write_text(wire::Writer& out, Part part, std::string_view text) {
    if (!text.empty()) {
        out.u8(static_cast<std::uint8_t>(part));
        out.text(text);
    }
}

void read_text(wire::Reader& reader, Bytes value, std::size_t max, std::string& out) {
    if (value.size() > max) {
        reader.fail();
        return;
    }
    out = as_text(value);
}

void read_media(wire::Reader& reader, Bytes value, std::vector<MediaEndpoint>& out) {
    wire::Reader part(value);
    const MediaEndpoint media = read_endpoint(part);
    if (!part.ok() || out.size() >= limits::kMaxMedia) {
        reader.fail();
        return;
    }
    out.push_back(media);
}

void read_part(wire::Reader& reader, MessageFacts& facts) {
    const std::uint8_t type = reader.u8();
    const Bytes value = reader.block();
    if (!reader.ok() || type < static_cast<std::uint8_t>(Part::dialog) ||
        type > static_cast<std::uint8_t>(Part::node)) {
        return;
    }
    switch (static_cast<Part>(type)) {
    case Part::dialog:
        read_text(reader, value, limits::kMaxDialogId, facts.dialog);
        return;
    case Part::leg:
        read_text(reader, value, limits::kMaxLegId, facts.leg);
        return;
    case Part::target:
        read_text(reader, value, limits::kMaxTarget, facts.target);
        return;
    case Part::media:
        read_media(reader, value, facts.media);
        return;
    case Part::peer_media:
        read_media(reader, value, facts.peer_media);
        return;
    case Part::lifetime: {
        wire::Reader part(value);
        facts.lifetime = std::chrono::milliseconds(part.u32());
        if (!part.ok()) {
            reader.fail();
        }
        return;
    }
    case Part::node:
        if (value.size() != std::tuple_size_v<Mac>) {
            reader.fail();
            return;
        }
        std::copy(value.begin(), value.end(), facts.node.emplace().begin());
        return;
    }
}

}  // namespace

Result<Buffer> encode(const MessageFacts& facts) {
    wire::Writer out(limits::kMaxFactsBytes);
    out.u8(kFactsVersion);
    out.u8(static_cast<std::uint8_t>(facts.app));
    out.u8(static_cast<std::uint8_t>(facts.sender));
    out.u8(static_cast<std::uint8_t>(facts.act));
    out.u8(static_cast<std::uint8_t>(facts.method));
    out.u8(family_code(facts.flow.src.address.family()));
    out.u8(static_cast<std::uint8_t>(facts.flow.transport));
    out.u8(static_cast<std::uint8_t>((facts.numbered ? 0 : kFlagUnnumbered) | (facts.opens ? kFlagOpens : 0)));
    out.u32(facts.cseq);
    out.u16(facts.status);
    out.u16(facts.flow.src.port);
    out.u16(facts.flow.dst.port);
    out.bytes(facts.flow.src.address.bytes());
    out.bytes(facts.flow.dst.address.bytes());

    write_text(out, Part::dialog, facts.dialog);
    write_text(out, Part::leg, facts.leg);
    write_text(out, Part::target, facts.target);
    for (const MediaEndpoint& media : facts.media) {
        write_endpoint(out, Part::media, media);
    }
    for (const MediaEndpoint& media : facts.peer_media) {
        write_endpoint(out, Part::peer_media, media);
    }
    if (facts.lifetime) {
        const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(*facts.lifetime).count();
        if (milliseconds < 0 || milliseconds > std::numeric_limits<std::uint32_t>::max()) {
            return Error{"a lifetime of " + std::to_string(milliseconds) + " ms cannot be told", "facts"};
        }
        out.u8(static_cast<std::uint8_t>(Part::lifetime));
        out.u16(sizeof(std::uint32_t));
        out.u32(static_cast<std::uint32_t>(milliseconds));
    }
    if (facts.node) {
        out.u8(static_cast<std::uint8_t>(Part::node));
        out.block(*facts.node);
    }
    if (!out.ok()) {
        return Error{"more than " + std::to_string(limits::kMaxFactsBytes) + " bytes", "facts"};
    }
    return std::move(out).take();
}

Result<MessageFacts> decode(Bytes bytes) {
    if (bytes.size() > limits::kMaxFactsBytes) {
        return Error{"more than " + std::to_string(limits::kMaxFactsBytes) + " bytes", "facts"};
    }
    wire::Reader reader(bytes);
    if (const std::uint8_t version = reader.u8(); version != kFactsVersion) {
        return Error{"version " + std::to_string(version) + " is not understood here", "facts"};
    }
    MessageFacts facts;
    facts.app = read_enum(reader, kLastApp);
    facts.sender = read_enum(reader, kLastSender);
    facts.act = read_enum(reader, kLastAct);
    facts.method = read_enum_or_other(reader, kLastMethod);
    const std::uint8_t family = reader.u8();
    facts.flow.transport = read_transport(reader);
    const std::uint8_t flags = reader.u8();
    facts.numbered = (flags & kFlagUnnumbered) == 0;
    facts.opens = (flags & kFlagOpens) != 0;
    facts.cseq = reader.u32();
    facts.status = reader.u16();
    facts.flow.src.port = reader.u16();
    facts.flow.dst.port = reader.u16();
    const std::optional<Address> src = read_address(reader, family);
    const std::optional<Address> dst = read_address(reader, family);
    if (!src || !dst || facts.app == App::none) {
        return Error{"no flow, or of no application", "facts"};
    }
    facts.flow.src.address = *src;
    facts.flow.dst.address = *dst;
    while (reader.ok() && reader.remaining() > 0) {
        read_part(reader, facts);
    }
    if (!reader.ok()) {
        return Error{"cut short, or a value out of its range", "facts"};
    }
    return facts;
}

}  // namespace sara::inspect
