// SPDX-License-Identifier: GPL-2.0
#include "io/family_watch.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sara::io {

namespace {

/// The controller's only group, "notify", has the number of its family (net/netlink/genetlink.c).
constexpr int kNotifyGroup = GENL_ID_CTRL;

template <typename Header>
std::optional<Header> header_at(Bytes bytes) noexcept {
    Header header;
    if (bytes.size() < sizeof(header)) {
        return std::nullopt;
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header;
}

Bytes skip(Bytes bytes, std::size_t size) noexcept {
    return bytes.subspan(std::min(bytes.size(), size));
}

bool is_named(Bytes attributes, std::string_view name) noexcept {
    while (const auto header = header_at<nlattr>(attributes)) {
        if (header->nla_len < sizeof(nlattr) || header->nla_len > attributes.size()) {
            return false;
        }
        if (header->nla_type == CTRL_ATTR_FAMILY_NAME) {
            std::string_view value = as_text(attributes.subspan(NLA_HDRLEN, header->nla_len - NLA_HDRLEN));
            return value.substr(0, value.find('\0')) == name;
        }
        attributes = skip(attributes, NLA_ALIGN(header->nla_len));
    }
    return false;
}

}  // namespace

std::optional<FamilyChange> family_change(Bytes datagram, std::string_view name) noexcept {
    std::optional<FamilyChange> last;
    while (const auto message = header_at<nlmsghdr>(datagram)) {
        if (message->nlmsg_len < NLMSG_HDRLEN || message->nlmsg_len > datagram.size()) {
            break;
        }
        const Bytes body = datagram.subspan(NLMSG_HDRLEN, message->nlmsg_len - NLMSG_HDRLEN);
        const auto generic = header_at<genlmsghdr>(body);
        if (message->nlmsg_type == GENL_ID_CTRL && generic && is_named(skip(body, GENL_HDRLEN), name)) {
            if (generic->cmd == CTRL_CMD_NEWFAMILY) {
                last = FamilyChange::came;
            } else if (generic->cmd == CTRL_CMD_DELFAMILY) {
                last = FamilyChange::went;
            }
        }
        datagram = skip(datagram, NLMSG_ALIGN(message->nlmsg_len));
    }
    return last;
}

Result<std::unique_ptr<FamilyWatch>> FamilyWatch::open(boost::asio::io_context& io, std::string name,
                                                       OnChange on_change) {
    const auto failed = [](const char* doing) {
        return Error{std::string(doing) + " failed: " + std::strerror(errno), "generic netlink controller"};
    };
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
    if (fd < 0) {
        return failed("opening a socket");
    }
    boost::asio::posix::stream_descriptor socket(io, fd);
    sockaddr_nl self{};
    self.nl_family = AF_NETLINK;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&self), sizeof(self)) != 0) {
        return failed("binding");
    }
    if (::setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &kNotifyGroup, sizeof(kNotifyGroup)) != 0) {
        return failed("joining its notifications");
    }
    std::unique_ptr<FamilyWatch> watch(new FamilyWatch(std::move(socket), std::move(name), std::move(on_change)));
    watch->wait();
    return watch;
}

FamilyWatch::FamilyWatch(boost::asio::posix::stream_descriptor socket, std::string name, OnChange on_change)
    : socket_(std::move(socket)), name_(std::move(name)), on_change_(std::move(on_change)) {}

void FamilyWatch::wait() {
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                           if (!error) {
                               read();
                               wait();
                           }
                       });
}

void FamilyWatch::read() {
    std::array<std::uint8_t, 16384> buffer;
    while (true) {
        sockaddr_nl from{};
        socklen_t from_size = sizeof(from);
        const ssize_t got = ::recvfrom(socket_.native_handle(), buffer.data(), buffer.size(), 0,
                                       reinterpret_cast<sockaddr*>(&from), &from_size);
        if (got < 0 && errno == ENOBUFS) {
            continue;  // something was missed; the owner also looks by itself from time to time
        }
        if (got <= 0) {
            return;
        }
        if (from.nl_pid != 0) {
            continue;  // any user may send to a netlink socket; only the kernel is believed
        }
        if (const auto change = family_change(Bytes(buffer).first(static_cast<std::size_t>(got)), name_)) {
            on_change_(*change);
        }
    }
}

}  // namespace sara::io
