// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/effect.hpp"

#include <chrono>

namespace sara::inspect {

namespace {

std::string id_text(SessionId session) {
    return std::to_string(static_cast<std::uint64_t>(session));
}

std::string seconds_text(Duration duration) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + "s" : std::to_string(milliseconds) + "ms";
}

struct Printer {
    std::string operator()(const Announce& effect) const {
        std::string line = "announce " + id_text(effect.session) + " " + effect.key.text();
        if (effect.ttl) {
            line += " ttl " + seconds_text(*effect.ttl);
        }
        return line;
    }
    std::string operator()(const Withdraw& effect) const {
        return "withdraw " + id_text(effect.session) + " " + effect.key.text();
    }
    std::string operator()(const SetLifetime& effect) const {
        return "lifetime " + id_text(effect.session) + " " + seconds_text(effect.lifetime);
    }
    std::string operator()(const Linger& effect) const {
        return "linger " + id_text(effect.session) + " " + seconds_text(effect.linger);
    }
    std::string operator()(const SetLabel& effect) const {
        return "label " + id_text(effect.session) + " " + effect.label;
    }
    std::string operator()(const FindSession& effect) const { return "find " + effect.signalling.text(); }
    std::string operator()(const SeenSession& effect) const {
        return "make a session of " + effect.signalling.text() + " at " + mac_text(effect.node);
    }
};

}  // namespace

std::string text(const Effect& effect) {
    return std::visit(Printer{}, effect);
}

}  // namespace sara::inspect
