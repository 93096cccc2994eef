// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/announcement.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/session.hpp"
#include "core/inspect/facts.hpp"

namespace sara::inspect {

enum class DialogState : std::uint8_t {
    half,      ///< only one end's media are known
    complete,  ///< both ends' are, for at least one leg
    ended,
};

enum class EndReason : std::uint8_t {
    none,                ///< it has not ended
    finished_by_client,  ///< BYE, TEARDOWN
    finished_by_server,
    refused,            ///< final failure of what opened it
    cancelled,          ///< by the client, before it was accepted (487)
    connection_closed,  ///< the TCP connection, where the protocol ends with it
    expired,            ///< its lifetime passed without a message
};

[[nodiscard]] std::string_view to_string(DialogState state) noexcept;
[[nodiscard]] std::string_view to_string(EndReason reason) noexcept;
[[nodiscard]] std::string_view to_string(MediaKind kind) noexcept;
[[nodiscard]] std::string_view to_string(MediaState state) noexcept;

struct LegView {
    std::string id;  ///< SIP server's tag, RTSP stream URI
    bool accepted = false;
    bool ended = false;
    std::optional<Sender> offered_by{};  ///< who made the newest offer (RFC 3264); the other end's media answer it
    std::vector<MediaEndpoint> client_media{};
    std::vector<MediaEndpoint> server_media{};
};

/// A dialog for people and tests.
struct DialogView {
    SessionId session = SessionId::unknown;
    FlowKey flow;  ///< the signalling flow it began on
    App app = App::none;
    std::string id;
    Tag tag = Tag::none;
    std::string target;
    DialogState state = DialogState::half;
    EndReason end = EndReason::none;
    std::uint16_t end_status = 0;  ///< of the reply that refused it
    std::vector<LegView> legs;
    std::vector<AnnouncementKey> announced;       ///< now
    std::vector<AnnouncementKey> ever_announced;  ///< with TrackerConfig::keep_ended: all, also what came too late
};

}  // namespace sara::inspect
