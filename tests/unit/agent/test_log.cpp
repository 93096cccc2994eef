// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "agent/log.hpp"

using namespace sara;
using agent::log;
using role::LogLevel;

namespace {

/// What systemd's journal is to a service.
class Listener {
public:
    Listener() {
        std::string name = (std::filesystem::temp_directory_path() / "sara-log-test.XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path().copy(at.sun_path, sizeof(at.sun_path) - 1);
        REQUIRE(::bind(socket_.fd(), reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0);
        agent::start_log(LogLevel::info, io::Journal(path()));
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
        agent::start_log(LogLevel::error, {});
        std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] std::string heard() const {
        std::array<char, 512> text{};
        const ssize_t got = ::recv(socket_.fd(), text.data(), text.size(), 0);
        return got < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(got));
    }

private:
    [[nodiscard]] std::string path() const { return (folder_ / "socket").string(); }

    std::filesystem::path folder_;
    io::PlainSocket socket_{AF_UNIX, SOCK_DGRAM, 0};
};

}  // namespace

TEST_CASE("a line is a record of the journal, with its priority") {
    const Listener journal;
    log(LogLevel::warning, "100 % of {} lines");
    CHECK(journal.heard() == "MESSAGE=100 % of {} lines\nPRIORITY=4\nSYSLOG_IDENTIFIER=sara-agent\n");
    log(LogLevel::error, "e");
    CHECK(journal.heard() == "MESSAGE=e\nPRIORITY=3\nSYSLOG_IDENTIFIER=sara-agent\n");
    log(LogLevel::info, "i");
    CHECK(journal.heard() == "MESSAGE=i\nPRIORITY=6\nSYSLOG_IDENTIFIER=sara-agent\n");
    log(LogLevel::debug, "below the level");
    CHECK(journal.heard() == "nothing");
    agent::set_log_level(LogLevel::debug);
    log(LogLevel::debug, "d");
    CHECK(journal.heard() == "MESSAGE=d\nPRIORITY=7\nSYSLOG_IDENTIFIER=sara-agent\n");
}

TEST_CASE("a line about a node names it, and the next one does not") {
    const Listener journal;
    log({{LogLevel::info, "node n1 is up", "n1"}, {LogLevel::info, "all are"}});
    CHECK(journal.heard() == "MESSAGE=node n1 is up\nPRIORITY=6\nSYSLOG_IDENTIFIER=sara-agent\nSARA_NODE=n1\n");
    CHECK(journal.heard() == "MESSAGE=all are\nPRIORITY=6\nSYSLOG_IDENTIFIER=sara-agent\n");
    log(std::vector<role::LogLine>{{LogLevel::debug, "below the level", "n1"}});
    CHECK(journal.heard() == "nothing");
}
