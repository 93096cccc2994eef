// SPDX-License-Identifier: GPL-2.0
#include "io/vip_step.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/nexthop.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <variant>

#include "io/host_state.hpp"
#include "io/route_socket.hpp"

namespace sara::io {

namespace {

constexpr const char* kDevice = node::kVipDevice.data();

Nl<nl_addr> make_address(const Address& address, unsigned prefix) {
    const auto bytes = address.bytes();
    Nl<nl_addr> out(nl_addr_build(address.family() == Family::ipv4 ? AF_INET : AF_INET6, bytes.data(), bytes.size()));
    if (out) {
        nl_addr_set_prefixlen(out.get(), static_cast<int>(prefix));
    }
    return out;
}

/// The objects that libnl makes, or the memory is out.
Nl<rtnl_addr> make_own(const Address& address, unsigned prefix, const std::string& device) {
    Nl<rtnl_addr> own(rtnl_addr_alloc());
    const Nl<nl_addr> local = make_address(address, prefix);
    if (!own || !local || rtnl_addr_set_local(own.get(), local.get()) < 0) {
        return nullptr;
    }
    rtnl_addr_set_ifindex(own.get(), static_cast<int>(if_nametoindex(device.c_str())));
    return own;
}

void add_hop(rtnl_route* route, const node::NextHop& hop) {
    rtnl_nexthop* out = rtnl_route_nh_alloc();
    if (out == nullptr) {
        return;
    }
    rtnl_route_nh_set_ifindex(out, static_cast<int>(if_nametoindex(hop.device.c_str())));
    rtnl_route_nh_set_weight(out, hop.weight);
    if (hop.gateway) {
        const Nl<nl_addr> gateway = make_address(*hop.gateway, hop.gateway->family() == Family::ipv4 ? 32 : 128);
        if (nl_addr_get_family(gateway.get()) == rtnl_route_get_family(route)) {
            rtnl_route_nh_set_gateway(out, gateway.get());
        } else {
            rtnl_route_nh_set_via(out, gateway.get());
        }
    }
    if (hop.onlink) {
        rtnl_route_nh_set_flags(out, RTNH_F_ONLINK);
    }
    rtnl_route_add_nexthop(route, out);
}

Nl<rtnl_route> make_route(const node::Route& route) {
    Nl<rtnl_route> out(rtnl_route_alloc());
    const Nl<nl_addr> to = make_address(route.to, route.prefix);
    if (!out || !to) {
        return nullptr;
    }
    rtnl_route_set_family(out.get(), static_cast<std::uint8_t>(nl_addr_get_family(to.get())));
    rtnl_route_set_dst(out.get(), to.get());
    rtnl_route_set_table(out.get(), RT_TABLE_MAIN);
    rtnl_route_set_protocol(out.get(), route.protocol);
    if (route.metric != 0) {
        rtnl_route_set_priority(out.get(), route.metric);
    }
    return out;
}

class Hand {
public:
    explicit Hand(nl_sock* socket) : socket_(socket) {}

    Status operator()(const node::MakeDevice&) const {
        const Nl<rtnl_link> link(rtnl_link_alloc());
        if (!link || rtnl_link_set_type(link.get(), "dummy") < 0) {
            return route_error("making a device", -NLE_NOMEM);
        }
        rtnl_link_set_name(link.get(), kDevice);
        const int code = rtnl_link_add(socket_, link.get(), NLM_F_CREATE | NLM_F_EXCL);
        if (code == -NLE_OPNOTSUPP) {
            return Error{"the kernel has no dummy devices; load them: modprobe dummy", kDevice};
        }
        return code == -NLE_EXIST ? Status(Done{}) : said("making the device", code);
    }

    Status operator()(const node::Remember& remember) const {
        const Nl<rtnl_link> change(rtnl_link_alloc());
        if (!change) {
            return route_error("changing a device", -NLE_NOMEM);
        }
        rtnl_link_set_ifalias(change.get(), node::note_of(remember.before).c_str());
        return change_link(change.get());
    }

    Status operator()(const node::RaiseDevice&) const {
        // It needs no link-local address: there is nobody on it. A kernel without IPv6 does not know of that.
        const Nl<rtnl_link> quiet(rtnl_link_alloc());
        if (quiet && rtnl_link_inet6_set_addr_gen_mode(quiet.get(), IN6_ADDR_GEN_MODE_NONE) == 0) {
            static_cast<void>(change_link(quiet.get()));
        }
        const Nl<rtnl_link> change(rtnl_link_alloc());
        if (!change) {
            return route_error("changing a device", -NLE_NOMEM);
        }
        rtnl_link_set_flags(change.get(), IFF_UP);
        return change_link(change.get());
    }

