// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sara::io {

/// A unix stream socket of lines: one line in, one line out, until the client leaves. Bounded in clients and in the
/// length of a line; a client that breaks a bound is cut off. Only the owner of the process may connect (mode 0600).
class ControlSocket {
public:
    static constexpr std::size_t kMaxClients = 16;
    static constexpr std::size_t kMaxLine = 4096;

    /// The answer, without line end.
    using OnLine = std::function<std::string(std::string_view line)>;

    /// Takes over a socket file that nobody listens on any more; its folder is made if it is missing.
    [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> open(boost::asio::io_context& io,
                                                                     const std::string& path, OnLine on_line);
    ~ControlSocket();

private:
    class Client;
    struct Service;

    ControlSocket(boost::asio::local::stream_protocol::acceptor acceptor, std::string path, OnLine on_line);

    void accept();

    boost::asio::local::stream_protocol::acceptor acceptor_;
    std::string path_;
    std::shared_ptr<Service> service_;
};

}  // namespace sara::io
