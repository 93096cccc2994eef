// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/result.hpp"

namespace sara::io {

/// A socket for who asks, and waits for answers by poll(2); closed at its end.
class PlainSocket {
public:
    /// As socket(2) has them.
    PlainSocket(int family, int type, int protocol)
        : fd_(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol)) {}
    PlainSocket(const PlainSocket&) = delete;
    PlainSocket& operator=(const PlainSocket&) = delete;
    ~PlainSocket() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    /// Below 0: it could not be opened, and errno says why.
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_;
};

/// "`doing` failed: " and what errno says.
[[nodiscard]] inline Error failed(const char* doing) {
    return Error{std::string(doing) + " failed: " + std::strerror(errno), {}};
}

}  // namespace sara::io
