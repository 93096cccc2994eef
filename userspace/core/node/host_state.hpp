// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"

/// What a machine's network looks like, as far as virtual addresses go: read by io, judged by VipPlan.
namespace sara::node {

/// net.ipv4.conf.*.arp_ignore and arp_announce.
struct ArpSettings {
    unsigned ignore = 0;
    unsigned announce = 0;

    friend bool operator==(const ArpSettings&, const ArpSettings&) = default;
};

/// A network device. Of its settings under net.ipv4.conf the kernel takes the larger of its own and that of "all".
struct Link {
    std::string name;
    std::string kind{};   ///< "dummy", "veth"; empty: hardware, or lo
    std::string note{};   ///< its ifalias
    bool up = false;      ///< as the administrator wants it
    bool silent = false;  ///< a loopback, or without ARP and ND
    unsigned rp_filter = 0;
    ArpSettings arp{};
    std::uint32_t index = 0;
    unsigned mtu = 0;  ///< bytes

    friend bool operator==(const Link&, const Link&) = default;
};

/// An address of the machine's own.
struct OwnAddress {
    Address address;
    unsigned prefix = 0;  ///< length
    std::string device;

    friend bool operator==(const OwnAddress&, const OwnAddress&) = default;
};

struct NextHop {
    std::optional<Address> gateway{};
    std::string device;
    std::uint8_t weight = 0;  ///< as in rtnetlink: one less than people say
    bool onlink = false;      ///< the gateway need not be in a net of the device

    friend bool operator==(const NextHop&, const NextHop&) = default;
};

/// A unicast route of the main table.
struct Route {
    Address to;
    unsigned prefix = 0;  ///< length
    std::vector<NextHop> hops;
    std::optional<Address> source{};  ///< preferred
    std::uint32_t metric = 0;
    std::uint8_t protocol = 0;  ///< who made it, rtnetlink(7)

    friend bool operator==(const Route&, const Route&) = default;
};

struct HostState {
    std::vector<Link> links;
    std::vector<OwnAddress> addresses;
    std::vector<Route> routes;
    ArpSettings arp;         ///< of "all"
    unsigned rp_filter = 0;  ///< likewise
};

/// Nothing: there is no such device.
[[nodiscard]] const Link* find_link(const HostState& state, std::string_view name);

/// The first `prefix` bits of `net` and of `address` are the same.
[[nodiscard]] bool contains(const Address& net, unsigned prefix, const Address& address);

/// The route that packets to `address` take: the longest, of these that with the lowest metric. Nothing: none, or it is
/// an address of this machine. Rules of policy routing are not looked at.
[[nodiscard]] const Route* way_to(const HostState& state, const Address& address);

[[nodiscard]] bool leaves_by(const Route& route, std::string_view device);

}  // namespace sara::node
