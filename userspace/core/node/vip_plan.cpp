// SPDX-License-Identifier: GPL-2.0
#include "core/node/vip_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/visit.hpp"

namespace sara::node {

namespace {

constexpr std::string_view kNoteIgnore = "sara: before this, net.ipv4.conf.all.arp_ignore=";
constexpr std::string_view kNoteAnnounce = " arp_announce=";
constexpr unsigned kAnnounceOwn = 2;

unsigned full_length(const Address& address) {
    return address.family() == Family::ipv4 ? 32 : 128;
}

std::string text_of(const Address& to, unsigned prefix) {
    return to.text() + "/" + std::to_string(prefix);
}

std::string text_of(const NextHop& hop, bool in_list) {
    std::string text;
    if (hop.gateway) {
        // A gateway of the other family, RFC 5549.
        text += " via " + hop.gateway->text();
    }
    text += " dev " + hop.device;
    if (in_list) {
        text += " weight " + std::to_string(hop.weight + 1);
    }
    return text + (hop.onlink ? " onlink" : "");
}

std::string text_of(const ArpSettings& settings) {
    return "net.ipv4.conf.all.arp_ignore=" + std::to_string(settings.ignore) +
           " net.ipv4.conf.all.arp_announce=" + std::to_string(settings.announce);
}

bool take_number(std::string_view& text, unsigned& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc();
}

std::optional<ArpSettings> parse_note(std::string_view note) {
    ArpSettings settings;
    if (!note.starts_with(kNoteIgnore)) {
        return std::nullopt;
    }
    note.remove_prefix(kNoteIgnore.size());
    if (!take_number(note, settings.ignore) || !note.starts_with(kNoteAnnounce)) {
        return std::nullopt;
    }
    note.remove_prefix(kNoteAnnounce.size());
    return take_number(note, settings.announce) && note.empty() ? std::optional(settings) : std::nullopt;
}

/// The value of arp_ignore that is to be there instead of `present`. 2 and 8 keep silent, too; 3 only about addresses
/// of scope host, and a VIP that the administrator put on lo has another; others mean what 0 means.
unsigned silent_ignore(unsigned present) {
    return present == 1 || present == 2 || present == 8 ? present : 1;
}

ArpSettings silent(const ArpSettings& present) {
    return {silent_ignore(present.ignore), kAnnounceOwn};
}

bool is_ours(const Route& route) {
    return route.protocol == kVipProtocol;
}

/// The default route of lowest metric, by `device` if it is named.
const Route* find_default(const HostState& state, Family family, std::string_view device) {
    const Route* best = nullptr;
    for (const Route& route : state.routes) {
        if (route.to.family() == family && route.prefix == 0 && !is_ours(route) && !route.hops.empty() &&
            (device.empty() || leaves_by(route, device)) && (best == nullptr || route.metric < best->metric)) {
            best = &route;
        }
    }
    return best;
}

/// 0.0.0.0/1 and 128.0.0.0/1, ::/1 and 8000::/1
std::array<Address, 2> halves(Family family) {
    if (family == Family::ipv4) {
        return {Address(), Address::v4({0x80, 0, 0, 0})};
    }
    return {Address::v6({}), Address::v6({0x80})};
}

bool same_way(const Route& one, const Route& other) {
    return one.to == other.to && one.prefix == other.prefix && one.hops == other.hops && one.source == other.source;
}

/// Puts one plan together.
class Planner {
public:
    Planner(const VipConfig& config, const HostState& state, const ArpSettings& before)
        : config_(config), state_(state), before_(before) {}

    VipPlan plan() {
        // The ARP settings are remembered before they are changed, and silent before there is anything to be silent
        // about.
        device();
        arp();
        if (raise_) {
            plan_.steps.emplace_back(RaiseDevice{});
        }
        addresses();
        if (config_.source) {
            overlay(Family::ipv4);
            overlay(Family::ipv6);
        }
        routes();
        return_path();
        return std::move(plan_);
    }

private:
    void object(VipPart part, Obstacle::Weight weight, std::string text, std::string mend = {}) {
        plan_.obstacles.push_back({part, weight, std::move(text), std::move(mend)});
    }

    void device() {
        const Link* link = find_link(state_, kVipDevice);
        if (link == nullptr) {
            plan_.steps.emplace_back(MakeDevice{});
        } else if (link->kind != "dummy") {
            object(VipPart::device, Obstacle::Weight::fatal,
                   std::string(kVipDevice) + " is there and is no dummy device; remove or rename it: ip link set " +
                       std::string(kVipDevice) + " name NAME");
        }
        if (link == nullptr || parse_note(link->note) != before_) {
            plan_.steps.emplace_back(Remember{before_});
        }
        raise_ = link == nullptr || !link->up;
    }

