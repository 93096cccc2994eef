// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"

/// Netlink attributes (include/uapi/linux/netlink.h): u16 length with header, u16 type, payload, padded to 4 bytes,
/// all in host order.
namespace sara::kern {

/// Goes over untrusted attributes. Failure is sticky: a torn attribute or a payload of a wrong size makes ok() false,
/// so that a decoder reads all its fields and asks once at the end. Views the bytes.
class AttributeReader {
public:
    explicit AttributeReader(Bytes attributes) noexcept : rest_(attributes) {}

    /// Moves on to the next attribute; false at the end and after a failure.
    [[nodiscard]] bool next() noexcept;

    [[nodiscard]] std::uint16_t type() const noexcept { return type_; }
    [[nodiscard]] Bytes payload() const noexcept { return payload_; }

    [[nodiscard]] std::uint8_t u8() noexcept { return number<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() noexcept { return number<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() noexcept { return number<std::uint32_t>(); }
    [[nodiscard]] std::uint64_t u64() noexcept { return number<std::uint64_t>(); }
    [[nodiscard]] std::int32_t s32() noexcept { return static_cast<std::int32_t>(u32()); }

    /// A number of 4 or 8 bytes.
    [[nodiscard]] std::uint64_t counter() noexcept { return payload_.size() == 4 ? u32() : u64(); }

    /// Milliseconds of 4 or 8 bytes; what does not fit is cut to the longest.
    [[nodiscard]] std::chrono::milliseconds milliseconds() noexcept;

    /// Up to the first NUL, `max` bytes at most.
    [[nodiscard]] std::string text(std::size_t max);

    [[nodiscard]] Address address() noexcept;

    /// For decoders: a value is not possible.
    void fail() noexcept;

    [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
    template <typename T>
    [[nodiscard]] T number() noexcept;

    Bytes rest_;
    Bytes payload_;
    std::uint16_t type_ = 0;
    bool ok_ = true;
};

/// Appends attributes. Payloads are short (names, addresses, numbers): 65531 bytes are the format's limit.
class AttributeWriter {
public:
    void u8(std::uint16_t type, std::uint8_t value) { number(type, value); }
    void u16(std::uint16_t type, std::uint16_t value) { number(type, value); }
    void u32(std::uint16_t type, std::uint32_t value) { number(type, value); }
    void u64(std::uint16_t type, std::uint64_t value) { number(type, value); }
    void s32(std::uint16_t type, std::int32_t value) { u32(type, static_cast<std::uint32_t>(value)); }
    void text(std::uint16_t type, std::string_view value);  ///< with its NUL
    void flag(std::uint16_t type) { bytes(type, {}); }
    void bytes(std::uint16_t type, Bytes value);
    void address(std::uint16_t type, const Address& value) { bytes(type, value.bytes()); }

    /// As u32; what is too long is cut to the longest.
    void milliseconds(std::uint16_t type, std::chrono::milliseconds value);

    /// The attributes written until end(begin(type)) are nested in one of this type.
    [[nodiscard]] std::size_t begin(std::uint16_t type);
    void end(std::size_t nest);

    [[nodiscard]] Buffer take() && noexcept { return std::move(out_); }

private:
    template <typename T>
    void number(std::uint16_t type, T value);

    Buffer out_;
};

}  // namespace sara::kern
