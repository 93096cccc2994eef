// SPDX-License-Identifier: GPL-2.0
#include "agent/config_vip.hpp"

#include <set>

namespace sara::agent {

namespace {

using Presence = JsonObject::Presence;

constexpr std::size_t kMaxVips = 64;
constexpr std::size_t kMaxDeviceName = 15;

/// An address that clients can send to, and a node can send from.
std::optional<Address> parse_vip(std::string_view text) {
    const std::optional<Address> address = Address::parse(text);
    if (!address || address->is_unspecified() || address->is_multicast()) {
        return std::nullopt;
    }
    const auto bytes = address->bytes();
    const bool loopback = address->family() == Family::ipv4 ? bytes[0] == 127 : address == Address::parse("::1");
    const bool link_local = address->family() == Family::ipv6 && bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
    return loopback || link_local ? std::nullopt : address;
}

}  // namespace

node::VipConfig read_vips(JsonObject& node) {
    node::VipConfig config;
    config.vips = node.parsed_list<Address>(
        "vips", parse_vip, "an IPv4 or IPv6 address (neither wildcard, multicast, loopback nor link-local)",
        Presence::optional);
    const auto device = node.text("device", kMaxDeviceName, Presence::optional);
    const auto source = node.boolean("source");
    if (std::set<Address>(config.vips.begin(), config.vips.end()).size() != config.vips.size()) {
        node.refuse("vips", "names one address twice");
    }
    if (config.vips.size() > kMaxVips) {
        node.refuse("vips", "has more than " + std::to_string(kMaxVips) + " addresses");
    }
    for (const auto& [key, is_there] : {std::pair("device", device.has_value()), {"source", source.has_value()}}) {
        if (is_there && config.vips.empty()) {
            node.refuse(key, R"(needs "vips")");
        }
    }
    config.device = device.value_or("");
    config.source = source.value_or(true);
    return config;
}

}  // namespace sara::agent
