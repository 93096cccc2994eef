// SPDX-License-Identifier: GPL-2.0
#include "core/wire/key.hpp"

#include <sodium.h>

#include <optional>

namespace sara::wire {

namespace {

std::optional<std::uint8_t> hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint8_t>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<std::uint8_t>(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<std::uint8_t>(c - 'A' + 10);
    }
    return std::nullopt;
}

}  // namespace

Result<SharedKey> SharedKey::parse(std::string_view text) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
    if (text.size() != 2 * kSize) {
        return Error{"a key is 64 hex digits, this has " + std::to_string(text.size()) + " characters", {}};
    }
    SharedKey key;
    for (std::size_t i = 0; i < kSize; ++i) {
        const auto high = hex_digit(text[2 * i]);
        const auto low = hex_digit(text[2 * i + 1]);
        if (!high || !low) {
            return Error{"a key is 64 hex digits, this has something else among them", {}};
        }
        key.octets_[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return key;
}

SharedKey SharedKey::generate(const Entropy& entropy) {
    SharedKey key;
    entropy(key.octets_);
    return key;
}

bool operator==(const SharedKey& a, const SharedKey& b) noexcept {
    return sodium_memcmp(a.octets_.data(), b.octets_.data(), SharedKey::kSize) == 0;
}

SharedKey::~SharedKey() {
    sodium_memzero(octets_.data(), octets_.size());
}

std::string SharedKey::hex() const {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * kSize);
    for (const std::uint8_t octet : octets_) {
        text += kDigits[octet >> 4U];
        text += kDigits[octet & 0xfU];
    }
    return text;
}

}  // namespace sara::wire
