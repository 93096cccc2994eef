// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

/// Every bound of session identification. Beyond a bound the newest input is refused and counted, unless said
/// otherwise.
namespace sara::inspect::limits {

// One message's facts.
inline constexpr std::size_t kMaxDialogId = 256;  ///< bytes; a longer id is replaced by its hash, so it still is one id
inline constexpr std::size_t kMaxLegId = 256;     ///< bytes; likewise
inline constexpr std::size_t kMaxTarget = 256;    ///< bytes; cut, since only people read it
inline constexpr std::size_t kMaxMedia = 16;      ///< endpoints of one end
inline constexpr std::uint16_t kMaxPairs = 8;     ///< SDP port/count
inline constexpr std::size_t kMaxFactsBytes = 4096;  ///< encoded, see facts_codec.hpp

inline constexpr Duration kMinLifetime = std::chrono::seconds(10);  ///< less is taken for this
inline constexpr Duration kMaxLifetime = std::chrono::hours(24);    ///< more is taken for this

// Reading streams.
inline constexpr std::size_t kMaxStreams = 16384;                        ///< directions of TCP connections
inline constexpr std::size_t kMaxStreamMessage = 32768;                  ///< bytes of one message over TCP
inline constexpr Duration kStreamIdle = std::chrono::minutes(20);        ///< the kernel's idle TCP flow is gone by then
inline constexpr Duration kClosedStreamIdle = std::chrono::seconds(10);  ///< late segments after FIN

// The tracker.
inline constexpr std::size_t kMaxSessions = 65536;
inline constexpr std::size_t kMaxDialogs = 65536;          ///< of all sessions; ended ones make room first
inline constexpr std::size_t kMaxDialogsOfSession = 8192;  ///< calls on one 5-tuple
inline constexpr std::size_t kMaxLegs = 16;                ///< of one dialog: forks, or RTSP streams
inline constexpr std::size_t kMaxTransactions = 16;        ///< of one dialog; the oldest makes room
inline constexpr std::size_t kMaxAnnouncements = 64;       ///< of one dialog
inline constexpr std::size_t kMaxWaiting = 1024;           ///< facts whose session is being asked for; the oldest goes
inline constexpr Duration kWaitForSession = std::chrono::seconds(1);
inline constexpr Duration kWaitForRequest = std::chrono::seconds(1);  ///< a reply's facts may overtake its request's

inline constexpr std::size_t kMaxVersions = 4;                     ///< descriptions of one end that are not decided yet
inline constexpr Duration kForgetIdle = std::chrono::hours(1);     ///< a dialog without end and without messages
inline constexpr Duration kRetellAfter = std::chrono::minutes(1);  ///< a lifetime is told anew when it moved this much

// The roles.
inline constexpr unsigned kLogLinesPerSecond = 10;  ///< of one kind; what is left out is counted in the next line

}  // namespace sara::inspect::limits
