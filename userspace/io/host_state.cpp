// SPDX-License-Identifier: GPL-2.0
#include "io/host_state.hpp"

#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/nexthop.h>

#include <fstream>
#include <map>
#include <span>
#include <utility>

#include "io/route_socket.hpp"

namespace sara::io {

namespace {

using Names = std::map<int, std::string>;

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

std::optional<Address> address_of(const nl_addr* address) {
    if (address == nullptr) {
        return std::nullopt;
    }
    const auto* bytes = static_cast<const std::uint8_t*>(nl_addr_get_binary_addr(address));
    return Address::from_bytes(std::span(bytes, nl_addr_get_len(address)));
}

/// A destination: libnl gives the default route's no bytes.
std::optional<Address> net_of(const nl_addr* address, int family) {
    const Address any = family == AF_INET ? Address() : Address::v6({});
    return address == nullptr || nl_addr_get_len(address) == 0 ? any : address_of(address);
}

template <typename T, typename Each>
void for_each(nl_cache* cache, Each each) {
    for (nl_object* object = nl_cache_get_first(cache); object != nullptr; object = nl_cache_get_next(object)) {
        each(reinterpret_cast<T*>(object));
    }
}

node::Link read_link(rtnl_link* link) {
    const unsigned flags = rtnl_link_get_flags(link);
    node::Link out{.name = text_or_empty(rtnl_link_get_name(link)),
                   .kind = text_or_empty(rtnl_link_get_type(link)),
                   .note = text_or_empty(rtnl_link_get_ifalias(link)),
                   .up = (flags & IFF_UP) != 0,
                   .silent = (flags & (IFF_LOOPBACK | IFF_NOARP)) != 0,
                   .index = static_cast<std::uint32_t>(rtnl_link_get_ifindex(link)),
                   .mtu = rtnl_link_get_mtu(link)};
    for (const auto& [conf, setting] : {std::pair(IPV4_DEVCONF_RP_FILTER, &out.rp_filter),
                                        {IPV4_DEVCONF_ARP_IGNORE, &out.arp.ignore},
                                        {IPV4_DEVCONF_ARP_ANNOUNCE, &out.arp.announce}}) {
        std::uint32_t value = 0;
        if (rtnl_link_inet_get_conf(link, static_cast<unsigned>(conf), &value) == 0) {
            *setting = value;
        }
    }
    return out;
}

std::optional<node::OwnAddress> read_address(rtnl_addr* address, const Names& names) {
    const auto local = address_of(rtnl_addr_get_local(address));
    const auto name = names.find(rtnl_addr_get_ifindex(address));
    if (!local || name == names.end() ||
        (local->family() == Family::ipv6 && rtnl_addr_get_scope(address) == RT_SCOPE_LINK)) {
        return std::nullopt;
    }
    return node::OwnAddress{*local, static_cast<unsigned>(rtnl_addr_get_prefixlen(address)), name->second};
}

std::optional<node::Route> read_route(rtnl_route* route, const Names& names) {
    if (rtnl_route_get_table(route) != RT_TABLE_MAIN || rtnl_route_get_type(route) != RTN_UNICAST ||
        rtnl_route_get_tos(route) != 0) {
        return std::nullopt;
    }
    const nl_addr* net = rtnl_route_get_dst(route);
    const auto to = net_of(net, rtnl_route_get_family(route));
    if (!to) {
        return std::nullopt;
    }
    node::Route out{.to = *to,
                    .prefix = net == nullptr ? 0 : nl_addr_get_prefixlen(net),
                    .hops = {},
                    .source = address_of(rtnl_route_get_pref_src(route)),
                    .metric = rtnl_route_get_priority(route),
                    .protocol = rtnl_route_get_protocol(route)};
    for (int i = 0; i < rtnl_route_get_nnexthops(route); ++i) {
        rtnl_nexthop* hop = rtnl_route_nexthop_n(route, i);
        const auto name = names.find(rtnl_route_nh_get_ifindex(hop));
        if (name == names.end()) {
            continue;
        }
        const nl_addr* gateway = rtnl_route_nh_get_gateway(hop);
        const unsigned flags = rtnl_route_nh_get_flags(hop) | rtnl_route_get_flags(route);
        out.hops.push_back({.gateway = address_of(gateway != nullptr ? gateway : rtnl_route_nh_get_via(hop)),
                            .device = name->second,
                            .weight = rtnl_route_nh_get_weight(hop),
                            .onlink = (flags & RTNH_F_ONLINK) != 0});
    }
    return out;
}

}  // namespace

Result<unsigned> read_setting(const char* path) {
    std::ifstream file(path);
    unsigned value = 0;
    if (!(file >> value)) {
        return Error{"cannot be read", path};
    }
    return value;
}

Result<node::HostState> read_host_state() {
    Result<Nl<nl_sock>> opened = open_route_socket();
    if (!opened) {
        return opened.error();
    }
    nl_sock* socket = opened->get();
    node::HostState state;
    Names names;
    nl_cache* raw = nullptr;

    if (const int code = rtnl_link_alloc_cache(socket, AF_UNSPEC, &raw); code < 0) {
        return route_error("reading the devices", code);
    }
    const Nl<nl_cache> links(raw);
    for_each<rtnl_link>(links.get(), [&](rtnl_link* link) {
        state.links.push_back(read_link(link));
        names[rtnl_link_get_ifindex(link)] = state.links.back().name;
    });

    if (const int code = rtnl_addr_alloc_cache(socket, &raw); code < 0) {
        return route_error("reading the addresses", code);
    }
    const Nl<nl_cache> addresses(raw);
    for_each<rtnl_addr>(addresses.get(), [&](rtnl_addr* address) {
        if (auto read = read_address(address, names)) {
            state.addresses.push_back(std::move(*read));
        }
    });

    if (const int code = rtnl_route_alloc_cache(socket, AF_UNSPEC, 0, &raw); code < 0) {
        return route_error("reading the routes", code);
    }
    const Nl<nl_cache> routes(raw);
    for_each<rtnl_route>(routes.get(), [&](rtnl_route* route) {
        if (auto read = read_route(route, names)) {
            state.routes.push_back(std::move(*read));
        }
    });

    for (const auto& [path, setting] : {std::pair(kArpIgnore, &state.arp.ignore),
                                        {kArpAnnounce, &state.arp.announce},
                                        {"/proc/sys/net/ipv4/conf/all/rp_filter", &state.rp_filter}}) {
        const Result<unsigned> value = read_setting(path);
        if (!value) {
            return value.error();
        }
        *setting = *value;
    }
    return state;
}

}  // namespace sara::io
