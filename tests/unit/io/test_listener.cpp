// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "io/listener.hpp"

using namespace sara;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

/// A listening socket, and a client that can connect to it.
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

/// A protocol whose acceptor finds `failures` times that this process may open nothing more, and then a connection.
struct Full {
    struct State {
        int failures = 0;
        int asked = 0;
    };

    struct Socket {};
    using socket = Socket;

    struct Acceptor {
        boost::asio::io_context* io;
        std::shared_ptr<State> state;

        void async_accept(std::function<void(const boost::system::error_code&, Socket)> handler) const {
            ++state->asked;
            if (state->asked > state->failures + 1) {
                return;  // nobody else comes
            }
            const boost::system::error_code error =
                state->asked <= state->failures ? boost::system::error_code(boost::system::errc::too_many_files_open,
                                                                            boost::system::system_category())
                                                : boost::system::error_code();
            boost::asio::post(*io, [handler = std::move(handler), error] { handler(error, Socket{}); });
        }
    };
    using acceptor = Acceptor;
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
    boost::asio::io_context io;
    const auto state = std::make_shared<Full::State>(Full::State{.failures = 2});
    int taken = 0;
    const io::Listener<Full> listener(io, {&io, state}, [&taken](Full::Socket) { ++taken; });
    // Whatever can be done now: were it to ask again at once, it would be through with its failures.
    io.poll();
    CHECK(state->asked == 1);
    while (taken == 0 && io.run_one_for(5s) > 0) {
    }
    CHECK(taken == 1);
    CHECK(state->asked == 4);
}

TEST_CASE("a listener that is gone calls nobody") {
    Fixture f;
    const tcp::socket client = f.connect();
    f.listener.reset();
    f.io.poll();
    CHECK(f.taken.empty());
}
