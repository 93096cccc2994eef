// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

/// Every bound of the parsers. Input is hostile: what is beyond a bound is refused or counted, never stored.
namespace sara::proto::limits {

// Text messages.
inline constexpr std::size_t kMaxMessage = 65536;   ///< start line, headers and body of one message, bytes
inline constexpr std::size_t kMaxHead = 16384;      ///< start line and headers, bytes
inline constexpr std::size_t kMaxStartLine = 2048;  ///< bytes
inline constexpr std::size_t kMaxHeaders = 256;     ///< header lines of one message, folds joined
inline constexpr std::size_t kMaxMethod = 32;       ///< bytes

// SDP.
inline constexpr std::size_t kMaxMedia = 16;           ///< m= lines kept
inline constexpr std::size_t kMaxSdpLines = 1024;      ///< lines read
inline constexpr std::uint16_t kMaxPortCount = 16;     ///< the count of "m=video 49170/2": more is cut to this
inline constexpr std::size_t kMaxMultipartDepth = 3;   ///< multipart inside multipart
inline constexpr std::size_t kMaxMultipartParts = 32;  ///< parts looked at, on each level
inline constexpr std::size_t kMaxBoundary = 70;        ///< RFC 2046 section 5.1.1, bytes

// RTSP.
inline constexpr std::size_t kMaxTransports = 8;      ///< alternatives of one Transport header
inline constexpr std::size_t kMaxTransportAddrs = 4;  ///< addresses of one dest_addr= or src_addr=

// TCP reassembly, each direction of each connection.
inline constexpr std::size_t kMaxHeldSegments = 64;          ///< out-of-order segments waiting for a gap to fill
inline constexpr std::size_t kMaxHeldBytes = 65536;          ///< their bytes
inline constexpr std::uint32_t kMaxSeqDistance = 1U << 20U;  ///< further away a segment is no part of this stream...
inline constexpr unsigned kRejoinAfter = 4;                  ///< ...unless this many follow each other
inline constexpr Duration kGapPatience = std::chrono::seconds(1);  ///< a gap this old is skipped

// Captures.
inline constexpr std::size_t kMaxRecord = 262144;   ///< captured bytes of one packet
inline constexpr std::size_t kMaxInterfaces = 256;  ///< pcapng interface descriptions of one section
inline constexpr std::size_t kMaxVlanTags = 4;
inline constexpr std::size_t kMaxExtensionHeaders = 8;  ///< of IPv6
inline constexpr std::size_t kMaxPartials = 256;        ///< packets whose fragments are not all there yet...
inline constexpr std::size_t kMaxIpPayload = 65535;     ///< ...each of at most so many bytes...
inline constexpr Duration kReassemblyPatience = std::chrono::seconds(30);  ///< ...held for so long

}  // namespace sara::proto::limits
