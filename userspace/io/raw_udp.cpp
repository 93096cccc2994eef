// SPDX-License-Identifier: GPL-2.0
#include "io/raw_udp.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "core/proto/udp_packet.hpp"
#include "io/socket_address.hpp"

namespace sara::io {

namespace {

/// IPPROTO_RAW: the headers are ours, and nothing is received.
int open_raw(int family) noexcept {
    return ::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
}

ssize_t send_to(int descriptor, const Address& to, Bytes packet) noexcept {
    // Without a port: one of IPv6 would be taken for a protocol (ipv6(7)).
    const SocketAddress address({to, 0});
    return ::sendto(descriptor, packet.data(), packet.size(), MSG_NOSIGNAL, address.data(), address.size());
}

}  // namespace

RawUdp::~RawUdp() {
    for (const int descriptor : {ipv4_, ipv6_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

Result<std::unique_ptr<RawUdp>> RawUdp::open() {
    std::unique_ptr<RawUdp> raw(new RawUdp);
    raw->ipv4_ = open_raw(AF_INET);
    int error = raw->ipv4_ < 0 ? errno : 0;
    raw->ipv6_ = open_raw(AF_INET6);
    if (raw->ipv6_ < 0 && errno != EAFNOSUPPORT) {
        error = errno;
    }
    if (error == EPERM || error == EACCES) {
        return Error{"opening a raw socket needs CAP_NET_RAW", {}};
    }
    if (error != 0) {
        return Error{std::string("opening a raw socket failed: ") + std::strerror(error), {}};
    }
    return raw;
}

bool RawUdp::send(const Endpoint& from, const Endpoint& to, Bytes payload) {
    const int descriptor = to.address.family() == Family::ipv4 ? ipv4_ : ipv6_;
    const std::optional<Buffer> packet = proto::udp_packet(from, to, payload);
    return descriptor >= 0 && packet && send_to(descriptor, to.address, *packet) >= 0;
}

}  // namespace sara::io
