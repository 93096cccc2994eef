// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "io/listener.hpp"

namespace sara::io {

/// Serves one page to GET, over HTTP/1.1 (RFC 9110) and one request per connection: enough for who scrapes metrics.
/// Bounded in clients, in the size of a request and in the time of a connection; another path is answered 404, another
/// method 405, what breaks a bound is cut off. It knows no user: bind it where only the right ones reach it.
class HttpServer {
public:
    static constexpr std::size_t kMaxClients = 16;
    static constexpr std::uint32_t kMaxHead = 8192;  ///< bytes of request line and header
    static constexpr int kPatienceSeconds = 10;      ///< for request and answer

    struct Page {
        std::string path;  ///< like "/metrics"
        std::string type;  ///< its Content-Type
        std::function<std::string()> text;
    };

    /// A port of 0 takes a free one.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(boost::asio::io_context& io, const Endpoint& at,
                                                                  Page page);
    ~HttpServer();

    [[nodiscard]] Port port() const noexcept { return port_; }

private:
    class Client;
    struct Service;

    HttpServer(boost::asio::io_context& io, boost::asio::ip::tcp::acceptor acceptor, Port port, Page page);

    Port port_;
    std::shared_ptr<Service> service_;
    Listener<boost::asio::ip::tcp> listener_;
};

}  // namespace sara::io
