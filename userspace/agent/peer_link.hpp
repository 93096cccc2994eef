// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/address.hpp"
#include "core/base/result.hpp"
#include "core/role/log_line.hpp"
#include "core/wire/peer_client.hpp"
#include "io/udp_socket.hpp"

namespace sara::agent {

/// The link of a gateway, a node or another dispatcher to one dispatcher, with its hands: a socket of its own. Logs
/// when it comes and goes.
class PeerLink {
public:
    struct Hooks {
        std::function<void()> on_datagram;                ///< one was handled: client() may have news
        std::function<void()> on_batch;                   ///< all that were there: next_deadline() may be another
        std::function<void(Bytes message)> on_message{};  ///< of the dispatcher; if not given, they have nothing to say
    };

    /// Begins to connect, from any free port of `source`; of whatever address reaches it, if that is not given.
    [[nodiscard]] static Result<std::unique_ptr<PeerLink>> open(boost::asio::io_context& io, const Endpoint& dispatcher,
                                                                const wire::SharedKey& key, Hooks hooks,
                                                                const std::optional<Address>& source = std::nullopt);

    /// Sends what is due. To be called after client().send(), and at next_deadline().
    void flush();
    /// Sends it once, if the link is up (PeerClient::note).
    void note(Buffer note);

    [[nodiscard]] wire::PeerClient& client() noexcept { return client_; }
    [[nodiscard]] const wire::PeerClient& client() const noexcept { return client_; }
    [[nodiscard]] Time next_deadline() const noexcept { return client_.next_deadline(); }
    /// When the link was last seen to be up.
    [[nodiscard]] const std::optional<Time>& last_up() const noexcept { return last_up_; }

    [[nodiscard]] nlohmann::ordered_json stats() const;

private:
    PeerLink(const Endpoint& dispatcher, const wire::SharedKey& key, std::unique_ptr<io::UdpSocket> socket,
             Hooks hooks);

    wire::PeerClient client_;
    std::unique_ptr<io::UdpSocket> socket_;
    Hooks hooks_;
    bool was_up_ = false;
    std::optional<Time> last_up_;
    role::LogLimit log_{1};
};

}  // namespace sara::agent
