// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace sara::wire {

/* What a node tells its dispatchers: that it lives, and how loaded it is. All numbers are in network order. Each is the
 * inside of one sealed datagram (envelope.hpp), or, in plain mode, of a bare one, which anybody can forge. The two are
 * told apart by their size.
 *
 * Heartbeat (paper III E, Fig. 6): exactly 11 bytes.
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |  host identity                                                |
 *  +-------------------------------+---------------+---------------+
 *  |  sequence                     |  flag         |  timestamp, Unix seconds
 *  +-------------------------------+---------------+---------------+
 *     ... of sending; flag 2: of the failure        |
 *  +------------------------------------------------+
 *
 *     flag  0: node and application are up   1: node up, application down   2: a planned failure
 *
 * Load: 12 bytes, then any number of parts. A message says all that is known, so that each one replaces the last.
 *
 *  +---------------+---------------+-------------------------------+
 *  |  version = 1  |  zero         |  period between messages, ms  |
 *  +---------------+---------------+-------------------------------+
 *  |  host identity                                                |
 *  +---------------------------------------------------------------+
 *  |  sequence, its own                                            |
 *  +---------------+---------------+-------------------------------+
 *  |  component    |  size of the rest: 4 + text                   |   repeated to the end
 *  +---------------+-------------------------------+---------------+
 *  |  load, millionths: 0 to 1'000'000                             |
 *  +---------------------------------------------------------------+
 *  |  what it was told from, text for people, at most 64 bytes     |
 *  +---------------------------------------------------------------+
 *
 *     component  0 cpu   1 memory   2 network   3 io   4 backlog   5 link   6 softirq
 *
 * Versioning: parts of a component that a reader does not know are skipped. What changes the meaning of known fields
 * raises the version, and other versions are refused. Millionths cannot be NaN or negative. */

/// Names a node to its dispatchers: its own IPv4 address, or what was configured.
enum class HostId : std::uint32_t {};

/// a.b.c.d, as the paper's example writes it.
[[nodiscard]] std::string text(HostId host);

enum class HeartbeatFlag : std::uint8_t {
    up = 0,
    application_down = 1,
    planned_failure = 2,
};

struct Heartbeat {
    HostId host{};
    std::uint16_t sequence = 0;  ///< RFC 1982 arithmetic
    HeartbeatFlag flag = HeartbeatFlag::up;
    std::uint32_t timestamp = 0;  ///< Unix seconds by the node's clock: of sending; planned_failure: of the failure

    friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

inline constexpr std::size_t kHeartbeatSize = 11;

[[nodiscard]] std::array<std::uint8_t, kHeartbeatSize> encode(const Heartbeat& heartbeat) noexcept;

/// Refused: any other size, a flag above 2.
[[nodiscard]] Result<Heartbeat> decode_heartbeat(Bytes bytes);

/// One component of a load vector. `component` is policy::Component's value; kComponentCount of them are known.
struct LoadPart {
    std::uint8_t component = 0;
    std::uint32_t millionths = 0;
    std::string raw{};  ///< for people: "3.2 of 4 cores"

    friend bool operator==(const LoadPart&, const LoadPart&) = default;
};

/// Sent every `period`, whether something changed or not.
struct LoadMessage {
    HostId host{};
    std::uint32_t sequence = 0;             ///< RFC 1982 arithmetic
    std::chrono::milliseconds period{500};  ///< 1 to 65535
    std::vector<LoadPart> parts{};          ///< each component once at most

    friend bool operator==(const LoadMessage&, const LoadMessage&) = default;
};

inline constexpr std::uint8_t kLoadVersion = 1;
inline constexpr std::uint8_t kComponentCount = 7;
inline constexpr std::uint32_t kMillion = 1'000'000;
inline constexpr std::size_t kMaxRawText = 64;
/// A message of a newer version of ours may be longer than all parts we know; above this it is refused.
inline constexpr std::size_t kMaxLoadMessage = 1024;

/// Refused by name: what a decoder would refuse.
[[nodiscard]] Result<Buffer> encode(const LoadMessage& message);

/// Refused: another version, cut short, a load above 1, a component twice, a period of 0, more than kMaxLoadMessage.
[[nodiscard]] Result<LoadMessage> decode_load(Bytes bytes);

/// Whatever a node sent, told apart by its size: a load message is never 11 bytes.
using NodeMessage = std::variant<Heartbeat, LoadMessage>;
[[nodiscard]] Result<NodeMessage> decode_node_message(Bytes bytes);

}  // namespace sara::wire
