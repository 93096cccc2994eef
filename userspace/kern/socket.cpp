// SPDX-License-Identifier: GPL-2.0
#include "kern/socket.hpp"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace sara::kern {

namespace {

class MnlSocket final : public Socket {
public:
    explicit MnlSocket(mnl_socket* socket) : socket_(socket) {}
    ~MnlSocket() override { mnl_socket_close(socket_); }

    int send(Bytes datagram) override {
        ssize_t sent = -1;
        do {
            sent = mnl_socket_sendto(socket_, datagram.data(), datagram.size());
        } while (sent < 0 && errno == EINTR);
        return sent < 0 ? errno : 0;
    }

    Received receive(std::span<std::uint8_t> into, Wait wait) override {
        sockaddr_nl sender{};
        iovec part{into.data(), into.size()};
        msghdr message{};
        message.msg_name = &sender;
        message.msg_namelen = sizeof(sender);
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        for (;;) {
            const ssize_t size = recvmsg(fd(), &message, wait == Wait::no ? MSG_DONTWAIT : 0);
            if (size < 0) {
                if (errno == EINTR && wait == Wait::no) {
                    continue;
                }
                return {0, errno};
            }
            if (sender.nl_pid != 0) {
                continue;  // not from the kernel: another process may send to our port
            }
            if ((message.msg_flags & MSG_TRUNC) != 0) {
                return {0, EMSGSIZE};
            }
            return {static_cast<std::size_t>(size), 0};
        }
    }

    int join(std::uint32_t group) override {
        return mnl_socket_setsockopt(socket_, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0 ? errno : 0;
    }

    int fd() const noexcept override { return mnl_socket_get_fd(socket_); }

private:
    mnl_socket* socket_;
};

}  // namespace

Result<std::unique_ptr<Socket>> open_socket(std::size_t buffer) {
    mnl_socket* raw = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
    if (raw == nullptr) {
        return error_of(errno);
    }
    std::unique_ptr<Socket> socket = std::make_unique<MnlSocket>(raw);
    if (mnl_socket_bind(raw, 0, MNL_SOCKET_AUTOPID) < 0) {
        return error_of(errno);
    }
    int on = 1;
    if (mnl_socket_setsockopt(raw, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
        mnl_socket_setsockopt(raw, NETLINK_CAP_ACK, &on, sizeof(on)) < 0) {
        return error_of(errno);
    }
    // Dump requests are checked like all others.
    if (mnl_socket_setsockopt(raw, NETLINK_GET_STRICT_CHK, &on, sizeof(on)) < 0 && errno != ENOPROTOOPT) {
        return error_of(errno);
    }
    const int size = static_cast<int>(std::min<std::size_t>(buffer, std::numeric_limits<int>::max() / 2));
    if (setsockopt(socket->fd(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 &&
        setsockopt(socket->fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0) {
        return error_of(errno);
    }
    return socket;
}

}  // namespace sara::kern
