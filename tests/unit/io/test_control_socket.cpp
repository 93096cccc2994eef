// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "io/control_socket.hpp"

using namespace sara;
using namespace std::chrono_literals;

namespace {

class Folder {
public:
    Folder() { std::filesystem::remove_all(path_); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string socket() const { return path_ / "sub" / "agent.sock"; }

private:
    std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("sara-io-test." + std::to_string(getpid()));
};

/// A client that never blocks: the server runs in the same thread.
class Client {
public:
    explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        std::strncpy(to.sun_path, path.c_str(), sizeof(to.sun_path) - 1);
        REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void write(const std::string& text) const {
        REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }

    /// What came up to a line end; "closed" when the server hung up.
    std::string read_line(boost::asio::io_context& io) const {
        std::string line;
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (std::chrono::steady_clock::now() < end) {
            io.run_one_for(10ms);
            std::array<char, 256> some{};
            const ssize_t got = ::recv(fd_, some.data(), some.size(), 0);
            if (got == 0 || (got < 0 && errno == ECONNRESET)) {
                return "closed";
            }
            if (got > 0) {
                line.append(some.data(), static_cast<std::size_t>(got));
            }
            if (line.ends_with('\n')) {
                return line;
            }
        }
        return "nothing came";
    }

    /// All that comes until the server hangs up; nothing if it does not.
    std::string read_to_end(boost::asio::io_context& io) const {
        std::string text;
        std::vector<char> some(65536);
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (std::chrono::steady_clock::now() < end) {
            io.poll();
            const ssize_t got = ::recv(fd_, some.data(), some.size(), 0);
            if (got == 0) {
                return text;
            }
            text.append(some.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        return {};
    }

private:
    int fd_;
};

std::string echo(std::string_view line) {
    return "<" + std::string(line) + ">";
}

/// Says the same, and lets those watch who say so.
io::ControlSocket::Reply watch(std::string_view line) {
    return {std::string(line), line == "watch"};
}

}  // namespace

TEST_CASE("a line is answered by a line") {
    const Folder folder;
    boost::asio::io_context io;
    const auto control = io::ControlSocket::open(io, folder.socket(), echo);
    REQUIRE(control.ok());
    const Client client(folder.socket());
    client.write("one\ntwo\n");
    std::string answers = client.read_line(io);
    if (answers == "<one>\n") {
        answers += client.read_line(io);
    }
    CHECK(answers == "<one>\n<two>\n");
}

TEST_CASE("who may connect is the owner, and who the umask leaves of the group") {
    for (const auto& [mask, mode] : {std::pair<mode_t, mode_t>{0077, 0600}, {0022, 0640}, {0007, 0660}, {0, 0660}}) {
        const Folder folder;
        boost::asio::io_context io;
        const mode_t before = umask(mask);
        const auto control = io::ControlSocket::open(io, folder.socket(), echo);
        CHECK(umask(before) == mask);
        REQUIRE(control.ok());
        struct stat status {};
        REQUIRE(stat(folder.socket().c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == mode);
    }
}

TEST_CASE("a client that sends no line end is cut off at the bound") {
    const Folder folder;
    boost::asio::io_context io;
    const auto control = io::ControlSocket::open(io, folder.socket(), echo);
    REQUIRE(control.ok());
    const Client client(folder.socket());
    client.write(std::string(io::ControlSocket::kMaxLine, 'x'));
    CHECK(client.read_line(io) == "closed");
    const Client next(folder.socket());
    next.write("still here\n");
    CHECK(next.read_line(io) == "<still here>\n");
}

TEST_CASE("no more clients than the bound are served, and later ones again when some left") {
    const Folder folder;
    boost::asio::io_context io;
    const auto control = io::ControlSocket::open(io, folder.socket(), echo);
    REQUIRE(control.ok());
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < io::ControlSocket::kMaxClients; ++i) {
        clients.push_back(std::make_unique<Client>(folder.socket()));
        clients.back()->write("here\n");
        REQUIRE(clients.back()->read_line(io) == "<here>\n");
    }
    {
        const Client many(folder.socket());
        CHECK(many.read_line(io) == "closed");
    }
    clients.clear();
    while (io.poll_one() != 0) {
    }
    const Client next(folder.socket());
    next.write("free\n");
    CHECK(next.read_line(io) == "<free>\n");
}

TEST_CASE("who watches gets what is published, others do not, until he leaves") {
    const Folder folder;
    boost::asio::io_context io;
    const auto control = io::ControlSocket::open(io, folder.socket(), watch);
    REQUIRE(control.ok());
    const Client other(folder.socket());
    other.write("hello\n");
    CHECK(other.read_line(io) == "hello\n");
    {
        const Client watcher(folder.socket());
        watcher.write("watch\n");
        CHECK(watcher.read_line(io) == "watch\n");
        CHECK((*control)->watchers() == 1);
        (*control)->publish("news", "too slow");
        CHECK(watcher.read_line(io) == "news\n");
    }
    other.write("again\n");
    CHECK(other.read_line(io) == "again\n");
    CHECK((*control)->watchers() == 0);
}

TEST_CASE("who watches and asks all the same is cut off") {
    const Folder folder;
    boost::asio::io_context io;
    const auto control = io::ControlSocket::open(io, folder.socket(), watch);
    REQUIRE(control.ok());
    const Client watcher(folder.socket());
    watcher.write("watch\n");
    CHECK(watcher.read_line(io) == "watch\n");
    watcher.write("more\n");
    CHECK(watcher.read_line(io) == "closed");
    CHECK((*control)->watchers() == 0);
}

TEST_CASE("who watches and does not read is cut off with a last line, and counted, the others go on") {
    const Folder folder;
    boost::asio::io_context io;
    const auto control = io::ControlSocket::open(io, folder.socket(), watch);
    REQUIRE(control.ok());
    const Client slow(folder.socket());
    slow.write("watch\n");
    CHECK(slow.read_line(io) == "watch\n");
    const std::string news(4000, 'n');
    for (std::size_t i = 0; i < 10 * io::ControlSocket::kMaxBehind && (*control)->watchers() != 0; ++i) {
        (*control)->publish(news, "too slow");
        io.poll();
    }
    CHECK((*control)->watchers() == 0);
    CHECK((*control)->cut_off() == 1);
    CHECK(slow.read_to_end(io).ends_with("\ntoo slow\n"));
    const Client other(folder.socket());
    other.write("hello\n");
    CHECK(other.read_line(io) == "hello\n");
}

TEST_CASE("a served socket is not taken over, one left behind is, and none is left behind") {
    const Folder folder;
    boost::asio::io_context io;
    {
        const auto first = io::ControlSocket::open(io, folder.socket(), echo);
        REQUIRE(first.ok());
        const auto second = io::ControlSocket::open(io, folder.socket(), echo);
        REQUIRE_FALSE(second.ok());
        CHECK(second.error().text() ==
              "control socket " + folder.socket() +
                  ": another sara-agent serves it; stop that one, or give this one its own \"control\" path");
    }
    CHECK_FALSE(std::filesystem::exists(folder.socket()));

    // As a killed agent leaves it: bound, and nobody listens.
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, folder.socket().c_str(), sizeof(at.sun_path) - 1);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0);
    ::close(fd);
    CHECK(io::ControlSocket::open(io, folder.socket(), echo).ok());
}

TEST_CASE("a path that is too long for a unix socket is a sentence") {
    boost::asio::io_context io;
    const std::string path = "/tmp/" + std::string(120, 'x');
    CHECK(io::ControlSocket::open(io, path, echo).error().text() ==
          "control socket " + path + ": the path is longer than a unix socket allows");
}
