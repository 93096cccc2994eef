// SPDX-License-Identifier: GPL-2.0
#include "io/own_devices.hpp"

#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

namespace sara::io {

namespace {

/// What is in an address of a socket; nothing for none of IP.
std::optional<Address> address_of(const sockaddr* address) {
    if (address == nullptr) {
        return std::nullopt;
    }
    if (address->sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, address, sizeof(in));
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &in.sin_addr, octets.size());
        return Address::v4(octets);
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, address, sizeof(in));
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), &in.sin6_addr, octets.size());
        return Address::v6(octets);
    }
    return std::nullopt;
}

unsigned prefix_of(const sockaddr* mask) {
    unsigned prefix = 0;
    if (const auto bits = address_of(mask)) {
        for (const std::uint8_t octet : bits->bytes()) {
            prefix += static_cast<unsigned>(std::popcount(octet));
        }
    }
    return prefix;
}

}  // namespace

Result<std::map<std::uint32_t, OwnDevice>> read_own_devices() {
    ifaddrs* raw = nullptr;
    if (::getifaddrs(&raw) != 0) {
        return Error{std::string("reading the devices failed: ") + std::strerror(errno), {}};
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(raw, &::freeifaddrs);
    std::map<std::uint32_t, OwnDevice> devices;
    std::map<std::string, std::uint32_t> names;
    for (const ifaddrs* item = list.get(); item != nullptr; item = item->ifa_next) {
        if (item->ifa_addr == nullptr || item->ifa_addr->sa_family != AF_PACKET) {
            continue;
        }
        sockaddr_ll link{};
        std::memcpy(&link, item->ifa_addr, sizeof(link));
        if (link.sll_hatype == ARPHRD_ETHER && link.sll_halen == Mac().size()) {
            const auto index = static_cast<std::uint32_t>(link.sll_ifindex);
            names.emplace(item->ifa_name, index);
            std::memcpy(devices[index].mac.data(), &link.sll_addr, Mac().size());
        }
    }
    for (const ifaddrs* item = list.get(); item != nullptr; item = item->ifa_next) {
        const auto address = address_of(item->ifa_addr);
        // A label may stand for the device's name: eth0:1 is an address of eth0.
        const std::string label = item->ifa_name;
        const std::string name = label.substr(0, label.find(':'));
        if (const auto index = names.find(name); address && index != names.end()) {
            devices[index->second].addresses.push_back({*address, prefix_of(item->ifa_netmask), name});
        }
    }
    return devices;
}

}  // namespace sara::io
