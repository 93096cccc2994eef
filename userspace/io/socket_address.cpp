// SPDX-License-Identifier: GPL-2.0
#include "io/socket_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace sara::io {

SocketAddress::SocketAddress(const Endpoint& endpoint) noexcept {
    const auto bytes = endpoint.address.bytes();
    if (endpoint.address.family() == Family::ipv4) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
        std::memcpy(&storage_, &address, sizeof(address));
        size_ = sizeof(address);
    } else {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(endpoint.port);
        std::memcpy(&address.sin6_addr, bytes.data(), bytes.size());
        std::memcpy(&storage_, &address, sizeof(address));
        size_ = sizeof(address);
    }
}

std::optional<Endpoint> local_endpoint(int descriptor) noexcept {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        return std::nullopt;
    }
    if (storage.ss_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, &storage, sizeof(address));
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &address.sin_addr, octets.size());
        return Endpoint{Address::v4(octets), ntohs(address.sin_port)};
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, &storage, sizeof(address));
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), &address.sin6_addr, octets.size());
        return Endpoint{Address::v6(octets), ntohs(address.sin6_port)};
    }
    return std::nullopt;
}

}  // namespace sara::io
