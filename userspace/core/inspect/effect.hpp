// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/announcement.hpp"
#include "core/base/session.hpp"
#include "core/base/signalling_key.hpp"
#include "core/base/time.hpp"

namespace sara::inspect {

/// Expect this flow. Without `ttl` it stays as long as its session; with one it goes unless a packet matched it by
/// then. An announcement that the session has already gets the new tag and ttl.
struct Announce {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;
    Tag tag = Tag::none;
    std::optional<Duration> ttl;

    friend bool operator==(const Announce&, const Announce&) = default;
};

/// Do not expect this flow any more. The flows that it brought stay.
struct Withdraw {
    SessionId session = SessionId::unknown;
    AnnouncementKey key;

    friend bool operator==(const Withdraw&, const Withdraw&) = default;
};

/// The session stays for this long from now on, also without packets; a lingering one is revived.
struct SetLifetime {
    SessionId session = SessionId::unknown;
    Duration lifetime{};

    friend bool operator==(const SetLifetime&, const SetLifetime&) = default;
};

/// The session is over, and goes with all its flows after this long.
struct Linger {
    SessionId session = SessionId::unknown;
    Duration linger{};

    friend bool operator==(const Linger&, const Linger&) = default;
};

/// For people: what the session is called by those who speak its protocol.
struct SetLabel {
    SessionId session = SessionId::unknown;
    std::string label;

    friend bool operator==(const SetLabel&, const SetLabel&) = default;
};

/// Whose signalling is this? The answer comes as SessionTracker::bind() or not_found(). Only the kernel knows whether
/// the session has the whole flow; where it may be one call's, the Call-ID is given.
struct FindSession {
    SignallingKey signalling;

    friend bool operator==(const FindSession&, const FindSession&) = default;
};

/// Nobody knows whose signalling this is, but the node of this MAC was seen to serve it: it is a session there. The
/// answer comes as SessionTracker::adopt_session() or give_up().
struct SeenSession {
    SignallingKey signalling;
    Mac node{};

    friend bool operator==(const SeenSession&, const SeenSession&) = default;
};

using Effect = std::variant<Announce, Withdraw, SetLifetime, Linger, SetLabel, FindSession, SeenSession>;

/// To be carried out in this order.
using Effects = std::vector<Effect>;

/// One line for logs and tests: "announce 7 udp 198.18.1.11:4000 > 198.18.0.100:* ttl 200s".
[[nodiscard]] std::string text(const Effect& effect);

}  // namespace sara::inspect
