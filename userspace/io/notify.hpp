// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"

namespace sara::io {

/// Tells the service manager how we are (sd_notify(3)): a datagram of VARIABLE=VALUE lines to $NOTIFY_SOCKET. Without
/// one, everything here does nothing.
class Notifier {
public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    [[nodiscard]] static Notifier from_environment();

    void ready() const { send("READY=1"); }
    void stopping() const { send("STOPPING=1"); }
    void alive() const { send("WATCHDOG=1"); }
    void reloading() const;
    void status(std::string_view text) const { send("STATUS=" + std::string(text)); }

    /// How often alive() is expected at least; half of it is a good period.
    [[nodiscard]] std::optional<Duration> watchdog() const noexcept { return watchdog_; }

private:
    void send(const std::string& text) const;

    std::string socket_;
    std::optional<Duration> watchdog_;
};

}  // namespace sara::io
