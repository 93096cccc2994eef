// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <compare>
#include <span>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/result.hpp"
#include "core/node/load_meter.hpp"

namespace sara::io {

/// A port on which a service's application listens.
struct ListenPort {
    Transport transport = Transport::udp;
    Port port = 0;

    friend auto operator<=>(const ListenPort&, const ListenPort&) = default;
};

/// What waits in the sockets of this network namespace that listen on one of `ports`: the accept queues of TCP sockets
/// against their backlog, the receive queues of UDP sockets against their buffer (sock_diag(7)). One netlink dump per
/// transport and address family.
[[nodiscard]] Result<std::vector<node::SocketQueue>> read_socket_queues(std::span<const ListenPort> ports);

}  // namespace sara::io
