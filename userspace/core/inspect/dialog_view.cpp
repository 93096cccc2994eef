// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/dialog_view.hpp"

namespace sara::inspect {

std::string_view to_string(DialogState state) noexcept {
    switch (state) {
    case DialogState::half:
        return "half";
    case DialogState::complete:
        return "complete";
    case DialogState::ended:
        return "ended";
    }
    return "?";
}

std::string_view to_string(EndReason reason) noexcept {
    switch (reason) {
    case EndReason::none:
        return "none";
    case EndReason::finished_by_client:
        return "finished by client";
    case EndReason::finished_by_server:
        return "finished by server";
    case EndReason::refused:
        return "refused";
    case EndReason::cancelled:
        return "cancelled";
    case EndReason::connection_closed:
        return "connection closed";
    case EndReason::expired:
        return "expired";
    }
    return "?";
}

std::string_view to_string(MediaKind kind) noexcept {
    switch (kind) {
    case MediaKind::other:
        return "other";
    case MediaKind::audio:
        return "audio";
    case MediaKind::video:
        return "video";
    case MediaKind::image:
        return "image";
    case MediaKind::message:
        return "message";
    case MediaKind::application:
        return "application";
    }
    return "?";
}

std::string_view to_string(MediaState state) noexcept {
    switch (state) {
    case MediaState::active:
        return "active";
    case MediaState::rejected:
        return "rejected";
    case MediaState::interleaved:
        return "interleaved";
    case MediaState::multicast:
        return "multicast";
    }
    return "?";
}

}  // namespace sara::inspect
