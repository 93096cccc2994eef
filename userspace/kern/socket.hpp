// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/bytes.hpp"
#include "kern/error.hpp"

namespace sara::kern {

/// A generic netlink socket: the only thing below the channel that touches the kernel. Tests put their own here.
class Socket {
public:
    struct Received {
        std::size_t size = 0;
        int error = 0;  ///< errno; EAGAIN: nothing there; ENOBUFS: messages were lost
    };
    enum class Wait : std::uint8_t { yes, no };

    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    virtual ~Socket() = default;

    /// Sends one datagram; errno or 0.
    [[nodiscard]] virtual int send(Bytes datagram) = 0;

    /// One datagram. A longer one than `into` is cut and reported as EMSGSIZE.
    [[nodiscard]] virtual Received receive(std::span<std::uint8_t> into, Wait wait) = 0;

    /// Becomes a member of a multicast group; errno or 0.
    [[nodiscard]] virtual int join(std::uint32_t group) = 0;

    /// For poll(2); owned by the socket.
    [[nodiscard]] virtual int fd() const noexcept = 0;
};

/// A socket in the caller's network namespace, with extended acknowledgements and a receive buffer of `buffer` bytes
/// (less where the caller lacks CAP_NET_ADMIN and net.core.rmem_max is smaller).
[[nodiscard]] Result<std::unique_ptr<Socket>> open_socket(std::size_t buffer);

}  // namespace sara::kern
