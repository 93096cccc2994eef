// SPDX-License-Identifier: GPL-2.0
#include "agent/node_shell.hpp"

#include <algorithm>
#include <array>

#include "agent/stats.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/load_sources.hpp"

namespace sara::agent {

namespace {

std::uint16_t draw_sequence() {
    std::array<std::uint8_t, 2> octets{};
    io::random_bytes(octets);
    return static_cast<std::uint16_t>(octets[0] << 8U | octets[1]);
}

}  // namespace

Result<std::unique_ptr<NodeShell>> NodeShell::open(boost::asio::io_context& io, const NodeRoleConfig& config,
                                                   const wire::SharedKey& key) {
    std::unique_ptr<NodeShell> self(new NodeShell(io, config));
    NodeShell* shell = self.get();
    for (const Endpoint& dispatcher : config.dispatchers) {
        auto link =
            PeerLink::open(io, dispatcher, key, {.on_datagram = [] {}, .on_batch = [shell] { shell->set_alarm(); }});
        if (!link) {
            return link.error();
        }
        self->links_.push_back(std::move(*link));
    }
    for (const Endpoint& to : config.plain) {
        const Endpoint local{to.address.family() == Family::ipv4 ? Address() : Address::v6({}), 0};
        Result<std::unique_ptr<io::UdpSocket>> socket = io::UdpSocket::open(io, local);
        if (!socket) {
            return socket.error();
        }
        // Nobody has an answer to a plain heartbeat.
        (*socket)->start([](const Endpoint&, Bytes) {}, [] {});
        self->plain_.push_back({to, std::move(*socket)});
    }
    for (const role::ProbeConfig& probe : config.probes) {
        self->probes_.push_back(std::make_unique<ProbeShell>(io, probe, [shell] { shell->on_probe(); }));
    }
    // CPU and drops are those since the sample before.
    static_cast<void>(self->meter_.sample(io::read_load_sources(config.listen)));
    self->news();
    return self;
}

NodeShell::NodeShell(boost::asio::io_context& io, const NodeRoleConfig& config)
    : config_(config), role_(config.node, draw_sequence()), meter_(config.link), alarm_(io, [this] { on_alarm(); }) {}

void NodeShell::plan(std::optional<Time> at) {
    role_.plan(at);
    news();
}

void NodeShell::on_probe() {
    role_.probed(std::all_of(probes_.begin(), probes_.end(), [](const auto& probe) { return probe->answers(); }));
    news();
}

void NodeShell::prepared(bool prepared) {
    role_.prepared(prepared);
    news();
}

void NodeShell::beat() {
    report_ = meter_.sample(io::read_load_sources(config_.listen));
    const role::NodeOutput output = role_.beat(report_, io::now(), io::unix_now());
    tell(output.heartbeat, output.load);
}

void NodeShell::news() {
    tell(role_.news(io::now(), io::unix_now()), {});
    set_alarm();
}

void NodeShell::tell(const role::Heartbeat& heartbeat, const Buffer& load) {
    const Buffer note(heartbeat.begin(), heartbeat.end());
    for (const std::unique_ptr<PeerLink>& link : links_) {
        link->note(note);
        if (!load.empty()) {
            link->note(load);
        }
    }
    for (const Plain& plain : plain_) {
        plain.socket->send(plain.to, heartbeat);
    }
    ++beats_;
}

void NodeShell::on_alarm() {
    if (role_.next_deadline() <= io::now()) {
        beat();
    }
    for (const std::unique_ptr<PeerLink>& link : links_) {
        link->flush();
    }
    set_alarm();
}

void NodeShell::set_alarm() {
    Time earliest = role_.next_deadline();
    for (const std::unique_ptr<PeerLink>& link : links_) {
        earliest = std::min(earliest, link->next_deadline());
    }
    alarm_.set(earliest);
}

nlohmann::ordered_json NodeShell::stats() const {
    nlohmann::ordered_json links = nlohmann::ordered_json::array();
    for (const std::unique_ptr<PeerLink>& link : links_) {
        links.push_back(link->stats());
    }
    nlohmann::ordered_json probes = nlohmann::ordered_json::array();
    for (const std::unique_ptr<ProbeShell>& probe : probes_) {
        probes.push_back(probe->stats());
    }
    nlohmann::ordered_json out = {{"host", wire::text(config_.node.host)},
                                  {"flag", static_cast<int>(role_.flag())},
                                  {"beats", beats_},
                                  {"load", to_json(report_.loads, report_.raw)},
                                  {"probes", std::move(probes)},
                                  {"dispatchers", std::move(links)}};
    if (role_.planned()) {
        out["planned_at"] = io::calendar_text(*role_.planned(), io::now());
    }
    return out;
}

}  // namespace sara::agent
