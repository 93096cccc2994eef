// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"

/// What a machine's network looks like, as far as virtual addresses go: read by io, judged by VipPlan.
namespace sara::node {

/// A network device.
struct Link {
    std::string name;
    std::string kind{};      ///< "dummy", "veth"; empty: hardware, or lo
    std::string note{};      ///< its ifalias
    bool up = false;         ///< as the administrator wants it
    bool silent = false;     ///< a loopback, or without ARP and ND
    unsigned rp_filter = 0;  ///< its own; the kernel takes the larger of this and that of "all"

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

/// net.ipv4.conf.all.arp_ignore and arp_announce.
struct ArpSettings {
    unsigned ignore = 0;
    unsigned announce = 0;

    friend bool operator==(const ArpSettings&, const ArpSettings&) = default;
};

struct HostState {
    std::vector<Link> links;
    std::vector<OwnAddress> addresses;
    std::vector<Route> routes;
    ArpSettings arp;
    unsigned rp_filter = 0;  ///< net.ipv4.conf.all.rp_filter
};

}  // namespace sara::node
