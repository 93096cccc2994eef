// SPDX-License-Identifier: GPL-2.0
#include "core/wire/link.hpp"

#include <array>

#include "core/wire/codec.hpp"

namespace sara::wire {

namespace {

std::uint64_t draw(const Entropy& entropy) {
    std::array<std::uint8_t, 8> octets{};
    entropy(octets);
    const std::uint64_t value = Reader(octets).u64();
    return value == 0 ? 1 : value;
}

}  // namespace

std::optional<Packet> receive(const SharedKey& key, Bytes datagram, LinkStats& stats) {
    const auto opened = open(key, datagram);
    if (const Refusal* refusal = std::get_if<Refusal>(&opened)) {
        switch (*refusal) {
        case Refusal::malformed:
            ++stats.malformed;
            break;
        case Refusal::version:
            ++stats.version;
            break;
        case Refusal::forged:
            ++stats.forged;
            break;
        }
        return std::nullopt;
    }
    std::optional<Packet> packet = decode_packet(std::get<Buffer>(opened));
    if (!packet) {
        ++stats.malformed;
    }
    return packet;
}

Epoch draw_epoch(const Entropy& entropy) {
    return static_cast<Epoch>(draw(entropy));
}

Incarnation draw_incarnation(const Entropy& entropy) {
    return static_cast<Incarnation>(draw(entropy));
}

}  // namespace sara::wire
