// SPDX-License-Identifier: GPL-2.0
#include "core/base/session.hpp"

namespace sara {

std::string_view to_string(App app) noexcept {
    switch (app) {
    case App::none:
        return "none";
    case App::sip:
        return "sip";
    case App::rtsp:
        return "rtsp";
    case App::ftp:
        return "ftp";
    }
    return "?";
}

std::string_view to_string(Sender sender) noexcept {
    switch (sender) {
    case Sender::client:
        return "client";
    case Sender::server:
        return "server";
    }
    return "?";
}

}  // namespace sara
