// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/node/host_state.hpp"

/// How a node is prepared for direct server return: it takes packets to the virtual addresses (VIPs), never says that
/// they are its own, and sends from them.
///
///   device     sara-vip, a dummy: it has no wire to answer on. Its alias remembers what the ARP settings were
///   address    each VIP on it as /32 with scope host, or /128 and deprecated (RFC 6724 section 5, rule 3), so that the
///              kernel never chooses it as a source by itself
///   arp        net.ipv4.conf.all.arp_ignore=1: no answer for an address of another device.
///              arp_announce=2: a reply from the VIP does not ask for the gateway in its name,
///              which would tell neighbours the wrong MAC. "all", because whichever device shares
///              a wire with the dispatcher may be asked, also one that comes later. ND needs
///              nothing: Linux answers only for addresses of the device that it was asked by
///   route      what new sockets send through the default route has the VIP as its source. Two routes to the halves of
///              the address space lie over the default route: that one is not touched, and undoing is deleting
///
/// All routes carry a protocol number of our own. So whoever starts after a crash finds what was done, and what to
/// undo.
namespace sara::node {

inline constexpr std::string_view kVipDevice = "sara-vip";
/// Of our routes: 's'. Nobody else's in linux/rtnetlink.h or iproute2's rt_protos.
inline constexpr std::uint8_t kVipProtocol = 115;

struct VipConfig {
    std::vector<Address> vips;
    std::string device{};  ///< whose default route is overlaid; empty: the best one
    bool source = true;    ///< whether routes are overlaid at all
    std::vector<Address>
        direct{};  ///< reached from the node's own address: the dispatchers, if they are behind a router

    friend bool operator==(const VipConfig&, const VipConfig&) = default;
};

struct MakeDevice {
    friend bool operator==(const MakeDevice&, const MakeDevice&) = default;
};
/// Writes the device's alias.
struct Remember {
    ArpSettings before;
    friend bool operator==(const Remember&, const Remember&) = default;
};
struct RaiseDevice {
    friend bool operator==(const RaiseDevice&, const RaiseDevice&) = default;
};
struct RemoveDevice {
    friend bool operator==(const RemoveDevice&, const RemoveDevice&) = default;
};
struct SetArp {
    ArpSettings settings;
    friend bool operator==(const SetArp&, const SetArp&) = default;
};
struct AddAddress {
    Address address;
    friend bool operator==(const AddAddress&, const AddAddress&) = default;
};
struct RemoveAddress {
    OwnAddress address;
    friend bool operator==(const RemoveAddress&, const RemoveAddress&) = default;
};
struct AddRoute {
    Route route;
    friend bool operator==(const AddRoute&, const AddRoute&) = default;
};
struct RemoveRoute {
    Route route;
    friend bool operator==(const RemoveRoute&, const RemoveRoute&) = default;
};

/// One thing to do, small enough to be done or not.
using Step = std::variant<MakeDevice, Remember, RaiseDevice, RemoveDevice, SetArp, AddAddress, RemoveAddress, AddRoute,
                          RemoveRoute>;

/// As ip-route(8) takes it: "128.0.0.0/1 via 198.18.0.1 dev eth0 src 198.18.0.100".
[[nodiscard]] std::string route_text(const Route& route);

/// What is not as it should be: "the device sara-vip is missing".
[[nodiscard]] std::string lack(const Step& step);
/// How people do the step: "ip link add sara-vip type dummy".
[[nodiscard]] std::string command(const Step& step);

enum class VipPart : std::uint8_t { device, address, arp, route, return_path };
[[nodiscard]] std::string_view to_string(VipPart part) noexcept;
[[nodiscard]] VipPart part_of(const Step& step);

/// What no step of ours can or may change.
struct Obstacle {
    enum class Weight : std::uint8_t {
        note,     ///< works, but not by our doing
        warning,  ///< something does not work
        fatal,    ///< going on would do harm
    };

    VipPart part{};
    Weight weight{};
    std::string text;
    std::string mend{};  ///< a command of the administrator's; empty: it takes more than one, and the text says what

    friend bool operator==(const Obstacle&, const Obstacle&) = default;
};

struct VipPlan {
    std::vector<Step> steps;  ///< in their order
    std::vector<Obstacle> obstacles;

    [[nodiscard]] bool is_fatal() const noexcept;
};

/// The alias that remembers them.
[[nodiscard]] std::string note_of(const ArpSettings& before);

/// What the ARP settings were before the first start: as the device remembers, else as they are.
[[nodiscard]] ArpSettings settings_before(const HostState& state);

/// From what there is to what there should be; no steps: all is as it should be. `before` is remembered on the device.
[[nodiscard]] VipPlan plan_vips(const VipConfig& config, const HostState& state, const ArpSettings& before);

/// From what there is to what there was. Settings that somebody changed meanwhile stay as they are.
[[nodiscard]] std::vector<Step> plan_undo(const HostState& state, const ArpSettings& before);

/// "what is wrong; mend it: command"
[[nodiscard]] std::string with_mend(const std::string& text, const std::string& mend);

/// One part, or one thing that is wrong with it and what to do.
struct Finding {
    bool ok = false;
    VipPart part{};
    std::string text;
    std::string mend{};  ///< what a running agent does by itself, and else the administrator; maybe empty

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// Each part at least once.
[[nodiscard]] std::vector<Finding> examine_vips(const VipConfig& config, const HostState& state);

}  // namespace sara::node
