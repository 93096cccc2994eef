// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/result.hpp"

namespace sara::io {

/// One connection, by UDP or TCP, to an application that is asked something once. Hooks are not called any more once it
/// is destroyed, which they may do themselves.
class ProbeSocket : public std::enable_shared_from_this<ProbeSocket> {
public:
    struct Hooks {
        /// Its result is sent.
        std::function<std::string(const Endpoint& local)> on_connected;
        std::function<void(Bytes)> on_bytes;
        /// The last one: the connection was refused, or ended.
        std::function<void(std::string why)> on_failed;
    };

    [[nodiscard]] static Result<std::shared_ptr<ProbeSocket>> open(boost::asio::io_context& io, Transport transport,
                                                                   const Endpoint& to, Hooks hooks);

private:
    ProbeSocket(boost::asio::io_context& io, int descriptor, Hooks hooks)
        : descriptor_(io, descriptor), hooks_(std::move(hooks)) {}

    void wait_connected();
    void wait_bytes();
    void connected();
    void read();
    void fail(int error);

    boost::asio::posix::stream_descriptor descriptor_;
    Hooks hooks_;
};

}  // namespace sara::io
