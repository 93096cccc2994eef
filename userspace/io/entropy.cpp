// SPDX-License-Identifier: GPL-2.0
#include "io/entropy.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace sara::io {

void random_bytes(std::span<std::uint8_t> out) noexcept {
    while (!out.empty()) {
        const ssize_t got = getrandom(out.data(), out.size(), 0);
        if (got > 0) {
            out = out.subspan(static_cast<std::size_t>(got));
        } else if (errno != EINTR) {
            std::abort();  // no system call: nothing secret can be made on this kernel
        }
    }
}

std::uint64_t random_number() noexcept {
    std::array<std::uint8_t, sizeof(std::uint64_t)> octets{};
    random_bytes(octets);
    std::uint64_t number = 0;
    for (const std::uint8_t octet : octets) {
        number = number << 8U | octet;
    }
    return number;
}

}  // namespace sara::io
