// SPDX-License-Identifier: GPL-2.0
#include "io/http_server.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <utility>

namespace sara::io {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

namespace {

/// What a page of ours may do: load its own script, style and data. Inline code is none of it, so that nothing that a
/// client of a service said can become code.
constexpr const char* kContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                                       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

/// What clients need of the server; they may outlive it, in handlers that the io_context still holds.
struct HttpServer::Service {
    Handler handler;
    bool open = true;
    std::size_t clients = 0;
};

/// Keeps itself alive as long as it waits for its peer.
class HttpServer::Client : public std::enable_shared_from_this<Client> {
public:
    Client(tcp::socket socket, std::shared_ptr<Service> service)
        : stream_(std::move(socket)), service_(std::move(service)) {
        ++service_->clients;
    }
    ~Client() { --service_->clients; }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void read() {
        parser_.header_limit(kMaxHead);
        parser_.body_limit(0);  // GET has none (RFC 9110, section 9.3.1)
        stream_.expires_after(std::chrono::seconds(kPatienceSeconds));
        http::async_read(stream_, buffer_, parser_,
                         [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                             if (!error && self->service_->open) {
                                 self->answer();
                             }
                         });
    }

private:
    void answer() {
        const auto& request = parser_.get();
        response_.version(11);
        response_.keep_alive(false);
        response_.set("Content-Security-Policy", kContentPolicy);
        response_.set("X-Content-Type-Options", "nosniff");
        response_.set("Referrer-Policy", "no-referrer");
        response_.set("Cross-Origin-Resource-Policy", "same-origin");
        response_.set(http::field::cache_control, "no-store");
        if (request.method() != http::verb::get) {
            response_.result(http::status::method_not_allowed);
            response_.set(http::field::allow, "GET");
        } else {
            HttpResponse answer = service_->handler({.target = view(request.target()),
                                                     .host = view(request[http::field::host]),
                                                     .authorization = view(request[http::field::authorization])});
            response_.result(answer.status);
            response_.set(http::field::content_type, answer.type);
            if (!answer.challenge.empty()) {
                response_.set(http::field::www_authenticate, answer.challenge);
            }
            response_.body() = std::move(answer.body);
        }
        response_.prepare_payload();
        http::async_write(stream_, response_,
                          [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                              self->stream_.socket().shutdown(tcp::socket::shutdown_send, error);
                          });
    }

    boost::beast::tcp_stream stream_;
    std::shared_ptr<Service> service_;
    boost::beast::flat_buffer buffer_{kMaxHead};
    http::request_parser<http::empty_body> parser_;
    http::response<http::string_body> response_;
};

Result<std::unique_ptr<HttpServer>> HttpServer::open(boost::asio::io_context& io, const Endpoint& at, Handler handler) {
    boost::system::error_code error;
    const auto failed = [&](const std::string& doing) {
        return Error{doing + " failed: " + error.message(), "HTTP server " + at.text()};
    };
    const auto address = boost::asio::ip::make_address(at.address.text(), error);
    if (error) {
        return failed("reading its address");
    }
    const tcp::endpoint endpoint(address, at.port);
    tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), error);
    if (error) {
        return failed("opening");
    }
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(endpoint, error);
    if (error) {
        return failed("binding");
    }
    acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) {
        return failed("listening");
    }
    const Port port = acceptor.local_endpoint(error).port();
    return std::unique_ptr<HttpServer>(new HttpServer(io, std::move(acceptor), port, std::move(handler)));
}

HttpServer::HttpServer(boost::asio::io_context& io, tcp::acceptor acceptor, Port port, Handler handler)
    : port_(port), service_(std::make_shared<Service>(Service{std::move(handler)})),
      listener_(io, std::move(acceptor), [service = service_](tcp::socket socket) {
          if (service->clients < kMaxClients) {
              std::make_shared<Client>(std::move(socket), service)->read();
          }
      }) {}

HttpServer::~HttpServer() {
    service_->open = false;
}

}  // namespace sara::io
