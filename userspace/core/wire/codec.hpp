// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/base/bytes.hpp"

namespace sara::wire {

/// Reads big-endian fields from untrusted bytes. Failure is sticky: the first read past the end makes this and every
/// later read give zero (or nothing), so that a decoder reads all its fields and asks ok() or done() once at the end.
/// Views the bytes; they must outlive it and what bytes()/text() return.
class Reader {
public:
    explicit Reader(Bytes input) noexcept : rest_(input) {}

    [[nodiscard]] std::uint8_t u8() noexcept { return number<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() noexcept { return number<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() noexcept { return number<std::uint32_t>(); }
    [[nodiscard]] std::uint64_t u64() noexcept { return number<std::uint64_t>(); }

    /// The next `size` bytes.
    [[nodiscard]] Bytes bytes(std::size_t size) noexcept {
        if (!ok_ || size > rest_.size()) {
            fail();
            return {};
        }
        const Bytes taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    /// A u16 length, then as many bytes; more than `max` is a failure.
    [[nodiscard]] Bytes block(std::size_t max = std::numeric_limits<std::uint16_t>::max()) noexcept {
        const std::size_t size = u16();
        if (size > max) {
            fail();
        }
        return bytes(size);
    }
    [[nodiscard]] std::string_view text(std::size_t max = std::numeric_limits<std::uint16_t>::max()) noexcept {
        return as_text(block(max));
    }

    /// For decoders: a field had a value that is not allowed.
    void fail() noexcept {
        ok_ = false;
        rest_ = {};
    }

    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    /// Everything read, and nothing left over.
    [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }

private:
    template <typename T>
    [[nodiscard]] T number() noexcept {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : bytes(sizeof(T))) {
            value = value << 8U | byte;
        }
        return static_cast<T>(value);
    }

    Bytes rest_;
    bool ok_ = true;
};

/// Appends big-endian fields, never growing past `max` bytes. Failure is sticky like the Reader's: what does not fit
/// makes ok() false, and the output must not be used then.
class Writer {
public:
    explicit Writer(std::size_t max = std::numeric_limits<std::uint16_t>::max()) noexcept : max_(max) {}

    void u8(std::uint8_t value) { number(value); }
    void u16(std::uint16_t value) { number(value); }
    void u32(std::uint32_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }

    void bytes(Bytes value) {
        if (!ok_ || value.size() > max_ - out_.size()) {
            ok_ = false;
            return;
        }
        out_.insert(out_.end(), value.begin(), value.end());
    }

    /// A u16 length, then the bytes.
    void block(Bytes value) {
        if (value.size() > std::numeric_limits<std::uint16_t>::max()) {
            ok_ = false;
            return;
        }
        u16(static_cast<std::uint16_t>(value.size()));
        bytes(value);
    }
    void text(std::string_view value) { block(as_bytes(value)); }

    [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }
    [[nodiscard]] std::size_t room() const noexcept { return max_ - out_.size(); }
    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] Bytes view() const noexcept { return out_; }
    [[nodiscard]] Buffer take() && noexcept { return std::move(out_); }

private:
    template <typename T>
    void number(T value) {
        static_assert(std::is_unsigned_v<T>);
        std::array<std::uint8_t, sizeof(T)> octets{};
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            octets[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8U * (sizeof(T) - 1 - i)));
        }
        bytes(octets);
    }

    std::size_t max_;
    Buffer out_;
    bool ok_ = true;
};

}  // namespace sara::wire
