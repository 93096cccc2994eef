// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "io/listener.hpp"

using namespace sara;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

/// This process may open nothing more, as long as it lives.
class NoDescriptors {
public:
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{0, before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
};

struct Fixture {
    boost::asio::io_context io;
    tcp::endpoint at;
    std::vector<tcp::socket> taken;
    std::optional<io::Listener<tcp>> listener;

    Fixture() {
        tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
        at = acceptor.local_endpoint();
        listener.emplace(io, std::move(acceptor), [this](tcp::socket socket) { taken.push_back(std::move(socket)); });
    }

    tcp::socket connect() {
        tcp::socket socket(io);
        socket.connect(at);
        return socket;
    }
};

}  // namespace

TEST_CASE("a listener takes one connection after the other") {
    Fixture f;
    const tcp::socket first = f.connect();
    const tcp::socket second = f.connect();
    while (f.taken.size() < 2 && f.io.run_one_for(5s) > 0) {
    }
    CHECK(f.taken.size() == 2);
}

TEST_CASE("out of descriptors a listener leaves the processor alone, and takes who waited when there are some again") {
    Fixture f;
    f.io.poll();
    const tcp::socket client = f.connect();
    {
        const NoDescriptors none;
        // Were it to ask again at once, there would always be something more to do.
        int turns = 0;
        while (turns < 100 && f.io.poll_one() > 0) {
            ++turns;
        }
        CHECK(turns < 100);
        CHECK(f.taken.empty());
    }
    while (f.taken.empty() && f.io.run_one_for(5s) > 0) {
    }
    CHECK(f.taken.size() == 1);
}

TEST_CASE("a listener that is gone calls nobody") {
    Fixture f;
    const tcp::socket client = f.connect();
    f.listener.reset();
    f.io.poll();
    CHECK(f.taken.empty());
}
