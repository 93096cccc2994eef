// SPDX-License-Identifier: GPL-2.0
#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "io/clock.hpp"

namespace sara::cli {

namespace {

// xterm's: the alternate screen; DEC's: the cursor, and whether a full line wraps.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

sigset_t taken_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
        sigaddset(&set, signal);
    }
    return set;
}

}  // namespace

Result<std::unique_ptr<Terminal>> Terminal::open() {
    std::unique_ptr<Terminal> terminal(new Terminal);
    if (isatty(STDOUT_FILENO) == 0 || tcgetattr(STDIN_FILENO, &terminal->before_) != 0) {
        return Error{"the standard input and output are no terminal", {}};
    }
    const sigset_t taken = taken_signals();
    sigprocmask(SIG_BLOCK, &taken, &terminal->signals_before_);
    terminal->signals_ = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (terminal->signals_ < 0) {
        const int code = errno;
        sigprocmask(SIG_SETMASK, &terminal->signals_before_, nullptr);
        return Error{std::generic_category().message(code), "signalfd"};
    }
    terminal->enter();
    return terminal;
}

Terminal::~Terminal() {
    if (signals_ >= 0) {
        leave();
        close(signals_);
        sigprocmask(SIG_SETMASK, &signals_before_, nullptr);
    }
}

void Terminal::enter() {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_iflag &= ~static_cast<tcflag_t>(IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    (void)write(kEnter);
}

void Terminal::leave() {
    (void)write(kLeave);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Terminal::suspend() {
    leave();
    raise(SIGSTOP);
    tcgetattr(STDIN_FILENO, &before_);
    enter();
}

Size Terminal::size() const {
    winsize told{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &told) != 0 || told.ws_row == 0 || told.ws_col == 0) {
        return {};
    }
    return {told.ws_row, told.ws_col};
}

bool Terminal::write(std::string_view text) const {
    while (!text.empty()) {
        const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
        if (size < 0 && errno == EAGAIN) {
            pollfd ready{STDOUT_FILENO, POLLOUT, 0};
            poll(&ready, 1, -1);
        } else if (size < 0 && errno != EINTR) {
            return false;
        } else if (size > 0) {
            text.remove_prefix(static_cast<std::size_t>(size));
        }
    }
    return true;
}

TerminalInput Terminal::wait(Time until) const {
    TerminalInput input;
    std::array<pollfd, 2> ready{{{STDIN_FILENO, POLLIN, 0}, {signals_, POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - io::now());
    if (poll(ready.data(), ready.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) {
        return input;
    }
    if (ready[1].revents != 0) {
        signalfd_siginfo told{};
        if (read(signals_, &told, sizeof(told)) == sizeof(told)) {
            input.signal = static_cast<int>(told.ssi_signo);
        }
    }
    if (ready[0].revents != 0) {
        std::array<char, 256> bytes{};
        const ssize_t size = read(STDIN_FILENO, bytes.data(), bytes.size());
        if (size > 0) {
            input.bytes.assign(bytes.data(), static_cast<std::size_t>(size));
        } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
            input.closed = true;
        }
    }
    return input;
}

}  // namespace sara::cli
