// SPDX-License-Identifier: GPL-2.0
#include "io/entropy.hpp"

#include <sys/random.h>

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

}  // namespace sara::io
