// SPDX-License-Identifier: GPL-2.0
#include "agent/kernel_request.hpp"

#include <linux/sara.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace sara::agent {

namespace {

/// The kernel takes 32 bits, and 0 ms would take a lifetime back or mean "no ttl".
kern::Milliseconds milliseconds(Duration duration) {
    constexpr kern::Milliseconds kMax(std::numeric_limits<std::uint32_t>::max());
    return std::clamp(std::chrono::ceil<kern::Milliseconds>(duration), kern::Milliseconds(1), kMax);
}

/// At most SARA_LABEL_MAX bytes, not cut inside a UTF-8 character.
std::string label(const std::string& text) {
    if (text.size() <= SARA_LABEL_MAX) {
        return text;
    }
    std::size_t size = SARA_LABEL_MAX;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return text.substr(0, size);
}

struct Translate {
    kern::Request operator()(const inspect::Announce& announce) const {
        return kern::announce_new(kern::Announcement{
            .session = announce.session,
            .key = announce.key,
            .tag = announce.tag,
            .ttl = announce.ttl ? std::optional(milliseconds(*announce.ttl)) : std::nullopt,
        });
    }
    kern::Request operator()(const inspect::Withdraw& withdraw) const {
        return kern::announce_del(withdraw.key, withdraw.session);
    }
    kern::Request operator()(const inspect::SetLifetime& set) const {
        return kern::session_set(
            {.id = set.session, .label = {}, .lifetime = milliseconds(set.lifetime), .linger = {}});
    }
    kern::Request operator()(const inspect::Linger& set) const {
        return kern::session_set({.id = set.session, .label = {}, .lifetime = {}, .linger = milliseconds(set.linger)});
    }
    kern::Request operator()(const inspect::SetLabel& set) const {
        return kern::session_set({.id = set.session, .label = label(set.label), .lifetime = {}, .linger = {}});
    }
    kern::Request operator()(const inspect::FindSession& find) const { return kern::flow_get(find.signalling); }
    kern::Request operator()(const inspect::SeenSession& seen) const {
        return kern::session_seen(seen.signalling, seen.node);
    }
};

}  // namespace

kern::Request to_request(const role::KernelCommand& command) {
    return std::visit(Translate{}, command);
}

}  // namespace sara::agent
