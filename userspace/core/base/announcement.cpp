// SPDX-License-Identifier: GPL-2.0
#include "core/base/announcement.hpp"

namespace sara {

namespace {

std::string port_text(Port port) {
    return port == 0 ? std::string("*") : std::to_string(port);
}

std::string endpoint_text(const std::optional<Address>& address, Port port) {
    if (!address) {
        return "*:" + port_text(port);
    }
    return (address->family() == Family::ipv6 ? "[" + address->text() + "]" : address->text()) + ":" + port_text(port);
}

}  // namespace

std::string AnnouncementKey::text() const {
    return std::string(to_string(transport)) + " " + endpoint_text(src, sport) + " > " + endpoint_text(vip, dport);
}

std::optional<AnnouncementForm> form_of(const AnnouncementKey& key) noexcept {
    if (key.src && key.src->family() != key.vip.family()) {
        return std::nullopt;
    }
    if (key.dport == 0) {
        return key.src && key.sport != 0 ? std::optional(AnnouncementForm::half) : std::nullopt;
    }
    if (!key.src) {
        return key.sport == 0 ? std::optional(AnnouncementForm::any_source) : std::nullopt;
    }
    return key.sport == 0 ? AnnouncementForm::any_port : AnnouncementForm::exact;
}

}  // namespace sara
