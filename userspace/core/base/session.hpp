// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sara {

/// The kernel's name for a session: unique in its network namespace, never reused; 0 means "not known".
enum class SessionId : std::uint64_t { unknown = 0 };

/// Names the dialog an announcement belongs to (FNV-1a of the dialog id), so that a restarted agent finds its
/// announcements again and one dialog's can be withdrawn without touching the others of the session.
enum class Tag : std::uint64_t { none = 0 };

/// The kernel's name for a reply that waits at the gateway; 0 means that it does not.
enum class HoldId : std::uint64_t { none = 0 };

/// The application protocol that a service's signalling flow speaks.
enum class App : std::uint8_t { none = 0, sip = 1, rtsp = 2, ftp = 3 };

[[nodiscard]] std::string_view to_string(App app) noexcept;

/// Which end of the conversation sent a message. Clients' messages are seen at the dispatcher, servers' at the gateway.
enum class Sender : std::uint8_t { client = 0, server = 1 };

[[nodiscard]] std::string_view to_string(Sender sender) noexcept;

}  // namespace sara
