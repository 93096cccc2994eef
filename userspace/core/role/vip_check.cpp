// SPDX-License-Identifier: GPL-2.0
#include "core/role/vip_check.hpp"

#include <algorithm>
#include <set>

#include "core/proto/echo.hpp"

namespace sara::role {

namespace {

/// fe80::/10 (RFC 4291 section 2.5.6), 169.254.0.0/16 (RFC 3927)
bool is_link_local(const Address& address) noexcept {
    const Bytes bytes = address.bytes();
    return address.family() == Family::ipv6 ? bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80
                                            : bytes[0] == 169 && bytes[1] == 254;
}

/// Does it go on being the same way?
bool same_way(const VipTarget& a, const VipTarget& b) noexcept {
    return a.node_mac == b.node_mac && a.device == b.device;
}

bool answers(const VipTarget& target, std::uint32_t device, const proto::Echo& echo) noexcept {
    return echo.from == target.vip && echo.to == target.source && echo.from_mac == target.node_mac &&
           echo.to_mac == target.device_mac && device == target.device;
}

}  // namespace

std::string_view to_string(VipPath path) noexcept {
    switch (path) {
    case VipPath::unknown:
        return "unknown";
    case VipPath::whole:
        return "whole";
    case VipPath::broken:
        return "broken";
    }
    return "?";
}

VipCheck::VipCheck(const VipCheckConfig& config, Draw draw)
    : config_(config), draw_(std::move(draw)), identifier_(static_cast<std::uint16_t>(draw_())) {}

void VipCheck::miss(Path& path, VipCheckOutput& out) const {
    path.missed = std::min(path.missed + 1, config_.misses);
    if (path.missed < config_.misses || path.state == VipPath::broken) {
        return;
    }
    path.state = VipPath::broken;
    out.log.push_back({LogLevel::warning,
                       "node " + path.target.name + " does not answer through " + path.target.vip.text() +
                           ", and other nodes do: it gets no new sessions until it does; sara-agent --check-vip at the "
                           "node says what is amiss, and it must not filter ICMP Echo",
                       path.target.name});
}

void VipCheck::end_round(VipCheckOutput& out) {
    std::map<Address, bool> answered;  // of those that were asked for
    for (const auto& [key, path] : paths_) {
        if (path.asked) {
            bool& any = answered[path.target.vip];
            any = any || path.answered;
        }
    }
    for (const auto& [address, any] : answered) {
        Vip& vip = vips_[address];
        vip.silent = any ? 0 : std::min(vip.silent + 1, config_.misses);
        if (any && std::exchange(vip.ignored, false)) {
            out.log.push_back(
                {LogLevel::info, "nodes answer through " + address.text() + ": their VIP paths are known"});
        } else if (vip.silent == config_.misses && !std::exchange(vip.ignored, true)) {
            out.log.push_back(
                {LogLevel::warning,
                 "no node answers through " + address.text() +
                     ": whether their VIP paths are whole is unknown, and nodes are used as if they were; let "
                     "ICMP Echo pass between the dispatcher and the nodes, or say \"vip_check\": false"});
        }
    }
    for (auto& [key, path] : paths_) {
        if (!std::exchange(path.asked, false)) {
            continue;
        }
        if (vips_[path.target.vip].ignored) {
            path.state = VipPath::unknown;
            path.missed = 0;
        } else if (!path.answered && answered[path.target.vip]) {
            miss(path, out);
        }
    }
    waiting_.clear();
}

void VipCheck::keep(std::span<const VipTarget> targets) {
    std::set<Key> present;
    std::set<Address> addresses;
    for (const VipTarget& target : targets) {
        present.emplace(target.node, target.vip);
        addresses.insert(target.vip);
    }
    std::erase_if(paths_, [&](const auto& path) { return !present.contains(path.first); });
    std::erase_if(vips_, [&](const auto& vip) { return !addresses.contains(vip.first); });
}

VipCheckOutput VipCheck::expire(std::span<const VipTarget> targets, Time now) {
    VipCheckOutput out;
    end_round(out);
    keep(targets);
    ++sequence_;
    for (const VipTarget& target : targets) {
        auto [found, is_new] = paths_.try_emplace({target.node, target.vip});
        Path& path = found->second;
        if (is_new && target.was_broken) {
            path.state = VipPath::broken;
            path.missed = config_.misses;
        } else if (!is_new && !same_way(path.target, target)) {
            path = {};
        }
        path.target = target;
        path.answered = false;
        const std::uint64_t token = draw_();
        std::optional<Buffer> frame = proto::echo_request({.from_mac = target.device_mac,
                                                           .to_mac = target.node_mac,
                                                           .from = target.source,
                                                           .to = target.vip,
                                                           .identifier = identifier_,
                                                           .sequence = sequence_,
                                                           .token = token});
        if (frame) {
            path.asked = true;
            waiting_.insert_or_assign(token, found->first);
            ++counters_.asked;
            out.requests.push_back({target.device, std::move(*frame)});
        }
    }
    due_ = now + config_.period;
    return out;
}

VipCheckOutput VipCheck::heard(std::uint32_t device, Bytes frame) {
    VipCheckOutput out;
    const std::optional<proto::Echo> echo = proto::read_echo_reply(frame);
    if (!echo || echo->identifier != identifier_) {
        return out;
    }
    const auto waiting = waiting_.find(echo->token);
    const auto found = waiting == waiting_.end() ? paths_.end() : paths_.find(waiting->second);
    if (found == paths_.end() || echo->sequence != sequence_ || !answers(found->second.target, device, *echo)) {
        ++counters_.strange;
        return out;
    }
    ++counters_.answered;
    waiting_.erase(waiting);
    Path& path = found->second;
    path.answered = true;
    path.missed = 0;
    const VipPath was = std::exchange(path.state, VipPath::whole);
    if (was != VipPath::whole) {
        out.answered = path.target.node;
    }
    if (was == VipPath::broken) {
        out.log.push_back({LogLevel::info,
                           "node " + path.target.name + " answers through " + path.target.vip.text() + " again",
                           path.target.name});
    }
    return out;
}

void VipCheck::forget() {
    paths_.clear();
    vips_.clear();
    waiting_.clear();
    due_ = Time::min();
}

VipPath VipCheck::path(policy::NodeId node) const noexcept {
    VipPath worst = VipPath::unknown;
    for (auto it = paths_.lower_bound({node, Address()}); it != paths_.end() && it->first.first == node; ++it) {
        worst = std::max(worst, it->second.state);
    }
    return worst;
}

std::vector<VipPathView> VipCheck::view(policy::NodeId node) const {
    std::vector<VipPathView> out;
    for (auto it = paths_.lower_bound({node, Address()}); it != paths_.end() && it->first.first == node; ++it) {
        out.push_back({it->first.second, it->second.state, it->second.missed});
    }
    return out;
}

std::optional<Address> vip_check_source(std::span<const node::OwnAddress> own, std::span<const Address> vips,
                                        Family family, const Address& node_address) {
    const node::OwnAddress* best = nullptr;
    const auto rank = [&](const node::OwnAddress& net) {
        return node::contains(net.address, net.prefix, node_address) ? 2 : is_link_local(net.address) ? 0 : 1;
    };
    for (const node::OwnAddress& net : own) {
        const bool usable =
            net.address.family() == family && std::find(vips.begin(), vips.end(), net.address) == vips.end();
        if (usable && (best == nullptr || rank(net) > rank(*best))) {
            best = &net;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(best->address);
}

}  // namespace sara::role
