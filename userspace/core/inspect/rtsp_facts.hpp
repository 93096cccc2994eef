// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/inspect/protocol.hpp"

namespace sara::inspect {

/// RTSP 1.0 (RFC 2326) and 2.0 (RFC 7826).
class RtspProtocol final : public Protocol {
public:
    [[nodiscard]] App app() const noexcept override { return App::rtsp; }
    [[nodiscard]] Result<MessageFacts> read(Bytes message, const Origin& origin) const override;
    [[nodiscard]] Timers timers() const noexcept override;
    [[nodiscard]] std::span<const Port> usual_ports() const noexcept override;
    [[nodiscard]] bool is_labelled_by_target() const noexcept override { return true; }
    [[nodiscard]] bool ends_with_connection() const noexcept override { return true; }
};

}  // namespace sara::inspect
