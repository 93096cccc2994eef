// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <termios.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/screen.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace sara::cli {

/// What ended a wait.
struct TerminalInput {
    std::string bytes;
    int signal = 0;       ///< SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP or SIGWINCH
    bool closed = false;  ///< nobody is there any more
};

/// The terminal of the standard input and output, taken for as long as this lives: keys come one by one, on the
/// alternate screen. Signals that would end the program are taken, too, so that the terminal is given back first.
class Terminal {
public:
    /// Refuses what is no terminal.
    [[nodiscard]] static Result<std::unique_ptr<Terminal>> open();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    [[nodiscard]] Size size() const;
    /// False: nobody reads it any more.
    [[nodiscard]] bool write(std::string_view text) const;
    /// Until something comes, or the time does.
    [[nodiscard]] TerminalInput wait(Time until) const;
    /// Gives the terminal back, stops as the shell's job, and takes it again when it goes on.
    void suspend();

private:
    Terminal() = default;
    void enter();
    void leave();

    termios before_{};
    sigset_t signals_before_{};
    int signals_ = -1;
};

}  // namespace sara::cli
