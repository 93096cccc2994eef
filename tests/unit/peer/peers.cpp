// SPDX-License-Identifier: GPL-2.0
#include "peer/peers.hpp"

namespace sara::test::peer {

#ifndef SARA_WITH_OSIP
std::optional<Reading> read_by_osip(std::string_view) {
    return std::nullopt;
}
#endif

#ifndef SARA_WITH_GSTREAMER
std::optional<Reading> read_by_gstreamer(std::string_view) {
    return std::nullopt;
}
#endif

bool is_there(App app) noexcept {
#ifdef SARA_WITH_OSIP
    constexpr bool kOsip = true;
#else
    constexpr bool kOsip = false;
#endif
#ifdef SARA_WITH_GSTREAMER
    constexpr bool kGstreamer = true;
#else
    constexpr bool kGstreamer = false;
#endif
    return app == App::sip ? kOsip : app == App::rtsp && kGstreamer;
}

std::optional<Reading> read_theirs(App app, std::string_view message) {
    return app == App::sip ? read_by_osip(message) : read_by_gstreamer(message);
}

}  // namespace sara::test::peer
