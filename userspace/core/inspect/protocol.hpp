// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/result.hpp"
#include "core/base/session.hpp"
#include "core/base/time.hpp"
#include "core/inspect/facts.hpp"

namespace sara::inspect {

/// Where a message was seen.
struct Origin {
    Sender sender = Sender::client;
    FlowKey flow;                ///< request direction; its dst is the VIP
    std::uint32_t position = 0;  ///< over TCP, the sequence number behind it: a CSeq for protocols that have none
};

/// How long things of a protocol last when its messages do not say it.
struct Timers {
    Duration setup{};   ///< from a proposal until its answer at the latest
    Duration dialog{};  ///< from the last message on
    Duration margin{};  ///< added to what the messages say: the peers' clocks start later than ours ends
    Duration linger{};  ///< after the end: retransmissions still reach their node

    friend bool operator==(const Timers&, const Timers&) = default;
};

/// An application protocol: turns one message into facts. All else (dialogs, legs, announcements, ends) is the same
/// for every protocol. A new one is a class derived from this and its line in the table of protocol.cpp, beside the
/// framing of its messages on TCP in proto/framer.
class Protocol {
public:
    Protocol() = default;
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;
    virtual ~Protocol() = default;

    [[nodiscard]] virtual App app() const noexcept = 0;

    /// One whole message: a datagram, or what the framer cut out of a stream. An error is a malformed message.
    [[nodiscard]] virtual Result<MessageFacts> read(Bytes message, const Origin& origin) const = 0;

    [[nodiscard]] virtual Timers timers() const noexcept = 0;

    /// Where it is spoken unless something else is said; for captures.
    [[nodiscard]] virtual std::span<const Port> usual_ports() const noexcept = 0;

    /// A session's label names what the client asked for beside the dialog, whose id alone says little to people.
    [[nodiscard]] virtual bool is_labelled_by_target() const noexcept = 0;

    /// Dialogs end with their TCP connection (RTSP 1.0), or outlive it (SIP).
    [[nodiscard]] virtual bool ends_with_connection() const noexcept = 0;
};

/// The protocol of an application; nullptr for App::none.
[[nodiscard]] const Protocol* protocol_for(App app) noexcept;

/// All that are known.
[[nodiscard]] std::span<const Protocol* const> protocols() noexcept;

/// An id longer than `max` bytes becomes "#" and its hash in hex: still one id, the same wherever it is made.
[[nodiscard]] std::string bounded_id(std::string_view id, std::size_t max);

}  // namespace sara::inspect
