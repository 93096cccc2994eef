// SPDX-License-Identifier: GPL-2.0
#include "io/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "io/clock.hpp"

namespace sara::io {

namespace {

constexpr std::size_t kMostOutput = 8U << 20;

/// In the child: becomes the program, or ends.
[[noreturn]] void become(char* const* argv, int out) {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || ::dup2(null, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 ||
        ::dup2(null, STDERR_FILENO) < 0) {
        ::_exit(127);
    }
    ::execvp(argv[0], argv);
    for (const char* folder : {"/usr/sbin/", "/sbin/"}) {
        std::array<char, 128> path{};
        std::size_t size = 0;
        for (const char* part : {folder, static_cast<const char*>(argv[0])}) {
            for (; *part != '\0' && size + 1 < path.size(); ++part) {
                path[size++] = *part;
            }
        }
        ::execv(path.data(), argv);
    }
    ::_exit(127);
}

/// All of it; nothing if it does not end in time.
std::optional<std::string> read_all(int fd, Time deadline) {
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
        pollfd waiting{fd, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
            return std::nullopt;
        }
        const ssize_t got = ::read(fd, part.data(), part.size());
        if (got == 0) {
            return text;
        }
        if (got < 0 || text.size() > kMostOutput) {
            return std::nullopt;
        }
        text.append(part.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

std::optional<std::string> output_of(const std::vector<std::string>& words, std::chrono::milliseconds patience) {
    std::vector<char*> argv;
    for (const std::string& word : words) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    std::array<int, 2> ends{};
    if (words.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        become(argv.data(), ends[1]);
    }
    ::close(ends[1]);
    std::optional<std::string> text;
    if (child > 0) {
        text = read_all(ends[0], now() + patience);
        if (!text) {
            ::kill(child, SIGKILL);
        }
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            text.reset();
        }
    }
    ::close(ends[0]);
    return text;
}

}  // namespace sara::io
