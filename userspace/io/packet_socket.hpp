// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace sara::io {

/// Sends Ethernet frames by any device, and receives Echo Replies of one identifier, of IPv4 and IPv6, as frames
/// (packet(7)): also those that this machine's own stack drops, because they come from an address that it has itself.
///
/// There is a socket for each of the two EtherTypes, not one for all: that one would be handed each packet on its way
/// out, too, and before the kernel module takes it on its way in. So what is forwarded costs nothing.
class PacketSocket {
public:
    using OnFrame = std::function<void(std::uint32_t device, Bytes frame)>;

    /// Refused without CAP_NET_RAW. `on_frame` is not called before the first turn of the loop, or drain().
    [[nodiscard]] static Result<std::unique_ptr<PacketSocket>> open(boost::asio::io_context& io,
                                                                    std::uint16_t identifier, OnFrame on_frame);

    /// By the device of this index. What cannot be sent at once is not sent. True: it was.
    bool send(std::uint32_t device, Bytes frame) noexcept;

    /// Passes on what has arrived until now.
    void drain();

private:
    /// Others get their turn after so many frames.
    static constexpr int kBatch = 256;
    /// All that the socket can hold.
    static constexpr int kMaxBatches = 64;
    static constexpr std::size_t kMaxFrame = 2048;  ///< replies are far smaller

    using Descriptor = boost::asio::posix::stream_descriptor;

    explicit PacketSocket(OnFrame on_frame) : on_frame_(std::move(on_frame)) {}

    void wait(Descriptor& descriptor);
    /// True if there may be more.
    bool read(Descriptor& descriptor);

    OnFrame on_frame_;
    std::vector<Descriptor> descriptors_;
    std::array<std::uint8_t, kMaxFrame> buffer_{};
};

}  // namespace sara::io
