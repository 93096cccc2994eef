// SPDX-License-Identifier: GPL-2.0
#include "agent/gateway_shell.hpp"

#include <algorithm>

#include "agent/log.hpp"
#include "agent/stats.hpp"
#include "io/clock.hpp"

namespace sara::agent {

Result<std::unique_ptr<GatewayShell>> GatewayShell::open(boost::asio::io_context& io, const GatewayConfig& config,
                                                         const wire::SharedKey& key, Release release) {
    std::unique_ptr<GatewayShell> self(new GatewayShell(io, config, std::move(release)));
    for (const Endpoint& dispatcher : config.dispatchers) {
        GatewayShell* shell = self.get();
        const std::size_t index = self->links_.size();
        auto link = PeerLink::open(io, dispatcher, key,
                                   {.on_datagram = [shell, index] { shell->on_acknowledged(index); },
                                    .on_batch = [shell] { shell->set_alarm(); }});
        if (!link) {
            return link.error();
        }
        self->links_.push_back(std::move(*link));
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
                                                     .payload = packet.payload,
                                                     .node = packet.mac},
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
    for (std::size_t index = 0; index < links_.size(); ++index) {
        PeerLink& link = *links_[index];
        for (const Buffer& message : output.messages) {
            const auto number = link.client().send(message);
            if (number && is_there(link)) {
                tickets.push_back({index, *number});
            }
        }
        link.flush();
    }
    set_alarm();
    return tickets;
}

bool GatewayShell::is_there(const PeerLink& link) {
    return link.client().is_up() || (link.last_up() && io::now() - *link.last_up() < kMissed);
}

void GatewayShell::on_acknowledged(std::size_t index) {
    for (const std::uint64_t number : links_[index]->client().take_acknowledged()) {
        if (hold_) {
            release(hold_->acknowledged({index, number}));
        }
    }
}

void GatewayShell::release(const std::vector<HoldId>& replies) {
    for (const HoldId reply : replies) {
        release_(reply);
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
    for (const std::unique_ptr<PeerLink>& link : links_) {
        link->flush();
    }
    set_alarm();
}

void GatewayShell::set_alarm() {
    Time earliest = std::min(role_.next_deadline(), hold_ ? hold_->next_deadline() : kNever);
    for (const std::unique_ptr<PeerLink>& link : links_) {
        earliest = std::min(earliest, link->next_deadline());
    }
    alarm_.set(earliest);
}

nlohmann::ordered_json GatewayShell::stats() const {
    nlohmann::ordered_json links = nlohmann::ordered_json::array();
    for (const std::unique_ptr<PeerLink>& link : links_) {
        links.push_back(link->stats());
    }
    nlohmann::ordered_json out = to_json(role_.counters());
    if (hold_) {
        out["hold"] = to_json(hold_->counters());
    }
    out["dispatchers"] = std::move(links);
    return out;
}

}  // namespace sara::agent
