// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sara::wire {

/// Fills the span with bytes that nobody can guess. The shells pass the system's generator, tests a seeded one.
using Entropy = std::function<void(std::span<std::uint8_t>)>;

/// The secret that all agents of a cluster share. Whoever has it can speak for any of them. Wiped when it goes.
class SharedKey {
public:
    static constexpr std::size_t kSize = 32;

    /// 64 hex digits; white space after them is allowed (a file's line end).
    [[nodiscard]] static Result<SharedKey> parse(std::string_view text);
    [[nodiscard]] static SharedKey generate(const Entropy& entropy);

    SharedKey(const SharedKey&) = default;
    SharedKey& operator=(const SharedKey&) = default;
    ~SharedKey();

    [[nodiscard]] std::span<const std::uint8_t, kSize> bytes() const noexcept { return octets_; }
    /// 64 lower-case hex digits.
    [[nodiscard]] std::string hex() const;

    /// Takes as long for each pair: what is sent for comparison learns nothing by trying.
    friend bool operator==(const SharedKey& a, const SharedKey& b) noexcept;

private:
    SharedKey() = default;

    std::array<std::uint8_t, kSize> octets_{};
};

}  // namespace sara::wire
