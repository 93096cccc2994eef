// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <string>

#include "io/http_server.hpp"

using namespace sara;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

std::unique_ptr<io::HttpServer> serve(boost::asio::io_context& io) {
    auto server = io::HttpServer::open(io, {*Address::parse("127.0.0.1"), 0}, [](const io::HttpRequest& request) {
        if (request.target != "/metrics") {
            return io::HttpResponse{401, "text/plain", std::string(request.host), "Bearer"};
        }
        return io::HttpResponse{200, "text/plain; version=0.0.4", "sara_up 1\n" + std::string(request.authorization)};
    });
    REQUIRE(server.ok());
    return std::move(*server);
}

/// Everything that the server answers until it hangs up. Never blocks: the server runs in the same thread.
std::string ask(boost::asio::io_context& io, const io::HttpServer& server, const std::string& request) {
    tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    socket.non_blocking(true);
    boost::system::error_code error;
    static_cast<void>(socket.write_some(boost::asio::buffer(request), error));
    std::string answer;
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (std::chrono::steady_clock::now() < end) {
        io.run_one_for(10ms);
        std::array<char, 4096> some{};
        const std::size_t size = socket.read_some(boost::asio::buffer(some), error);
        answer.append(some.data(), size);
        if (error && error != boost::asio::error::would_block) {
            return answer;
        }
    }
    return answer + "(still open)";
}

}  // namespace

TEST_CASE("what the handler gives is served to GET, and the connection closed") {
    boost::asio::io_context io;
    const auto server = serve(io);
    const std::string answer = ask(io, *server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(answer.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
    CHECK(answer.find("Content-Type: text/plain; version=0.0.4\r\n") != std::string::npos);
    CHECK(answer.find("Content-Length: 10\r\n") != std::string::npos);
    CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == "sara_up 1\n");
}

TEST_CASE("the handler gets target, host and authorization, and says the status") {
    boost::asio::io_context io;
    const auto server = serve(io);
    const std::string refused = ask(io, *server, "GET /?a=b HTTP/1.1\r\nHost: lb:9478\r\n\r\n");
    CHECK(refused.rfind("HTTP/1.1 401", 0) == 0);
    CHECK(refused.find("WWW-Authenticate: Bearer\r\n") != std::string::npos);
    CHECK(refused.substr(refused.find("\r\n\r\n") + 4) == "lb:9478");
    const std::string answer =
        ask(io, *server, "GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer abc\r\n\r\n");
    CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == "sara_up 1\nBearer abc");
}

TEST_CASE("only GET is answered") {
    boost::asio::io_context io;
    const auto server = serve(io);
    for (const char* const method : {"DELETE", "POST", "HEAD", "OPTIONS"}) {
        const std::string answer = ask(io, *server, std::string(method) + " /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(answer.rfind("HTTP/1.1 405", 0) == 0);
        CHECK(answer.find("Allow: GET\r\n") != std::string::npos);
        CHECK(answer.find("Access-Control-") == std::string::npos);
    }
}

TEST_CASE("browsers are told to run and load nothing but what is served here") {
    boost::asio::io_context io;
    const auto server = serve(io);
    const std::string answer = ask(io, *server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(answer.find("Content-Security-Policy: default-src 'none'; script-src 'self'; ") != std::string::npos);
    CHECK(answer.find("frame-ancestors 'none'\r\n") != std::string::npos);
    CHECK(answer.find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
    CHECK(answer.find("Cache-Control: no-store\r\n") != std::string::npos);
    CHECK(answer.find("Access-Control-") == std::string::npos);
}

TEST_CASE("what is no request, or too long a one, is cut off") {
    boost::asio::io_context io;
    const auto server = serve(io);
    CHECK(ask(io, *server, "\x16\x03\x01 hello\r\n\r\n").empty());
    CHECK(ask(io, *server, "GET /metrics HTTP/1.1\r\nA: " + std::string(20000, 'a') + "\r\n\r\n").empty());
}

TEST_CASE("more clients than it serves at once are turned away, and it goes on when they have left") {
    boost::asio::io_context io;
    const auto server = serve(io);
    {
        std::vector<tcp::socket> idle;
        for (std::size_t i = 0; i < io::HttpServer::kMaxClients; ++i) {
            idle.emplace_back(io).connect({boost::asio::ip::address_v4::loopback(), server->port()});
        }
        CHECK(ask(io, *server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").empty());
    }
    CHECK(ask(io, *server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").rfind("HTTP/1.1 200", 0) == 0);
}

TEST_CASE("a taken port is a sentence that names it") {
    boost::asio::io_context io;
    const auto server = serve(io);
    const auto second = io::HttpServer::open(io, {*Address::parse("127.0.0.1"), server->port()}, {});
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().text().find("127.0.0.1:" + std::to_string(server->port())) != std::string::npos);
}
