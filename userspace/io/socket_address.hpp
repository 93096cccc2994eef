// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

#include "core/base/address.hpp"

namespace sara::io {

/// An endpoint as system calls take it.
class SocketAddress {
public:
    explicit SocketAddress(const Endpoint& endpoint) noexcept;

    [[nodiscard]] const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    [[nodiscard]] socklen_t size() const noexcept { return size_; }

private:
    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

/// Where a socket is bound; nothing if it is of another family than IP.
[[nodiscard]] std::optional<Endpoint> local_endpoint(int descriptor) noexcept;

}  // namespace sara::io