    void arp() {
        if (has(Family::ipv4) && state_.arp != silent(state_.arp)) {
            plan_.steps.emplace_back(SetArp{silent(state_.arp)});
        }
    }

    void addresses() {
        for (const OwnAddress& own : state_.addresses) {
            const bool wanted = std::find(config_.vips.begin(), config_.vips.end(), own.address) != config_.vips.end();
            if (own.device == kVipDevice && !(wanted && own.prefix == full_length(own.address))) {
                plan_.steps.emplace_back(RemoveAddress{own});
            } else if (own.device != kVipDevice && wanted) {
                elsewhere(own);
            }
        }
        for (const Address& vip : config_.vips) {
            const bool is_there =
                std::any_of(state_.addresses.begin(), state_.addresses.end(), [&](const OwnAddress& own) {
                    return own.address == vip && (own.device != kVipDevice || own.prefix == full_length(vip));
                });
            if (!is_there) {
                plan_.steps.emplace_back(AddAddress{vip});
            }
        }
    }

    /// The administrator has put a VIP on a device of his own.
    void elsewhere(const OwnAddress& own) {
        const Link* link = find_link(state_, own.device);
        if (link != nullptr && link->silent) {
            object(VipPart::address, Obstacle::Weight::note,
                   own.address.text() + " is on " + own.device + " already, and is left there");
        } else {
            object(VipPart::address, Obstacle::Weight::fatal,
                   own.address.text() + " is on " + own.device +
                       ", where this node answers for it in the dispatcher's place",
                   "ip address del " + text_of(own.address, own.prefix) + " dev " + own.device);
        }
    }

    [[nodiscard]] bool has(Family family) const { return first(family) != nullptr; }
    [[nodiscard]] const Address* first(Family family) const {
        const auto found = std::find_if(config_.vips.begin(), config_.vips.end(),
                                        [&](const Address& vip) { return vip.family() == family; });
        return found == config_.vips.end() ? nullptr : &*found;
    }

    void overlay(Family family) {
        const Address* source = first(family);
        if (source == nullptr) {
            return;
        }
        const Route* model = find_default(state_, family, config_.device);
        if (model == nullptr) {
            const std::string by = config_.device.empty() ? "" : " by " + config_.device;
            object(VipPart::route, Obstacle::Weight::warning,
                   std::string("there is no default route of ") + (family == Family::ipv4 ? "IPv4" : "IPv6") + by +
                       ": nothing tells new sockets to send from " + source->text() +
                       "; add one through the gateway (ip route add default via GATEWAY), or say \"source\": false");
            return;
        }
        if (model->source == *source) {
            return;
        }
        for (const Address& half : halves(family)) {
            const auto foreign = std::find_if(state_.routes.begin(), state_.routes.end(), [&](const Route& route) {
                return route.to == half && route.prefix == 1 && !is_ours(route);
            });
            if (foreign == state_.routes.end()) {
                wanted_.push_back({half, 1, model->hops, *source, 0, kVipProtocol});
            } else {
                object(VipPart::route, Obstacle::Weight::warning,
                       "the route " + route_text(*foreign) + " is not ours and stays: what it takes is not sent from " +
                           source->text() + "; remove it, or say \"source\": false");
            }
        }
        // An answer to the VIP would go to the dispatcher: its own link must come from an address that is ours alone.
        for (const Address& direct : config_.direct) {
            const bool has_way = std::any_of(state_.routes.begin(), state_.routes.end(), [&](const Route& route) {
                return route.prefix > 1 && !is_ours(route) && contains(route.to, route.prefix, direct);
            });
            const bool planned =
                std::any_of(wanted_.begin(), wanted_.end(), [&](const Route& route) { return route.to == direct; });
            if (direct.family() == family && !has_way && !planned) {
                wanted_.push_back({direct, full_length(direct), model->hops, std::nullopt, 0, kVipProtocol});
            }
        }
    }

