// SPDX-License-Identifier: GPL-2.0
#include "io/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "io/clock.hpp"

namespace sara::io {

namespace {

std::optional<std::uint64_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    if (text == nullptr) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    const char* end = text + std::strlen(text);
    const auto [stopped, error] = std::from_chars(text, end, value);
    if (error != std::errc() || stopped != end) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

Notifier Notifier::from_environment() {
    Notifier self;
    if (const char* socket = std::getenv("NOTIFY_SOCKET")) {
        self.socket_ = socket;
    }
    const auto pid = number_in("WATCHDOG_PID");
    const auto period = number_in("WATCHDOG_USEC");
    if (period && *period > 0 && (!pid || *pid == static_cast<std::uint64_t>(getpid()))) {
        self.watchdog_ = std::chrono::microseconds(*period);
    }
    return self;
}

void Notifier::reloading() const {
    const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch()).count();
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
}

void Notifier::send(const std::string& text) const {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof(to.sun_path) || (socket_[0] != '/' && socket_[0] != '@')) {
        return;
    }
    std::memcpy(to.sun_path, socket_.data(), socket_.size());
    if (to.sun_path[0] == '@') {
        to.sun_path[0] = '\0';  // abstract
    }
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    // Nobody to tell that nobody could be told.
    static_cast<void>(::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&to), size));
    ::close(fd);
}

}  // namespace sara::io
