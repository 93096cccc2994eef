// SPDX-License-Identifier: GPL-2.0
#include "agent/gateway_shell.hpp"

#include <algorithm>

#include "agent/log.hpp"
#include "agent/stats.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"

namespace sara::agent {

namespace {

/// Any free port of the dispatcher's address family.
Endpoint any_local(Family family) {
    return Endpoint{family == Family::ipv4 ? Address() : Address::v6({}), 0};
}

}  // namespace

Result<std::unique_ptr<GatewayShell>> GatewayShell::open(boost::asio::io_context& io, const GatewayConfig& config,
                                                         const wire::SharedKey& key, Release release) {
    std::unique_ptr<GatewayShell> self(new GatewayShell(io, config, std::move(release)));
    for (const Endpoint& dispatcher : config.dispatchers) {
        Result<std::unique_ptr<io::UdpSocket>> socket = io::UdpSocket::open(io, any_local(dispatcher.address.family()));
        if (!socket) {
            return socket.error();
        }
        self->links_.push_back(
            std::make_unique<Link>(Link{self->links_.size(), wire::PeerClient(key, dispatcher, &io::random_bytes),
                                        std::move(*socket), false, std::nullopt}));
        Link* link = self->links_.back().get();
        GatewayShell* shell = self.get();
        link->socket->start(
            [shell, link](const Endpoint& from, Bytes datagram) {
                // Dispatchers have nothing to tell but acknowledgements.
                static_cast<void>(link->client.handle(from, datagram, io::now()));
                shell->on_acknowledged(*link);
            },
            [shell, link] {
                shell->flush(*link);
                shell->set_alarm();
            });
        shell->flush(*link);
    }
    self->set_alarm();
    return self;
}

GatewayShell::GatewayShell(boost::asio::io_context& io, const GatewayConfig& config, Release release)
    : release_(std::move(release)), alarm_(io, [this] { on_alarm(); }) {
    if (config.hold && config.hold->time) {
        hold_.emplace(*config.hold->time);
    }
}

void GatewayShell::on_packet(const kern::InspectedPacket& packet) {
    const Time now = io::now();
    const role::GatewayOutput output = role_.handle({.app = packet.app,
                                                     .sender = packet.sender,
                                                     .flow = packet.flow,
                                                     .tcp_seq = packet.tcp_seq,
                                                     .tcp_flags = packet.tcp_flags,
                                                     .payload = packet.payload},
                                                    packet.lost, now);
    const std::vector<role::Ticket> tickets = send(output);
    if (hold_ && output.announces) {
        hold_->sent(packet.flow, tickets, now);
    }
    if (packet.hold != HoldId::none && !(hold_ && hold_->wait(packet.flow, packet.hold))) {
        release_(packet.hold);
    }
    set_alarm();
}

std::vector<role::Ticket> GatewayShell::send(const role::GatewayOutput& output) {
    std::vector<role::Ticket> tickets;
    log(output.log);
    for (const std::unique_ptr<Link>& link : links_) {
        for (const Buffer& message : output.messages) {
            const auto number = link->client.send(message);
            if (number && is_there(*link)) {
                tickets.push_back({link->index, *number});
            }
        }
        flush(*link);
    }
    set_alarm();
    return tickets;
}

bool GatewayShell::is_there(const Link& link) const {
    return link.client.is_up() || (link.last_up && io::now() - *link.last_up < kMissed);
}

void GatewayShell::on_acknowledged(Link& link) {
    for (const std::uint64_t number : link.client.take_acknowledged()) {
        if (hold_) {
            release(hold_->acknowledged({link.index, number}));
        }
    }
}

void GatewayShell::release(const std::vector<HoldId>& replies) {
    for (const HoldId reply : replies) {
        release_(reply);
    }
}

void GatewayShell::flush(Link& link) {
    const Time now = io::now();
    for (const wire::Datagram& datagram : link.client.poll(now)) {
        link.socket->send(datagram.to, datagram.bytes);
    }
    if (link.client.is_up()) {
        link.last_up = now;
    }
    if (link.client.is_up() != link.was_up) {
        link.was_up = link.client.is_up();
        const std::string who = "dispatcher " + link.client.dispatcher().text();
        const auto line = link.was_up ? link_log_.pass(role::LogLevel::info, who + " is connected", now)
                                      : link_log_.pass(role::LogLevel::warning, who + " does not answer", now);
        if (line) {
            log({*line});
        }
    }
}

void GatewayShell::on_alarm() {
    const Time now = io::now();
    if (hold_) {
        hold_->expire(now);
    }
    if (role_.next_deadline() <= now) {
        send(role_.expire(now));
        return;
    }
    for (const std::unique_ptr<Link>& link : links_) {
        flush(*link);
    }
    set_alarm();
}

void GatewayShell::set_alarm() {
    Time earliest = std::min(role_.next_deadline(), hold_ ? hold_->next_deadline() : kNever);
    for (const std::unique_ptr<Link>& link : links_) {
        earliest = std::min(earliest, link->client.next_deadline());
    }
    alarm_.set(earliest);
}

nlohmann::ordered_json GatewayShell::stats() const {
    nlohmann::ordered_json links = nlohmann::ordered_json::array();
    for (const std::unique_ptr<Link>& link : links_) {
        links.push_back({{"address", link->client.dispatcher().text()},
                         {"up", link->client.is_up()},
                         {"queued", link->client.queued()},
                         {"datagrams", to_json(link->client.link_stats())},
                         {"messages", to_json(link->client.stream_stats())},
                         {"send_failures", link->socket->send_failures()}});
    }
    nlohmann::ordered_json out = to_json(role_.counters());
    if (hold_) {
        out["hold"] = to_json(hold_->counters());
    }
    out["dispatchers"] = std::move(links);
    return out;
}

}  // namespace sara::agent