    void routes() {
        for (const Route& route : state_.routes) {
            const bool stays = std::any_of(wanted_.begin(), wanted_.end(),
                                           [&](const Route& wanted) { return same_way(wanted, route); });
            if (is_ours(route) && !stays) {
                plan_.steps.emplace_back(RemoveRoute{route});
            }
        }
        for (Route& wanted : wanted_) {
            const bool is_there = std::any_of(state_.routes.begin(), state_.routes.end(), [&](const Route& route) {
                return is_ours(route) && same_way(route, wanted);
            });
            if (!is_there) {
                plan_.steps.emplace_back(AddRoute{std::move(wanted)});
            }
        }
    }

    /// Strict filtering (RFC 3704 section 2.2) drops what comes in where the way back does not lead out.
    void return_path() {
        const Link* in = uplink();
        const Route* back = find_default(state_, Family::ipv4, config_.source ? config_.device : "");
        if (in == nullptr || back == nullptr || leaves_by(*back, in->name) || !has(Family::ipv4) ||
            std::max(in->rp_filter, state_.rp_filter) != 1) {
            return;
        }
        object(VipPart::return_path, Obstacle::Weight::warning,
               "the kernel drops clients' packets that come in by " + in->name +
                   ", because the way back leads out by " + back->hops.front().device + " and rp_filter is strict",
               "sysctl -w net.ipv4.conf." + in->name + ".rp_filter=2");
    }

    /// By which clients' packets come in: the device that is named, else the one that leads to a dispatcher.
    [[nodiscard]] const Link* uplink() const {
        if (!config_.device.empty()) {
            return find_link(state_, config_.device);
        }
        for (const Address& direct : config_.direct) {
            if (const Route* way = way_to(state_, direct)) {
                return find_link(state_, way->hops.front().device);
            }
        }
        return nullptr;
    }

