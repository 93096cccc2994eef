// SPDX-License-Identifier: GPL-2.0
#include "agent/peer_link.hpp"

#include <utility>

#include "agent/log.hpp"
#include "agent/stats.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

Result<std::unique_ptr<PeerLink>> PeerLink::open(boost::asio::io_context& io, const Endpoint& dispatcher,
                                                 const wire::SharedKey& key, Hooks hooks,
                                                 const std::optional<Address>& source) {
    const Address any = dispatcher.address.family() == Family::ipv4 ? Address() : Address::v6({});
    const Endpoint local{source.value_or(any), 0};
    Result<std::unique_ptr<io::UdpSocket>> socket = io::UdpSocket::open(io, local);
    if (!socket) {
        return socket.error();
    }
    std::unique_ptr<PeerLink> link(new PeerLink(dispatcher, key, std::move(*socket), std::move(hooks)));
    link->socket_->start(
        [self = link.get()](const Endpoint& from, Bytes datagram) {
            for (const Buffer& message : self->client_.handle(from, datagram, io::now())) {
                if (self->hooks_.on_message) {
                    self->hooks_.on_message(message);
                }
            }
            self->hooks_.on_datagram();
        },
        [self = link.get()] {
            self->flush();
            self->hooks_.on_batch();
        });
    link->flush();
    return link;
}

PeerLink::PeerLink(const Endpoint& dispatcher, const wire::SharedKey& key, std::unique_ptr<io::UdpSocket> socket,
                   Hooks hooks)
    : client_(key, dispatcher, &io::random_bytes), socket_(std::move(socket)), hooks_(std::move(hooks)) {}

void PeerLink::flush() {
    const Time now = io::now();
    for (const wire::Datagram& datagram : client_.poll(now)) {
        socket_->send(datagram.to, datagram.bytes);
    }
    if (client_.is_up()) {
        last_up_ = now;
    }
    if (client_.is_up() == was_up_) {
        return;
    }
    was_up_ = client_.is_up();
    const std::string who = "dispatcher " + client_.dispatcher().text();
    if (const auto line = was_up_ ? log_.pass(role::LogLevel::info, who + " is connected", now)
                                  : log_.pass(role::LogLevel::warning, who + " does not answer", now)) {
        log({*line});
    }
}

void PeerLink::note(Buffer note) {
    if (const std::optional<wire::Datagram> datagram = client_.note(std::move(note))) {
        socket_->send(datagram->to, datagram->bytes);
    }
}

nlohmann::ordered_json PeerLink::stats() const {
    return {{"address", client_.dispatcher().text()},
            {"up", client_.is_up()},
            {"queued", client_.queued()},
            {"datagrams", to_json(client_.link_stats())},
            {"messages", to_json(client_.stream_stats())},
            {"send_failures", socket_->send_failures()}};
}

}  // namespace sara::agent
