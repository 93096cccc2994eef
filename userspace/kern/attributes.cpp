// SPDX-License-Identifier: GPL-2.0
#include "kern/attributes.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace sara::kern {

namespace {

constexpr std::size_t kHeader = NLA_HDRLEN;

constexpr std::size_t padded(std::size_t size) {
    return (size + NLA_ALIGNTO - 1) & ~static_cast<std::size_t>(NLA_ALIGNTO - 1);
}

}  // namespace

bool AttributeReader::next() noexcept {
    if (!ok_ || rest_.empty()) {
        return false;
    }
    std::uint16_t length = 0;
    if (rest_.size() < kHeader) {
        fail();
        return false;
    }
    std::memcpy(&length, rest_.data(), sizeof(length));
    std::memcpy(&type_, rest_.data() + sizeof(length), sizeof(type_));
    type_ &= NLA_TYPE_MASK;
    if (length < kHeader || length > rest_.size()) {
        fail();
        return false;
    }
    payload_ = rest_.subspan(kHeader, length - kHeader);
    // The last attribute may come without its padding.
    rest_ = rest_.subspan(std::min(padded(length), rest_.size()));
    return true;
}

template <typename T>
T AttributeReader::number() noexcept {
    T value = 0;
    if (payload_.size() != sizeof(T)) {
        fail();
        return 0;
    }
    std::memcpy(&value, payload_.data(), sizeof(T));
    return value;
}

template std::uint8_t AttributeReader::number() noexcept;
template std::uint16_t AttributeReader::number() noexcept;
template std::uint32_t AttributeReader::number() noexcept;
template std::uint64_t AttributeReader::number() noexcept;

std::chrono::milliseconds AttributeReader::milliseconds() noexcept {
    // So long that nobody waits for it, and short enough to become nanoseconds and be added to a time.
    constexpr std::uint64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4'000'000;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(counter(), kLongest)));
}

std::string AttributeReader::text(std::size_t max) {
    const std::string_view all = as_text(payload_);
    const std::string_view text = all.substr(0, all.find('\0'));
    if (text.size() > max) {
        fail();
        return {};
    }
    return std::string(text);
}

Address AttributeReader::address() noexcept {
    const std::optional<Address> address = Address::from_bytes(payload_);
    if (!address) {
        fail();
        return {};
    }
    return *address;
}

void AttributeReader::fail() noexcept {
    ok_ = false;
    rest_ = {};
}

void AttributeWriter::bytes(std::uint16_t type, Bytes value) {
    const std::uint16_t length = static_cast<std::uint16_t>(kHeader + value.size());
    const std::size_t at = out_.size();
    out_.resize(at + padded(length));
    std::memcpy(out_.data() + at, &length, sizeof(length));
    std::memcpy(out_.data() + at + sizeof(length), &type, sizeof(type));
    std::copy(value.begin(), value.end(), out_.begin() + static_cast<std::ptrdiff_t>(at + kHeader));
}

template <typename T>
void AttributeWriter::number(std::uint16_t type, T value) {
    std::array<std::uint8_t, sizeof(T)> octets{};
    std::memcpy(octets.data(), &value, sizeof(T));
    bytes(type, octets);
}

template void AttributeWriter::number(std::uint16_t, std::uint8_t);
template void AttributeWriter::number(std::uint16_t, std::uint16_t);
template void AttributeWriter::number(std::uint16_t, std::uint32_t);
template void AttributeWriter::number(std::uint16_t, std::uint64_t);

void AttributeWriter::text(std::uint16_t type, std::string_view value) {
    const std::string terminated(value);
    bytes(type, {reinterpret_cast<const std::uint8_t*>(terminated.c_str()), terminated.size() + 1});
}

void AttributeWriter::milliseconds(std::uint16_t type, std::chrono::milliseconds value) {
    constexpr std::int64_t kLongest = std::numeric_limits<std::uint32_t>::max();
    u32(type, static_cast<std::uint32_t>(std::clamp<std::int64_t>(value.count(), 0, kLongest)));
}

std::size_t AttributeWriter::begin(std::uint16_t type) {
    const std::size_t at = out_.size();
    bytes(static_cast<std::uint16_t>(type | NLA_F_NESTED), {});
    return at;
}

void AttributeWriter::end(std::size_t nest) {
    const std::uint16_t length = static_cast<std::uint16_t>(out_.size() - nest);
    std::memcpy(out_.data() + nest, &length, sizeof(length));
}

}  // namespace sara::kern