    const VipConfig& config_;
    const HostState& state_;
    const ArpSettings& before_;
    VipPlan plan_;
    std::vector<Route> wanted_;
    bool raise_ = false;
};

/// What is so if nothing is wrong with the part.
std::string praise(VipPart part, const VipConfig& config) {
    std::string vips;
    for (const Address& vip : config.vips) {
        vips += (vips.empty() ? "" : ", ") + vip.text();
    }
    switch (part) {
    case VipPart::device:
        return std::string(kVipDevice) + " is there, and up";
    case VipPart::address:
        return "packets to " + vips + " are taken";
    case VipPart::arp:
        return "nobody is told that they are here";
    case VipPart::route:
        return config.source ? "new sockets send from the first of each family" : "routes are the administrator's";
    case VipPart::return_path:
        return "no filter drops what comes from clients";
    }
    return {};
}

}  // namespace

std::string route_text(const Route& route) {
    std::string text = text_of(route.to, route.prefix);
    for (const NextHop& hop : route.hops) {
        text += (route.hops.size() > 1 ? " nexthop" : "") + text_of(hop, route.hops.size() > 1);
    }
    if (route.source) {
        text += " src " + route.source->text();
    }
    return text;
}

std::string lack(const Step& step) {
    const std::string device(kVipDevice);
    return std::visit(
        Overloaded{
            [&](const MakeDevice&) { return "the device " + device + " is missing"; },
            [&](const Remember&) { return device + " does not remember the ARP settings that were before"; },
            [&](const RaiseDevice&) { return device + " is down"; },
            [&](const RemoveDevice&) { return device + " is not wanted any more"; },
            [](const SetArp& arp) { return "the ARP settings are not " + text_of(arp.settings); },
            [&](const AddAddress& add) { return add.address.text() + " is not on " + device; },
            [](const RemoveAddress& remove) {
                return text_of(remove.address.address, remove.address.prefix) + " is on " + remove.address.device +
                       " and does not belong there";
            },
            [](const AddRoute& add) { return "the route " + route_text(add.route) + " is missing"; },
            [](const RemoveRoute& remove) {
                return "the route " + route_text(remove.route) + " leads a way that is over";
            },
        },
        step);
}

std::string command(const Step& step) {
    const std::string device(kVipDevice);
    return std::visit(
        Overloaded{
            [&](const MakeDevice&) { return "ip link add " + device + " type dummy"; },
            [&](const Remember& remember) {
                return "ip link set " + device + " alias '" + note_of(remember.before) + "'";
            },
            [&](const RaiseDevice&) { return "ip link set " + device + " up"; },
            [&](const RemoveDevice&) { return "ip link del " + device; },
            [](const SetArp& arp) { return "sysctl -w " + text_of(arp.settings); },
            [&](const AddAddress& add) {
                const bool v4 = add.address.family() == Family::ipv4;
                return "ip address add " + text_of(add.address, full_length(add.address)) + " dev " + device +
                       (v4 ? " scope host" : " nodad noprefixroute preferred_lft 0");
            },
            [](const RemoveAddress& remove) {
                return "ip address del " + text_of(remove.address.address, remove.address.prefix) + " dev " +
                       remove.address.device;
            },
            [](const AddRoute& add) {
                return "ip route add " + route_text(add.route) + " proto " + std::to_string(add.route.protocol);
            },
            [](const RemoveRoute& remove) {
                return "ip route del " + route_text(remove.route) + " proto " + std::to_string(remove.route.protocol);
            },
        },
        step);
}

std::string_view to_string(VipPart part) noexcept {
    switch (part) {
    case VipPart::device:
        return "device";
    case VipPart::address:
        return "address";
    case VipPart::arp:
        return "arp";
    case VipPart::route:
        return "route";
    case VipPart::return_path:
        return "return path";
    }
    return {};
}

VipPart part_of(const Step& step) {
    return std::visit(Overloaded{
                          [](const MakeDevice&) { return VipPart::device; },
                          [](const Remember&) { return VipPart::device; },
                          [](const RaiseDevice&) { return VipPart::device; },
                          [](const RemoveDevice&) { return VipPart::device; },
                          [](const SetArp&) { return VipPart::arp; },
                          [](const AddAddress&) { return VipPart::address; },
                          [](const RemoveAddress&) { return VipPart::address; },
                          [](const AddRoute&) { return VipPart::route; },
                          [](const RemoveRoute&) { return VipPart::route; },
                      },
                      step);
}

std::string with_mend(const std::string& text, const std::string& mend) {
    return mend.empty() ? text : text + "; mend it: " + mend;
}

bool VipPlan::is_fatal() const noexcept {
    return std::any_of(obstacles.begin(), obstacles.end(),
                       [](const Obstacle& obstacle) { return obstacle.weight == Obstacle::Weight::fatal; });
}

std::string note_of(const ArpSettings& before) {
    return std::string(kNoteIgnore) + std::to_string(before.ignore) + std::string(kNoteAnnounce) +
           std::to_string(before.announce);
}

ArpSettings settings_before(const HostState& state) {
    const Link* link = find_link(state, kVipDevice);
    return (link == nullptr ? std::nullopt : parse_note(link->note)).value_or(state.arp);
}

VipPlan plan_vips(const VipConfig& config, const HostState& state, const ArpSettings& before) {
    return Planner(config, state, before).plan();
}

std::vector<Step> plan_undo(const HostState& state, const ArpSettings& before) {
    std::vector<Step> steps;
    for (const Route& route : state.routes) {
        if (is_ours(route)) {
            steps.emplace_back(RemoveRoute{route});
        }
    }
    const Link* link = find_link(state, kVipDevice);
    const bool ours = link != nullptr && link->kind == "dummy";
    // First nobody has the VIP, then the node may speak again; and the device remembers until that is done.
    for (const OwnAddress& own : state.addresses) {
        if (ours && own.device == kVipDevice) {
            steps.emplace_back(RemoveAddress{own});
        }
    }
    ArpSettings settings = state.arp;
    const ArpSettings set = silent(before);
    settings.ignore = settings.ignore == set.ignore ? before.ignore : settings.ignore;
    settings.announce = settings.announce == set.announce ? before.announce : settings.announce;
    if (settings != state.arp) {
        steps.emplace_back(SetArp{settings});
    }
    if (ours) {
        steps.emplace_back(RemoveDevice{});
    }
    return steps;
}

std::vector<Finding> examine_vips(const VipConfig& config, const HostState& state) {
    const VipPlan plan = plan_vips(config, state, settings_before(state));
    std::vector<Finding> findings;
    // In the order in which people may mend them: silent before there is anything to be silent about.
    for (const VipPart part : {VipPart::device, VipPart::arp, VipPart::address, VipPart::route, VipPart::return_path}) {
        bool whole = true;
        for (const Obstacle& obstacle : plan.obstacles) {
            if (obstacle.part == part) {
                const bool ok = obstacle.weight == Obstacle::Weight::note;
                findings.push_back({ok, part, obstacle.text, obstacle.mend});
                whole = whole && ok;
            }
        }
        for (const Step& step : plan.steps) {
            if (part_of(step) == part) {
                findings.push_back({false, part, lack(step), command(step)});
                whole = false;
            }
        }
        if (whole) {
            findings.push_back({true, part, praise(part, config)});
        }
    }
    return findings;
}

}  // namespace sara::node
