// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "io/notify.hpp"

using namespace sara;
using namespace std::chrono_literals;

namespace {

/// What a service manager sets for its children.
class Manager {
public:
    Manager() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        const std::string name = "sara-notify-test." + std::to_string(getpid());
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path + 1, name.data(), name.size());
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&at), size) == 0);
        setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
        setenv("WATCHDOG_USEC", "15000000", 1);
    }
    ~Manager() {
        ::close(fd_);
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
            unsetenv(name);
        }
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    [[nodiscard]] std::string heard() const {
        std::array<char, 256> text{};
        const ssize_t got = ::recv(fd_, text.data(), text.size(), 0);
        return got < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(got));
    }

private:
    int fd_;
};

}  // namespace

TEST_CASE("the service manager hears what it asked for") {
    const Manager manager;
    const io::Notifier notifier = io::Notifier::from_environment();
    notifier.ready();
    CHECK(manager.heard() == "READY=1");
    notifier.alive();
    CHECK(manager.heard() == "WATCHDOG=1");
    notifier.status("fine");
    CHECK(manager.heard() == "STATUS=fine");
    notifier.reloading();
    CHECK(manager.heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    notifier.stopping();
    CHECK(manager.heard() == "STOPPING=1");
    CHECK(manager.heard() == "nothing");
    CHECK(notifier.watchdog() == Duration(15s));
}

TEST_CASE("a watchdog of another process, or of nonsense, is none") {
    const Manager manager;
    setenv("WATCHDOG_PID", "1", 1);
    CHECK_FALSE(io::Notifier::from_environment().watchdog());
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    CHECK(io::Notifier::from_environment().watchdog());
    setenv("WATCHDOG_USEC", "soon", 1);
    CHECK_FALSE(io::Notifier::from_environment().watchdog());
}

TEST_CASE("without a service manager nothing happens") {
    const io::Notifier notifier = io::Notifier::from_environment();
    notifier.ready();
    CHECK_FALSE(notifier.watchdog());
}
