// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <utility>

#include "core/base/time.hpp"
#include "io/alarm.hpp"
#include "io/clock.hpp"

namespace sara::io {

/// Takes the connections of a listening stream socket. When this process may not open one more (EMFILE), the client
/// waits in the socket's queue, which stays readable: asking again at once would only burn the processor.
template <typename Protocol>
class Listener {
public:
    using Acceptor = typename Protocol::acceptor;
    using Socket = typename Protocol::socket;

    static constexpr Duration kRetry = std::chrono::milliseconds(100);

    /// `acceptor` listens. `on_socket` may refuse a connection by letting go of it.
    Listener(boost::asio::io_context& io, Acceptor acceptor, std::function<void(Socket)> on_socket)
        : acceptor_(std::move(acceptor)), on_socket_(std::move(on_socket)), retry_(io, [this] { accept(); }) {
        accept();
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& error, Socket socket) {
            if (error == boost::asio::error::operation_aborted) {
                return;  // this is gone
            }
            if (error) {
                retry_.set(now() + kRetry);
                return;
            }
            on_socket_(std::move(socket));
            accept();
        });
    }

    Acceptor acceptor_;
    std::function<void(Socket)> on_socket_;
    Alarm retry_;
};

}  // namespace sara::io
