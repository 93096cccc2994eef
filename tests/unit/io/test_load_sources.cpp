// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "io/load_sources.hpp"

using namespace sara;
using namespace sara::io;

namespace {

/// A socket bound to any port of the loopback address, closed with the test.
class Bound {
public:
    explicit Bound(int type) : fd_(::socket(AF_INET, type, 0)) {
        sockaddr_in self{};
        self.sin_family = AF_INET;
        self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&self), sizeof(self)) == 0);
        socklen_t size = sizeof(address_);
        REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size) == 0);
    }
    ~Bound() { ::close(fd_); }
    Bound(const Bound&) = delete;
    Bound& operator=(const Bound&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] Port port() const { return ntohs(address_.sin_port); }
    [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }

private:
    int fd_;
    sockaddr_in address_{};
};

const node::SocketQueue* find(const node::Sources& sources, const std::string& name) {
    REQUIRE(sources.queues);
    const auto found = std::find_if(sources.queues->begin(), sources.queues->end(),
                                    [&](const node::SocketQueue& queue) { return queue.name == name; });
    return found == sources.queues->end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("this machine tells its processors, memory and sockets") {
    const node::Sources sources = read_load_sources({});
    CHECK(node::parse_stat(sources.stat));
    CHECK(node::parse_meminfo(sources.meminfo));
    CHECK(node::parse_sockstat(sources.sockstat));
    CHECK(node::parse_memory_limit(sources.tcp_mem));
    CHECK(node::parse_memory_limit(sources.udp_mem));
    CHECK(node::parse_snmp(sources.snmp));
    REQUIRE(sources.queues);
    CHECK(sources.queues->empty());
}

TEST_CASE("what waits in a UDP socket is told against its buffer") {
    const Bound server(SOCK_DGRAM);
    const Bound client(SOCK_DGRAM);
    const ListenPort port{Transport::udp, server.port()};
    const std::string name = "udp " + std::to_string(port.port);
    REQUIRE(find(read_load_sources({&port, 1}), name) != nullptr);
    const std::string datagram(1000, 'x');
    REQUIRE(::sendto(client.fd(), datagram.data(), datagram.size(), 0, server.address(), sizeof(sockaddr_in)) == 1000);
    const node::Sources sources = read_load_sources({&port, 1});
    const node::SocketQueue* queue = find(sources, name);
    REQUIRE(queue != nullptr);
    CHECK(queue->waiting >= 1000);
    CHECK(queue->limit > queue->waiting);
    CHECK(find(sources, "udp " + std::to_string(client.port())) == nullptr);
}

TEST_CASE("connections that nobody accepts are told against the backlog") {
    const Bound server(SOCK_STREAM);
    REQUIRE(::listen(server.fd(), 7) == 0);
    const Bound client(SOCK_STREAM);
    REQUIRE(::connect(client.fd(), server.address(), sizeof(sockaddr_in)) == 0);
    const ListenPort port{Transport::tcp, server.port()};
    const node::Sources sources = read_load_sources({&port, 1});
    const node::SocketQueue* queue = find(sources, "tcp " + std::to_string(port.port));
    REQUIRE(queue != nullptr);
    CHECK(queue->waiting == 1);
    CHECK(queue->limit == 7);
}
