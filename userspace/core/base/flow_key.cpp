// SPDX-License-Identifier: GPL-2.0
#include "core/base/flow_key.hpp"

#include <array>

#include "core/base/hash.hpp"

namespace sara {

std::string_view to_string(Transport transport) noexcept {
    switch (transport) {
    case Transport::udp:
        return "udp";
    case Transport::tcp:
        return "tcp";
    }
    return "?";
}

std::optional<Transport> parse_transport(std::string_view text) noexcept {
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        if (text == to_string(transport)) {
            return transport;
        }
    }
    return std::nullopt;
}

std::string FlowKey::text() const {
    return std::string(to_string(transport)) + " " + src.text() + " > " + dst.text();
}

std::size_t FlowKeyHash::operator()(const FlowKey& key) const noexcept {
    const std::array<std::uint8_t, 5> ports = {
        static_cast<std::uint8_t>(key.src.port >> 8), static_cast<std::uint8_t>(key.src.port & 0xff),
        static_cast<std::uint8_t>(key.dst.port >> 8), static_cast<std::uint8_t>(key.dst.port & 0xff),
        static_cast<std::uint8_t>(key.transport)};
    return fnv1a(ports, fnv1a(key.dst.address.bytes(), fnv1a(key.src.address.bytes())));
}

}  // namespace sara