    Status operator()(const node::RemoveDevice&) const {
        const Nl<rtnl_link> link(rtnl_link_alloc());
        if (!link) {
            return route_error("removing a device", -NLE_NOMEM);
        }
        rtnl_link_set_name(link.get(), kDevice);
        return gone("removing the device", rtnl_link_delete(socket_, link.get()));
    }

    Status operator()(const node::SetArp& arp) const {
        for (const auto& [path, value] :
             {std::pair(kArpIgnore, arp.settings.ignore), {kArpAnnounce, arp.settings.announce}}) {
            std::ofstream file(path);
            if (!(file << value << std::flush)) {
                return Error{"cannot be set to " + std::to_string(value) + ": " + std::strerror(errno), path};
            }
        }
        return Done{};
    }

    Status operator()(const node::AddAddress& add) const {
        const bool v4 = add.address.family() == Family::ipv4;
        const Nl<rtnl_addr> own = make_own(add.address, v4 ? 32 : 128, kDevice);
        if (!own) {
            return route_error("adding an address", -NLE_NOMEM);
        }
        if (v4) {
            rtnl_addr_set_scope(own.get(), RT_SCOPE_HOST);
        } else {
            rtnl_addr_set_flags(own.get(), IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
            rtnl_addr_set_valid_lifetime(own.get(), std::numeric_limits<std::uint32_t>::max());
            rtnl_addr_set_preferred_lifetime(own.get(), 0);
        }
        const int code = rtnl_addr_add(socket_, own.get(), NLM_F_CREATE | NLM_F_EXCL);
        if (code == -NLE_PERM && !v4) {
            return Error{
                std::string("adding it failed: not permitted, or IPv6 is off on this device; turn it on: sysctl -w "
                            "net.ipv6.conf.") +
                    kDevice + ".disable_ipv6=0",
                add.address.text()};
        }
        return code == -NLE_EXIST ? Status(Done{}) : said("adding " + add.address.text(), code);
    }

    Status operator()(const node::RemoveAddress& remove) const {
        const Nl<rtnl_addr> own = make_own(remove.address.address, remove.address.prefix, remove.address.device);
        if (!own) {
            return route_error("removing an address", -NLE_NOMEM);
        }
        return gone("removing " + remove.address.address.text(), rtnl_addr_delete(socket_, own.get(), 0));
    }

    Status operator()(const node::AddRoute& add) const {
        const Nl<rtnl_route> route = make_route(add.route);
        if (!route) {
            return route_error("adding a route", -NLE_NOMEM);
        }
        for (const node::NextHop& hop : add.route.hops) {
            add_hop(route.get(), hop);
        }
        // A single hop's flags travel in the route's own.
        if (add.route.hops.size() == 1 && add.route.hops[0].onlink) {
            rtnl_route_set_flags(route.get(), RTNH_F_ONLINK);
        }
        if (add.route.source) {
            const Nl<nl_addr> source =
                make_address(*add.route.source, add.route.source->family() == Family::ipv4 ? 32 : 128);
            rtnl_route_set_pref_src(route.get(), source.get());
        }
        return said("adding a route", rtnl_route_add(socket_, route.get(), NLM_F_CREATE | NLM_F_EXCL));
    }

    Status operator()(const node::RemoveRoute& remove) const {
        const Nl<rtnl_route> route = make_route(remove.route);
        if (!route) {
            return route_error("removing a route", -NLE_NOMEM);
        }
        // Any scope: the destination and our protocol number say which one is meant.
        rtnl_route_set_scope(route.get(), RT_SCOPE_NOWHERE);
        return gone("removing a route", rtnl_route_delete(socket_, route.get(), 0));
    }

private:
    static Status said(const std::string& doing, int code) {
        return code < 0 ? Status(route_error(doing, code)) : Status(Done{});
    }

    static Status gone(const std::string& doing, int code) {
        const bool missing = code == -NLE_OBJ_NOTFOUND || code == -NLE_NODEV || code == -NLE_NOADDR;
        return missing ? Status(Done{}) : said(doing, code);
    }

    Status change_link(rtnl_link* change) const {
        const Nl<rtnl_link> which(rtnl_link_alloc());
        if (!which) {
            return route_error("changing a device", -NLE_NOMEM);
        }
        rtnl_link_set_ifindex(which.get(), static_cast<int>(if_nametoindex(kDevice)));
        return said("changing the device", rtnl_link_change(socket_, which.get(), change, 0));
    }

    nl_sock* socket_;
};

}  // namespace

Status carry_out(const node::Step& step) {
    Result<Nl<nl_sock>> socket = open_route_socket();
    if (!socket) {
        return socket.error();
    }
    Status done = std::visit(Hand(socket->get()), step);
    if (!done) {
        return Error{done.error().text() + " (" + node::command(step) + ")", {}};
    }
    return done;
}

}  // namespace sara::io
