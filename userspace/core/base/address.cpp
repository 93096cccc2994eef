// SPDX-License-Identifier: GPL-2.0
#include "core/base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace sara {

Address Address::v4(std::array<std::uint8_t, 4> octets) noexcept {
    Address address;
    address.family_ = Family::ipv4;
    std::copy(octets.begin(), octets.end(), address.octets_.begin());
    return address;
}

Address Address::v6(std::array<std::uint8_t, 16> octets) noexcept {
    Address address;
    address.family_ = Family::ipv6;
    address.octets_ = octets;
    return address;
}

std::optional<Address> Address::from_bytes(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() != 4 && bytes.size() != 16) {
        return std::nullopt;
    }
    Address address;
    address.family_ = bytes.size() == 4 ? Family::ipv4 : Family::ipv6;
    std::copy(bytes.begin(), bytes.end(), address.octets_.begin());
    return address;
}

std::optional<Address> Address::parse(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    char literal[INET6_ADDRSTRLEN];
    // inet_pton() would not see what is behind a NUL.
    if (text.empty() || text.size() >= sizeof(literal) || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::memcpy(literal, text.data(), text.size());
    literal[text.size()] = '\0';

    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET, literal, octets.data()) == 1) {
        return from_bytes(std::span(octets).first(4));
    }
    if (inet_pton(AF_INET6, literal, octets.data()) == 1) {
        return from_bytes(octets);
    }
    return std::nullopt;
}

bool Address::is_unspecified() const noexcept {
    return std::all_of(octets_.begin(), octets_.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool Address::is_multicast() const noexcept {
    return family_ == Family::ipv4 ? (octets_[0] & 0xf0) == 0xe0 : octets_[0] == 0xff;
}

bool Address::is_loopback() const noexcept {
    constexpr std::array<std::uint8_t, 16> kLoopback6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return family_ == Family::ipv4 ? octets_[0] == 127 : octets_ == kLoopback6;
}

std::span<const std::uint8_t> Address::bytes() const noexcept {
    return std::span(octets_).first(family_ == Family::ipv4 ? 4 : 16);
}

std::string Address::text() const {
    if (family_ == Family::ipv4) {
        // inet_ntop() does it by printf(), which is a third of what a list of flows would take.
        std::string literal;
        for (std::size_t i = 0; i < 4; ++i) {
            literal += i == 0 ? "" : ".";
            literal += std::to_string(octets_[i]);
        }
        return literal;
    }
    char literal[INET6_ADDRSTRLEN];
    return inet_ntop(AF_INET6, octets_.data(), literal, sizeof(literal));
}

std::string mac_text(const Mac& mac) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : mac) {
        text += text.empty() ? "" : ":";
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 15U];
    }
    return text;
}

std::string Endpoint::text() const {
    const std::string port_text = std::to_string(port);
    return address.family() == Family::ipv4 ? address.text() + ":" + port_text
                                            : "[" + address.text() + "]:" + port_text;
}

}  // namespace sara
