// SPDX-License-Identifier: GPL-2.0
#include "io/udp_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>

namespace sara::io {

namespace ip = boost::asio::ip;

namespace {

ip::udp::endpoint to_asio(const Endpoint& endpoint) {
    const Bytes bytes = endpoint.address.bytes();
    if (endpoint.address.family() == Family::ipv4) {
        return {ip::address_v4({bytes[0], bytes[1], bytes[2], bytes[3]}), endpoint.port};
    }
    ip::address_v6::bytes_type octets;
    std::copy(bytes.begin(), bytes.end(), octets.begin());
    return {ip::address_v6(octets), endpoint.port};
}

Endpoint from_asio(const ip::udp::endpoint& endpoint) {
    if (endpoint.address().is_v4()) {
        return {Address::v4(endpoint.address().to_v4().to_bytes()), endpoint.port()};
    }
    return {Address::v6(endpoint.address().to_v6().to_bytes()), endpoint.port()};
}

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(boost::asio::io_context& io, const Endpoint& local) {
    boost::system::error_code error;
    ip::udp::socket socket(io);
    const auto failed = [&](const char* doing) {
        return Error{std::string(doing) + " failed: " + error.message(), "UDP " + local.text()};
    };
    const ip::udp::endpoint at = to_asio(local);
    if (socket.open(at.protocol(), error)) {
        return failed("opening a socket");
    }
    if (local.address.family() == Family::ipv6 && socket.set_option(ip::v6_only(true), error)) {
        return failed("setting IPV6_V6ONLY");
    }
    if (socket.bind(at, error)) {
        return failed("binding");
    }
    if (socket.non_blocking(true, error)) {
        return failed("setting O_NONBLOCK");
    }
    // Bursts of a gateway's announcements; less where net.core.rmem_max does not allow it.
    socket.set_option(boost::asio::socket_base::receive_buffer_size(1 << 20), error);
    const ip::udp::endpoint bound = socket.local_endpoint(error);
    if (error) {
        return failed("asking for the local address");
    }
    std::unique_ptr<UdpSocket> self(new UdpSocket(std::move(socket)));
    self->local_ = from_asio(bound);
    return self;
}

void UdpSocket::start(OnDatagram on_datagram, OnBatch on_batch) {
    on_datagram_ = std::move(on_datagram);
    on_batch_ = std::move(on_batch);
    wait();
}

void UdpSocket::wait() {
    socket_.async_wait(ip::udp::socket::wait_read, [this](const boost::system::error_code& error) {
        if (!error) {
            read();
            wait();
        }
    });
}

void UdpSocket::read() {
    for (int i = 0; i < kBatch; ++i) {
        boost::system::error_code error;
        ip::udp::endpoint from;
        const std::size_t size = socket_.receive_from(boost::asio::buffer(buffer_), from, 0, error);
        if (error == boost::asio::error::would_block) {
            break;
        }
        if (!error) {  // else an ICMP error about something sent earlier: the layer above notices the silence
            on_datagram_(from_asio(from), Bytes(buffer_.data(), size));
        }
    }
    on_batch_();
}

void UdpSocket::send(const Endpoint& to, Bytes datagram) noexcept {
    boost::system::error_code error;
    socket_.send_to(boost::asio::buffer(datagram.data(), datagram.size()), to_asio(to), 0, error);
    if (error) {
        ++send_failures_;
    }
}

}  // namespace sara::io
