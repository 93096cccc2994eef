// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/result.hpp"

namespace sara::io {

/// Who has this address, in the layer-2 network of this device?
struct NeighbourQuestion {
    std::uint32_t device = 0;  ///< index of an Ethernet device that is up
    Address address;

    friend bool operator==(const NeighbourQuestion&, const NeighbourQuestion&) = default;
};

/// Asks all at once, by broadcast ARP requests (RFC 826) and Neighbor Solicitations (RFC 4861 section 4.3), so that no
/// neighbour table is asked or changed here. Waits for `patience` at most; 100 ms after all have one answer, for second
/// ones. In the order of the questions: the MAC addresses that answered; of several each. A question that cannot be
/// sent is not answered. Needs CAP_NET_RAW.
[[nodiscard]] Result<std::vector<std::set<Mac>>> ask_neighbours(std::span<const NeighbourQuestion> questions,
                                                                std::chrono::milliseconds patience);

}  // namespace sara::io
