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

/// What a client asked for: as it was sent, and empty where it was not. Valid for the call that it is given to.
struct HttpRequest {
    std::string_view target;  ///< path and query, of an absolute URI likewise all of it
    std::string_view host;
    std::string_view authorization;
};

struct HttpResponse {
    unsigned status = 200;
    std::string type;  ///< its Content-Type
    std::string body;
    std::string challenge{};  ///< WWW-Authenticate, with 401

    friend bool operator==(const HttpResponse&, const HttpResponse&) = default;
};

/// Answers GET over HTTP/1.1 (RFC 9110), one request per connection: enough for who scrapes metrics or looks at a page.
/// Bounded in clients, in the size of a request and in the time of a connection; another method is answered 405, what
/// breaks a bound is cut off. Each answer tells browsers to load nothing from elsewhere, to be framed by nobody, to
/// take its type as it is said and to keep nothing. It knows no user: who may ask is the handler's to say.
class HttpServer {
public:
    static constexpr std::size_t kMaxClients = 16;
    static constexpr std::uint32_t kMaxHead = 8192;  ///< bytes of request line and header
    static constexpr int kPatienceSeconds = 10;      ///< for request and answer

    using Handler = std::function<HttpResponse(const HttpRequest&)>;

    /// A port of 0 takes a free one.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(boost::asio::io_context& io, const Endpoint& at,
                                                                  Handler handler);
    ~HttpServer();

    [[nodiscard]] Port port() const noexcept { return port_; }

private:
    class Client;
    struct Service;

    HttpServer(boost::asio::io_context& io, boost::asio::ip::tcp::acceptor acceptor, Port port, Handler handler);

    Port port_;
    std::shared_ptr<Service> service_;
    Listener<boost::asio::ip::tcp> listener_;
};

}  // namespace sara::io
