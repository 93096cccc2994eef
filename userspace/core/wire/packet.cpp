// SPDX-License-Identifier: GPL-2.0
#include "core/wire/packet.hpp"

#include "core/wire/codec.hpp"

namespace sara::wire {

Buffer encode(const Packet& packet) {
    Writer writer;
    writer.u8(static_cast<std::uint8_t>(packet.kind));
    writer.u8(packet.ping ? kFlagPing : 0);
    writer.u16(0);
    writer.u64(static_cast<std::uint64_t>(packet.sender));
    writer.u64(static_cast<std::uint64_t>(packet.receiver));
    if (packet.kind == PacketKind::hello || packet.kind == PacketKind::welcome) {
        writer.u64(static_cast<std::uint64_t>(packet.incarnation));
        return std::move(writer).take();
    }
    writer.u64(packet.sequence);
    if (packet.kind == PacketKind::note) {
        writer.bytes(packet.note);
        return std::move(writer).take();
    }
    writer.u64(packet.base);
    writer.u64(packet.next);
    writer.block(packet.received);
    for (const Message& message : packet.messages) {
        writer.u64(message.number);
        writer.block(message.payload);
    }
    return std::move(writer).take();
}

std::optional<Packet> decode_packet(Bytes bytes) {
    Reader reader(bytes);
    Packet packet;
    const std::uint8_t kind = reader.u8();
    const std::uint8_t flags = reader.u8();
    const std::uint16_t zero = reader.u16();
    if (kind < static_cast<std::uint8_t>(PacketKind::hello) || kind > static_cast<std::uint8_t>(PacketKind::note) ||
        (flags & ~kFlagPing) != 0 || zero != 0) {
        return std::nullopt;
    }
    packet.kind = static_cast<PacketKind>(kind);
    packet.ping = (flags & kFlagPing) != 0;
    packet.sender = static_cast<Epoch>(reader.u64());
    packet.receiver = static_cast<Epoch>(reader.u64());
    if (packet.sender == Epoch::none || (packet.kind == PacketKind::hello) != (packet.receiver == Epoch::none)) {
        return std::nullopt;
    }
    if (packet.kind == PacketKind::hello || packet.kind == PacketKind::welcome) {
        packet.incarnation = static_cast<Incarnation>(reader.u64());
        return reader.done() ? std::optional(packet) : std::nullopt;
    }
    packet.sequence = reader.u64();
    if (packet.kind == PacketKind::note) {
        const Bytes note = reader.bytes(reader.remaining());
        packet.note.assign(note.begin(), note.end());
        const bool valid =
            reader.ok() && packet.sequence != 0 && !packet.note.empty() && packet.note.size() <= kMaxNote;
        return valid ? std::optional(std::move(packet)) : std::nullopt;
    }
    packet.base = reader.u64();
    packet.next = reader.u64();
    const Bytes received = reader.block(kWindow / 8);
    packet.received.assign(received.begin(), received.end());
    while (reader.remaining() > 0) {
        Message message;
        message.number = reader.u64();
        const Bytes payload = reader.block(kMaxMessage);
        message.payload.assign(payload.begin(), payload.end());
        packet.messages.push_back(std::move(message));
    }
    if (!reader.done() || packet.sequence == 0) {
        return std::nullopt;
    }
    return packet;
}

}  // namespace sara::wire
