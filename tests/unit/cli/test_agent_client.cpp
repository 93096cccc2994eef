// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/agent_client.hpp"

using namespace sara;
using namespace sara::cli;
using namespace std::chrono_literals;

namespace {

constexpr auto kShort = 20ms;

/// A control socket whose agent does what a test wants; by itself it takes no connection.
class Agent {
public:
    explicit Agent(int backlog = 8) {
        std::filesystem::remove(path_);
        const sockaddr_un address = at();
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
        REQUIRE(::listen(fd_, backlog) == 0);
    }
    ~Agent() {
        if (thread_.joinable()) {
            thread_.join();
        }
        ::close(fd_);
        std::filesystem::remove(path_);
    }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Serves one client, in a thread.
    template <typename Serve>
    void serve(Serve each) {
        thread_ = std::thread([this, each] {
            const int client = ::accept(fd_, nullptr, nullptr);
            each(client);
            ::close(client);
        });
    }

    [[nodiscard]] sockaddr_un at() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
        return address;
    }

    [[nodiscard]] std::string path() const { return path_; }

private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("sara-cli-test." + std::to_string(getpid()) + ".sock");
    int fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::thread thread_;
};

bool write(int client, std::string_view text) {
    return ::send(client, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace

TEST_CASE("an agent answers a line by a line, in parts or at once") {
    Agent agent;
    agent.serve([](int client) {
        std::array<char, 64> request{};
        const ssize_t size = ::recv(client, request.data(), request.size(), 0);
        write(client, "<");
        write(client, std::string_view(request.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
    });
    const Result<std::string> answer = ask_agent(agent.path(), "hello");
    REQUIRE(answer.ok());
    CHECK(*answer == "<hello");
}

TEST_CASE("an agent that does not answer is not waited for beyond the patience") {
    const Agent agent;
    CHECK(ask_agent(agent.path(), "hello", kShort).error().text() ==
          "the agent at " + agent.path() + " does not answer");
}

TEST_CASE("nor is one that takes no connection any more, as when it is stopped") {
    const Agent agent(0);
    const sockaddr_un address = agent.at();
    std::vector<int> waiting;
    for (;;) {
        waiting.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (::connect(waiting.back(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
            break;
        }
    }
    CHECK(ask_agent(agent.path(), "hello", kShort).error().text() ==
          "the agent at " + agent.path() + " does not answer");
    for (const int fd : waiting) {
        ::close(fd);
    }
}

TEST_CASE("nor is one that goes on answering and comes to no end") {
    Agent agent;
    agent.serve([](int client) {
        while (write(client, "x")) {
        }
    });
    CHECK(ask_agent(agent.path(), "hello", kShort).error().text() ==
          "the agent at " + agent.path() + " does not answer");
}

TEST_CASE("no agent, and what to do") {
    std::string path;
    {
        const Agent agent;
        path = agent.path();
    }
    CHECK(ask_agent(path, "hello").error().text() ==
          "no agent listens at " + path + ": start sara-agent, or give its control socket");
}
