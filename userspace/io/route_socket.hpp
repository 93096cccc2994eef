// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include <memory>
#include <string>

#include "core/base/result.hpp"

/// libnl-route's objects with owners.
namespace sara::io {

struct NlFree {
    void operator()(nl_sock* socket) const noexcept { nl_socket_free(socket); }
    void operator()(nl_cache* cache) const noexcept { nl_cache_free(cache); }
    void operator()(nl_addr* address) const noexcept { nl_addr_put(address); }
    void operator()(rtnl_link* link) const noexcept { rtnl_link_put(link); }
    void operator()(rtnl_addr* address) const noexcept { rtnl_addr_put(address); }
    void operator()(rtnl_route* route) const noexcept { rtnl_route_put(route); }
};
template <typename T>
using Nl = std::unique_ptr<T, NlFree>;

/// `code` is one of libnl's, negative or not.
[[nodiscard]] inline Error route_error(const std::string& doing, int code) {
    return Error{doing + " failed: " + nl_geterror(code), {}};
}

/// Connected to the routing family of this network namespace.
[[nodiscard]] inline Result<Nl<nl_sock>> open_route_socket() {
    Nl<nl_sock> socket(nl_socket_alloc());
    const int code = socket ? nl_connect(socket.get(), NETLINK_ROUTE) : -NLE_NOMEM;
    if (code < 0) {
        return route_error("opening a netlink socket", code);
    }
    return socket;
}

}  // namespace sara::io
