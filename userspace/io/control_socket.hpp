// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "io/listener.hpp"

namespace sara::io {

/// A unix stream socket of lines: one line in, one line out, until the client leaves. One that watches gets lines of
/// their own, too, and asks nothing more. Bounded in clients, in the length of a line, and in lines that a client has
/// not read yet; a client that breaks a bound is cut off. Its owner may connect, and
/// its group if the umask leaves it both rights; others never.
class ControlSocket {
public:
    static constexpr std::size_t kMaxClients = 16;
    static constexpr std::size_t kMaxLine = 4096;

    /// Lines that one who watches is behind, at most.
    static constexpr std::size_t kMaxBehind = 256;

    /// What a line is answered.
    struct Reply {
        Reply(std::string text, bool watches = false)  // NOLINT(google-explicit-constructor): mostly it is a line
            : line(std::move(text)), watch(watches) {}

        std::string line;  ///< without line end
        bool watch;        ///< and from now on, what publish() says
    };
    using OnLine = std::function<Reply(std::string_view line)>;

    /// Takes over a socket file that nobody listens on any more; its folder is made if it is missing.
    [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> open(boost::asio::io_context& io,
                                                                     const std::string& path, OnLine on_line);
    ~ControlSocket();

    /// A line, without its end, to all who watch. Who is too far behind gets no more than `last`, and is cut off.
    void publish(std::string_view line, std::string_view last);
    [[nodiscard]] std::size_t watchers() const noexcept;
    /// How many that were too slow were cut off.
    [[nodiscard]] std::uint64_t cut_off() const noexcept;

private:
    class Client;
    struct Service;

    ControlSocket(boost::asio::io_context& io, boost::asio::local::stream_protocol::acceptor acceptor, std::string path,
                  OnLine on_line);

    std::string path_;
    std::shared_ptr<Service> service_;
    Listener<boost::asio::local::stream_protocol> listener_;
};

}  // namespace sara::io
