// SPDX-License-Identifier: GPL-2.0
#include "cli/agent_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace sara::cli {

namespace {

constexpr std::size_t kAnswerMax = 16U << 20;
constexpr timeval kPatience = {5, 0};

class Connection {
public:
    explicit Connection(int fd) : fd_(fd) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_;
};

Error failed(const std::string& path, int code) {
    switch (code) {
    case ENOENT:
    case ECONNREFUSED:
        return {"no agent listens at " + path + ": start sara-agent, or give its control socket", {}};
    case EACCES:
    case EPERM:
        return {"no permission for the agent's control socket " + path + ": run as root", {}};
    case EAGAIN:
        return {"the agent at " + path + " does not answer", {}};
    default:
        return {std::generic_category().message(code), path};
    }
}

}  // namespace

Result<std::string> ask_agent(const std::string& socket_path, std::string request) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.size() >= sizeof(address.sun_path)) {
        return Error{"the path of a socket has at most " + std::to_string(sizeof(address.sun_path) - 1) + " bytes", {}};
    }
    std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size());

    const Connection connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connection.fd() < 0 ||
        setsockopt(connection.fd(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience)) < 0 ||
        setsockopt(connection.fd(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience)) < 0 ||
        connect(connection.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
        return failed(socket_path, errno);
    }
    request += '\n';
    for (std::size_t sent = 0; sent < request.size();) {
        const ssize_t size = send(connection.fd(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
        if (size < 0 && errno != EINTR) {
            return failed(socket_path, errno);
        }
        sent += size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    std::string answer;
    std::array<char, 4096> part{};
    while (answer.size() < kAnswerMax) {
        const ssize_t size = recv(connection.fd(), part.data(), part.size(), 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return failed(socket_path, errno);
        }
        if (size == 0) {
            return Error{"the agent at " + socket_path + " closed the connection without an answer", {}};
        }
        const std::string_view text(part.data(), static_cast<std::size_t>(size));
        const std::size_t end = text.find('\n');
        answer += text.substr(0, end);
        if (end != std::string_view::npos) {
            return answer;
        }
    }
    return Error{"the agent at " + socket_path + " answers without end", {}};
}

}  // namespace sara::cli
