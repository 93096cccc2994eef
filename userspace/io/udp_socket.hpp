// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace sara::io {

/// Datagrams, as they come and go: what cannot be sent at once is counted and forgotten, the layer above repeats.
class UdpSocket {
public:
    using OnDatagram = std::function<void(const Endpoint& from, Bytes datagram)>;
    using OnBatch = std::function<void()>;

    /// Bound to `local`; port 0: any free one.
    [[nodiscard]] static Result<std::unique_ptr<UdpSocket>> open(boost::asio::io_context& io, const Endpoint& local);

    /// `on_batch` is called after the datagrams that were there together.
    void start(OnDatagram on_datagram, OnBatch on_batch);

    void send(const Endpoint& to, Bytes datagram) noexcept;

    [[nodiscard]] const Endpoint& local() const noexcept { return local_; }
    [[nodiscard]] std::uint64_t send_failures() const noexcept { return send_failures_; }

private:
    /// Others get their turn after so many datagrams.
    static constexpr int kBatch = 64;
    static constexpr std::size_t kMaxDatagram = 65536;

    explicit UdpSocket(boost::asio::ip::udp::socket socket) : socket_(std::move(socket)) {}

    void wait();
    void read();

    boost::asio::ip::udp::socket socket_;
    Endpoint local_;
    std::array<std::uint8_t, kMaxDatagram> buffer_{};
    OnDatagram on_datagram_;
    OnBatch on_batch_;
    std::uint64_t send_failures_ = 0;
};

}  // namespace sara::io
