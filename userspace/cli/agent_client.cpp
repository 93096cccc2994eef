// SPDX-License-Identifier: GPL-2.0
#include "cli/agent_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace sara::cli {

namespace {

constexpr std::size_t kAnswerMax = 16U << 20;

Error failed(const std::string& path, int code) {
    switch (code) {
    case ENOENT:
    case ECONNREFUSED:
        return {"no agent listens at " + path + ": start sara-agent, or give its control socket", {}};
    case EACCES:
    case EPERM:
        return {"no permission for the agent's control socket " + path +
                    ": run as root, or as who is in the socket's group",
                {}};
    case EAGAIN:
        return {"the agent at " + path + " does not answer", {}};
    default:
        return {std::generic_category().message(code), path};
    }
}

/// To the agent's control socket: lines out, lines in. All of it together takes no longer than its patience.
class Connection {
public:
    Connection(std::string path, std::chrono::milliseconds patience)
        : path_(std::move(path)), fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
          deadline_(Clock::now() + patience) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }

    [[nodiscard]] Status open() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path_.size() >= sizeof(address.sun_path)) {
            return Error{"the path of a socket has at most " + std::to_string(sizeof(address.sun_path) - 1) + " bytes",
                         {}};
        }
        std::memcpy(address.sun_path, path_.c_str(), path_.size());
        if (fd_ < 0 || !may_wait() || connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
            return failed(path_, errno);
        }
        return Done{};
    }

    void wait_for_ever() { deadline_.reset(); }

    [[nodiscard]] Status write(std::string line) const {
        line += '\n';
        for (std::size_t sent = 0; sent < line.size();) {
            if (!may_wait()) {
                return failed(path_, errno);
            }
            const ssize_t size = send(fd_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
            if (size < 0 && errno != EINTR) {
                return failed(path_, errno);
            }
            sent += size > 0 ? static_cast<std::size_t>(size) : 0;
        }
        return Done{};
    }

    [[nodiscard]] Result<std::string> read() {
        std::array<char, 4096> part{};
        for (;;) {
            if (const std::size_t end = input_.find('\n'); end != std::string::npos) {
                std::string line = input_.substr(0, end);
                input_.erase(0, end + 1);
                return line;
            }
            if (input_.size() > kAnswerMax) {
                return Error{"the agent at " + path_ + " answers without end", {}};
            }
            if (!may_wait()) {
                return failed(path_, errno);
            }
            const ssize_t size = recv(fd_, part.data(), part.size(), 0);
            if (size < 0 && errno != EINTR) {
                return failed(path_, errno);
            }
            if (size == 0) {
                return Error{"the agent at " + path_ + " closed the connection without an answer", {}};
            }
            input_.append(part.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        }
    }

private:
    using Clock = std::chrono::steady_clock;

    /// Lets the next call wait for what is left of the patience; nothing is: false, as EAGAIN.
    [[nodiscard]] bool may_wait() const {
        timeval time{};  // for ever
        if (deadline_) {
            const auto left = std::chrono::duration_cast<std::chrono::microseconds>(*deadline_ - Clock::now()).count();
            if (left <= 0) {
                errno = EAGAIN;
                return false;
            }
            time = {left / 1'000'000, left % 1'000'000};
        }
        return setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) == 0 &&
               setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) == 0;
    }

    std::string path_;
    int fd_;
    std::optional<Clock::time_point> deadline_;  ///< nothing: none
    std::string input_;                          ///< not given yet
};

}  // namespace

Result<std::string> ask_agent(const std::string& socket_path, std::string request, std::chrono::milliseconds patience) {
    Connection connection(socket_path, patience);
    if (const Status opened = connection.open(); !opened) {
        return opened.error();
    }
    if (const Status sent = connection.write(std::move(request)); !sent) {
        return sent.error();
    }
    return connection.read();
}

Status watch_agent(const std::string& socket_path, std::string request,
                   const std::function<bool(std::string_view line)>& wants_more) {
    Connection connection(socket_path, kPatience);
    if (Status opened = connection.open(); !opened) {
        return opened;
    }
    if (Status sent = connection.write(std::move(request)); !sent) {
        return sent;
    }
    for (;;) {
        const Result<std::string> line = connection.read();
        if (!line) {
            return line.error();
        }
        if (!wants_more(*line)) {
            return Done{};
        }
        connection.wait_for_ever();
    }
}

}  // namespace sara::cli
