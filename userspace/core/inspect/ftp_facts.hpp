// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "core/inspect/protocol.hpp"

namespace sara::inspect {

/// FTP (RFC 959, 2428). The dialog is the control connection. It has two legs: `passive`, where the server waits for
/// data connections (replies 227 and 229), and `active`, where the client does (PORT, EPRT). What is said of a leg
/// replaces what was said of it before, so a connection has at most one announcement of each.
class FtpProtocol final : public Protocol {
public:
    [[nodiscard]] App app() const noexcept override { return App::ftp; }
    [[nodiscard]] Result<MessageFacts> read(Bytes message, const Origin& origin) const override;
    [[nodiscard]] Timers timers() const noexcept override;
    [[nodiscard]] std::span<const Port> usual_ports() const noexcept override;
    [[nodiscard]] bool is_labelled_by_target() const noexcept override { return true; }
    [[nodiscard]] bool ends_with_connection() const noexcept override { return true; }
};

}  // namespace sara::inspect
