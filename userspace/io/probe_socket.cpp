// SPDX-License-Identifier: GPL-2.0
#include "io/probe_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "io/socket_address.hpp"

namespace sara::io {

namespace {

/// More than the head of any answer that is judged, or any datagram.
constexpr std::size_t kChunk = 65536;

}  // namespace

Result<std::shared_ptr<ProbeSocket>> ProbeSocket::open(boost::asio::io_context& io, Transport transport,
                                                       const Endpoint& to, Hooks hooks) {
    const int kind = transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
    const int family = to.address.family() == Family::ipv4 ? AF_INET : AF_INET6;
    const int descriptor = ::socket(family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return Error{std::strerror(errno), {}};
    }
    std::shared_ptr<ProbeSocket> self(new ProbeSocket(io, descriptor, std::move(hooks)));
    const SocketAddress address(to);
    if (::connect(descriptor, address.data(), address.size()) != 0 && errno != EINPROGRESS) {
        return Error{std::strerror(errno), {}};
    }
    self->wait_connected();
    return self;
}

void ProbeSocket::wait_connected() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                           [weak = weak_from_this()](const boost::system::error_code& error) {
                               if (const auto self = weak.lock(); self && !error) {
                                   self->connected();
                               }
                           });
}

void ProbeSocket::wait_bytes() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](const boost::system::error_code& error) {
                               if (const auto self = weak.lock(); self && !error) {
                                   self->read();
                               }
                           });
}

void ProbeSocket::connected() {
    int error = 0;
    socklen_t size = sizeof(error);
    const int descriptor = descriptor_.native_handle();
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    const auto local = local_endpoint(descriptor);
    if (error != 0 || !local) {
        fail(error);
        return;
    }
    const std::string request = hooks_.on_connected(*local);
    // Small, and the first on its connection: it fits in the socket, or something is wrong.
    if (!request.empty() &&
        ::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        fail(errno);
        return;
    }
    wait_bytes();
}

void ProbeSocket::read() {
    std::array<std::uint8_t, kChunk> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
    const ssize_t size = ::recv(descriptor_.native_handle(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        wait_bytes();
        return;
    }
    if (size <= 0) {
        fail(size < 0 ? errno : 0);
        return;
    }
    hooks_.on_bytes(Bytes(chunk.data(), static_cast<std::size_t>(size)));
    wait_bytes();
}

void ProbeSocket::fail(int error) {
    hooks_.on_failed(error != 0 ? std::strerror(error) : "it closed the connection");
}

}  // namespace sara::io
