// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/calendar.hpp"
#include "kern/model.hpp"
#include "json/json_object.hpp"

/// Sessions in a file, as `sara session save` writes them: sara-session(8) describes the format. Pure.
namespace sara::cli {

inline constexpr std::string_view kSavedFormat = "sara-sessions";
/// A program reads files of this version only. Whatever is added raises it.
inline constexpr std::uint64_t kSavedVersion = 1;

/// A session with all that it has.
struct SavedSession {
    SessionId id = SessionId::unknown;              ///< as it was: another kernel gives it another one
    kern::SessionPast past;                         ///< with the first of its flows
    std::vector<kern::FlowPast> flows;              ///< the others
    std::vector<kern::Announcement> announcements;  ///< their session is `id`

    friend bool operator==(const SavedSession&, const SavedSession&) = default;
};

struct SavedSessions {
    UnixTime saved{};
    std::vector<SavedSession> sessions;

    friend bool operator==(const SavedSessions&, const SavedSessions&) = default;
};

/// Of what three dumps told, in an order that depends on nothing else: sessions by id, of each the signalling flow
/// first. What has no session any more is left out, and so are sessions that are about to go, with nothing to keep
/// them.
[[nodiscard]] SavedSessions joined(const std::vector<kern::SessionInfo>& sessions,
                                   const std::vector<kern::FlowInfo>& flows,
                                   const std::vector<kern::AnnouncementInfo>& announcements, UnixTime now);

/// One line for each session.
[[nodiscard]] std::string saved_text(const SavedSessions& saved);

/// All that is wrong, by JSON paths.
[[nodiscard]] Result<SavedSessions, Errors> parse_saved(std::string_view text);

/// Longer ago, sessions are taken as they were: their clients have gone, or the clock was set.
inline constexpr std::chrono::seconds kLongestGap = std::chrono::hours(1);

/// Adds the time that has passed since it was saved to all that has lasted, and takes it from what was left. Nothing:
/// that time cannot be (it is negative, or longer than kLongestGap), and nothing was changed.
[[nodiscard]] std::optional<std::chrono::seconds> age(SavedSessions& saved, UnixTime now);

}  // namespace sara::cli
