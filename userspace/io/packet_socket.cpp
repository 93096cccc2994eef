// SPDX-License-Identifier: GPL-2.0
#include "io/packet_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace sara::io {

namespace {

/// Replies that wait, of some thousand nodes.
constexpr int kReceiveBuffer = 4 << 20;

constexpr std::uint32_t kWholeFrame = 0xffff;

/// IPv4, ICMP, not a fragment, echo reply, the identifier; the header's length is read.
std::array<sock_filter, 11> filter4(std::uint16_t identifier) {
    return {{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 8),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 6, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, 14),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 18),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, kWholeFrame),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
}

/// IPv6 and, without extension headers, ICMPv6, echo reply, the identifier.
std::array<sock_filter, 8> filter6(std::uint16_t identifier) {
    return {{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, 5),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 54),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 129, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 58),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, kWholeFrame),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
}

/// The filter is there before the socket hears anything: it is bound last. -1 and errno: failed.
int open_one(std::uint16_t ether_type, std::span<sock_filter> filter) {
    const int descriptor = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return -1;
    }
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ether_type);
    // Without CAP_NET_ADMIN less; then of very many replies some are lost.
    static_cast<void>(::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer)));
    if (::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0 ||
        ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        const int error = errno;
        ::close(descriptor);
        errno = error;
        return -1;
    }
    return descriptor;
}

}  // namespace

Result<std::unique_ptr<PacketSocket>> PacketSocket::open(boost::asio::io_context& io, std::uint16_t identifier,
                                                         OnFrame on_frame) {
    std::unique_ptr<PacketSocket> self(new PacketSocket(std::move(on_frame)));
    auto ipv4 = filter4(identifier);
    auto ipv6 = filter6(identifier);
    for (const auto& [type, filter] :
         {std::pair(ETH_P_IP, std::span<sock_filter>(ipv4)), {ETH_P_IPV6, std::span<sock_filter>(ipv6)}}) {
        const int descriptor = open_one(static_cast<std::uint16_t>(type), filter);
        if (descriptor < 0 && (errno == EPERM || errno == EACCES)) {
            return Error{"opening a packet socket needs CAP_NET_RAW", {}};
        }
        if (descriptor < 0) {
            return Error{std::string("opening a packet socket failed: ") + std::strerror(errno), {}};
        }
        self->descriptors_.emplace_back(io, descriptor);
    }
    for (Descriptor& descriptor : self->descriptors_) {
        self->wait(descriptor);
    }
    return self;
}

bool PacketSocket::send(std::uint32_t device, Bytes frame) noexcept {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(device);
    // The frame says its own type; by this one it is known to what looks at packets on their way out.
    if (frame.size() >= ETH_HLEN) {
        const Bytes type = frame.subspan(offsetof(ethhdr, h_proto));
        std::memcpy(&address.sll_protocol, type.data(), sizeof(address.sll_protocol));
    }
    return ::sendto(descriptors_.front().native_handle(), frame.data(), frame.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address), sizeof(address)) >= 0;
}

void PacketSocket::drain() {
    for (Descriptor& descriptor : descriptors_) {
        for (int i = 0; i < kMaxBatches && read(descriptor); ++i) {
        }
    }
}

void PacketSocket::wait(Descriptor& descriptor) {
    descriptor.async_wait(Descriptor::wait_read, [this, &descriptor](const boost::system::error_code& error) {
        // Aborted: `this` is gone.
        if (!error) {
            static_cast<void>(read(descriptor));
            wait(descriptor);
        }
    });
}

bool PacketSocket::read(Descriptor& descriptor) {
    for (int i = 0; i < kBatch; ++i) {
        sockaddr_ll from{};
        socklen_t from_size = sizeof(from);
        const ssize_t size = ::recvfrom(descriptor.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT,
                                        reinterpret_cast<sockaddr*>(&from), &from_size);
        if (size < 0 && errno == EAGAIN) {
            return false;
        }
        if (size >= 0) {  // else a device went down, which is told once
            on_frame_(static_cast<std::uint32_t>(from.sll_ifindex),
                      Bytes(buffer_.data(), static_cast<std::size_t>(size)));
        }
    }
    return true;
}

}  // namespace sara::io
