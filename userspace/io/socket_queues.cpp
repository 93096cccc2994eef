// SPDX-License-Identifier: GPL-2.0
#include "io/socket_queues.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace sara::io {

namespace {

struct Close {
    void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
};
using Netlink = std::unique_ptr<mnl_socket, Close>;

struct Collected {
    Transport transport;
    std::span<const ListenPort> ports;
    std::vector<node::SocketQueue>& queues;
};

int take_memory(const nlattr* attribute, void* data) {
    if (mnl_attr_get_type(attribute) == INET_DIAG_SKMEMINFO &&
        mnl_attr_get_payload_len(attribute) >= (SK_MEMINFO_RCVBUF + 1) * sizeof(std::uint32_t)) {
        std::memcpy(data, mnl_attr_get_payload(attribute), (SK_MEMINFO_RCVBUF + 1) * sizeof(std::uint32_t));
    }
    return MNL_CB_OK;
}

int take_socket(const nlmsghdr* message, void* data) {
    const auto& collected = *static_cast<const Collected*>(data);
    if (mnl_nlmsg_get_payload_len(message) < sizeof(inet_diag_msg)) {
        return MNL_CB_OK;
    }
    const auto* socket = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(message));
    const ListenPort listens{collected.transport, ntohs(socket->id.idiag_sport)};
    if (std::find(collected.ports.begin(), collected.ports.end(), listens) == collected.ports.end()) {
        return MNL_CB_OK;
    }
    node::SocketQueue queue{.name = std::string(to_string(listens.transport)) + " " + std::to_string(listens.port),
                            .waiting = socket->idiag_rqueue,
                            .limit = socket->idiag_wqueue};
    if (collected.transport == Transport::udp) {
        // Memory, not bytes: it is what the buffer's size bounds.
        std::array<std::uint32_t, SK_MEMINFO_RCVBUF + 1> memory{};
        mnl_attr_parse(message, sizeof(*socket), take_memory, memory.data());
        queue.waiting = memory[SK_MEMINFO_RMEM_ALLOC];
        queue.limit = memory[SK_MEMINFO_RCVBUF];
    }
    collected.queues.push_back(std::move(queue));
    return MNL_CB_OK;
}

Error failed(const char* doing) {
    return Error{std::string(doing) + " failed: " + std::strerror(errno), "sock_diag"};
}

Status dump(mnl_socket* netlink, unsigned sequence, std::uint8_t family, Collected& collected) {
    std::array<std::uint8_t, 16384> buffer{};
    nlmsghdr* request = mnl_nlmsg_put_header(buffer.data());
    request->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->nlmsg_seq = sequence;
    auto* asked = static_cast<inet_diag_req_v2*>(mnl_nlmsg_put_extra_header(request, sizeof(inet_diag_req_v2)));
    asked->sdiag_family = family;
    if (collected.transport == Transport::tcp) {
        asked->sdiag_protocol = IPPROTO_TCP;
        asked->idiag_states = 1U << TCP_LISTEN;
    } else {
        asked->sdiag_protocol = IPPROTO_UDP;
        asked->idiag_states = ~0U;
        asked->idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);
    }
    if (mnl_socket_sendto(netlink, request, request->nlmsg_len) < 0) {
        return failed("asking for sockets");
    }
    int more = MNL_CB_OK;
    while (more == MNL_CB_OK) {
        const ssize_t got = mnl_socket_recvfrom(netlink, buffer.data(), buffer.size());
        if (got < 0) {
            return failed("reading of sockets");
        }
        more = mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), sequence, mnl_socket_get_portid(netlink),
                          take_socket, &collected);
    }
    return more < 0 ? Status(failed("reading of sockets")) : Status(Done{});
}

}  // namespace

Result<std::vector<node::SocketQueue>> read_socket_queues(std::span<const ListenPort> ports) {
    std::vector<node::SocketQueue> queues;
    const Netlink netlink(mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC));
    if (!netlink || mnl_socket_bind(netlink.get(), 0, MNL_SOCKET_AUTOPID) != 0) {
        return failed("opening a netlink socket");
    }
    unsigned sequence = 0;
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        const auto uses = [&](const ListenPort& port) { return port.transport == transport; };
        if (std::none_of(ports.begin(), ports.end(), uses)) {
            continue;
        }
        Collected collected{transport, ports, queues};
        for (const int family : {AF_INET, AF_INET6}) {
            if (const Status done = dump(netlink.get(), ++sequence, static_cast<std::uint8_t>(family), collected);
                !done) {
                return done.error();
            }
        }
    }
    return queues;
}

}  // namespace sara::io
