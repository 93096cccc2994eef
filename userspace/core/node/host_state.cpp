// SPDX-License-Identifier: GPL-2.0
#include "core/node/host_state.hpp"

#include <algorithm>
#include <utility>

namespace sara::node {

const Link* find_link(const HostState& state, std::string_view name) {
    const auto found =
        std::find_if(state.links.begin(), state.links.end(), [&](const Link& link) { return link.name == name; });
    return found == state.links.end() ? nullptr : &*found;
}

bool contains(const Address& net, unsigned prefix, const Address& address) {
    if (net.family() != address.family()) {
        return false;
    }
    const auto a = net.bytes();
    const auto b = address.bytes();
    for (std::size_t bit = 0; bit < prefix && bit < 8 * a.size(); bit += 8) {
        const auto left = static_cast<unsigned>(std::min<std::size_t>(8, prefix - bit));
        const auto mask = static_cast<std::uint8_t>(0xffU << (8 - left));
        if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

const Route* way_to(const HostState& state, const Address& address) {
    const bool own = std::any_of(state.addresses.begin(), state.addresses.end(),
                                 [&](const OwnAddress& mine) { return mine.address == address; });
    const Route* best = nullptr;
    for (const Route& route : state.routes) {
        const bool leads = !own && !route.hops.empty() && contains(route.to, route.prefix, address);
        if (leads && (best == nullptr || route.prefix > best->prefix ||
                      (route.prefix == best->prefix && route.metric < best->metric))) {
            best = &route;
        }
    }
    return best;
}

bool leaves_by(const Route& route, std::string_view device) {
    return std::any_of(route.hops.begin(), route.hops.end(), [&](const NextHop& hop) { return hop.device == device; });
}

}  // namespace sara::node
