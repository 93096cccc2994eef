// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <string>

#include "core/doctor/examine.hpp"

namespace sara::doctor {

/// What a gateway forwards, and what a node has clients send by its offer of TCP (MSS, RFC 9293 section 3.7.1), is as
/// long as the own device allows, and comes to a dispatcher first.
void examine_way_to_dispatchers(const Facts& facts, Report& report) {
    const std::vector<Address>& dispatchers = facts.vips.direct;
    bool seen = false;
    for (const PathFacts& path : facts.paths) {
        const node::Link* out = node::find_link(facts.host, path.device);
        const bool of_dispatcher = std::find(dispatchers.begin(), dispatchers.end(), path.address) != dispatchers.end();
        seen = seen || of_dispatcher;
        if (of_dispatcher && !path.whole && out != nullptr) {
            report.warning("mtu", "packets of " + std::to_string(out->mtu) + " bytes, as " + out->name +
                                      " sends them, do not come to dispatcher " + path.address.text() +
                                      ", and shorter ones do: it, or a switch between, has a smaller MTU than this "
                                      "machine, and clients' packets may be lost there; give all the same (ip link "
                                      "set " +
                                      out->name + " mtu BYTES)");
        }
    }
    if (seen) {
        report.conclude("mtu", "whole packets come to the dispatchers");
    }
}

}  // namespace sara::doctor
