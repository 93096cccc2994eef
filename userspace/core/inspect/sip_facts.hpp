// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/inspect/protocol.hpp"

namespace sara::inspect {

/// SIP (RFC 3261, 3262, 3311, 4028) with SDP (RFC 8866, 3264).
class SipProtocol final : public Protocol {
public:
    [[nodiscard]] App app() const noexcept override { return App::sip; }
    [[nodiscard]] Result<MessageFacts> read(Bytes message, const Origin& origin) const override;
    [[nodiscard]] Timers timers() const noexcept override;
    [[nodiscard]] std::span<const Port> usual_ports() const noexcept override;
    [[nodiscard]] bool is_labelled_by_target() const noexcept override { return false; }
    [[nodiscard]] bool ends_with_connection() const noexcept override { return false; }
};

}  // namespace sara::inspect
