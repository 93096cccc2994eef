// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sara {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// An IPv4 or IPv6 address in network byte order. IPv4 uses the first 4 bytes, the rest are zero, so that equality
/// and hashing can take all 16.
class Address {
public:
    /// 0.0.0.0
    constexpr Address() = default;

    [[nodiscard]] static Address v4(std::array<std::uint8_t, 4> octets) noexcept;
    [[nodiscard]] static Address v6(std::array<std::uint8_t, 16> octets) noexcept;

    /// 4 or 16 bytes in network order; any other length gives nothing.
    [[nodiscard]] static std::optional<Address> from_bytes(std::span<const std::uint8_t> bytes) noexcept;

    /// Textual form as inet_pton(3) takes it; brackets around IPv6 are accepted. Names are never resolved: what is not
    /// a literal gives nothing.
    [[nodiscard]] static std::optional<Address> parse(std::string_view text) noexcept;

    [[nodiscard]] Family family() const noexcept { return family_; }
    [[nodiscard]] bool is_unspecified() const noexcept;
    [[nodiscard]] bool is_multicast() const noexcept;
    /// 127.0.0.0/8 or ::1
    [[nodiscard]] bool is_loopback() const noexcept;

    /// 4 or 16 bytes, network order.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;

    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const Address&, const Address&) = default;

private:
    Family family_ = Family::ipv4;
    std::array<std::uint8_t, 16> octets_{};
};

/// An Ethernet address.
using Mac = std::array<std::uint8_t, 6>;

/// "02:00:00:00:00:11"
[[nodiscard]] std::string mac_text(const Mac& mac);

/// A port in host byte order; 0 means "none" or, in an announcement, "any".
using Port = std::uint16_t;

struct Endpoint {
    Address address;
    Port port = 0;

    /// "198.18.0.100:5060", "[fd00::100]:5060"
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace sara
