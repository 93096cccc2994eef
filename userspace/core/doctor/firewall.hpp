// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"

namespace sara::doctor {

/// A rule that drops or rejects what conntrack calls INVALID, where forwarded packets may pass. A gateway forwards
/// replies whose requests took another way: all of them are.
struct Filter {
    enum class Tool : std::uint8_t { nft, iptables, ip6tables };

    Tool tool{};
    std::string family{};  ///< nft's: "ip", "ip6", "inet"; empty with iptables
    std::string table;
    std::string chain;
    std::string rule;              ///< as its tool prints it
    std::set<Address> excepted{};  ///< sources that the chain accepts before

    friend bool operator==(const Filter&, const Filter&) = default;
};

/// From what `nft list ruleset` prints.
[[nodiscard]] std::vector<Filter> read_nft(std::string_view text);

/// From what iptables-save and ip6tables-save print; those of nft's backend tell rules that nft itself cannot show.
[[nodiscard]] std::vector<Filter> read_iptables(std::string_view text, Filter::Tool tool);

/// Does it drop a reply from `vip`?
[[nodiscard]] bool drops_replies_of(const Filter& filter, const Address& vip);

/// Has replies from `vip` pass before the rule.
[[nodiscard]] std::string exception_for(const Filter& filter, const Address& vip);

}  // namespace sara::doctor
