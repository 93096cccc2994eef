// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "core/role/dispatcher.hpp"
#include "core/role/gateway.hpp"
#include "core/wire/sim.hpp"
#include "kernel.hpp"

namespace sara::sim {

using namespace std::chrono_literals;

/// A dispatcher and a gateway with their kernels, joined by the peer channel over a bad network; a virtual clock.
/// Clients' packets reach the dispatcher's agent, servers' the gateway's; both without loss, some time later.
class World {
public:
    /// `by_call`: SIP over UDP is told by Call-ID.
    World(std::uint64_t seed, wire::test::Network::Quality quality, bool by_call = false)
        : random_(seed), network_(seed + 1, quality), by_call_(by_call), seed_(seed),
          client_(wire::test::a_key(), kDispatcherAt, wire::test::seeded(seed + 2)),
          server_(wire::test::a_key(), wire::test::seeded(seed + 3)) {}

    [[nodiscard]] Time now() const { return network_.now; }
    [[nodiscard]] const Kernel& kernel() const { return kernel_; }
    [[nodiscard]] const role::Dispatcher& dispatcher() const { return dispatcher_; }
    [[nodiscard]] const wire::test::Network& network() const { return network_; }

    /// What the kernel knows the signalling by that carries this call or stream.
    [[nodiscard]] SignallingKey signalling(const FlowKey& flow, const std::string& id) const {
        return by_call_ && flow.transport == Transport::udp ? SignallingKey(flow, id) : SignallingKey(flow);
    }

    void at(Duration after, std::function<void()> what) { agenda_.emplace(now() + after, std::move(what)); }

    [[nodiscard]] bool chance(double probability) {
        return std::uniform_real_distribution<>(0, 1)(random_) < probability;
    }
    [[nodiscard]] Duration between(Duration low, Duration high) {
        return Duration(std::uniform_int_distribution<Duration::rep>(low.count(), high.count())(random_));
    }

    /// A packet passes the dispatcher (of the client) or the gateway (of the server); its copy reaches the agent soon.
    void pass(App app, Sender sender, const FlowKey& flow, std::string payload, std::uint32_t seq = 0,
              std::uint8_t flags = 0) {
        SessionId session = SessionId::unknown;
        const SignallingKey key = signalling(flow, header(payload, "Call-ID: "));
        if (sender == Sender::client) {
            bool created = false;
            session = kernel_.packet(key, created);
            if (created) {
                at(50us, [this, session, key] { found({.session = session, .signalling = key}); });
            }
        }
        at(100us, [=, this, text = std::move(payload)] {
            const inspect::SignallingPacket packet{.app = app,
                                                   .sender = sender,
                                                   .flow = flow,
                                                   .tcp_seq = seq,
                                                   .tcp_flags = flags,
                                                   .payload = as_bytes(text)};
            if (sender == Sender::client) {
                carry_out(dispatcher_.handle(
                    role::InspectedPacket{.session = session, .packet = packet, .call_id = key.call_id}, now()));
            } else {
                send(gateway_.handle(packet, 0, now()));
            }
        });
    }

    /// The dispatcher's agent dies, and another one adopts what is in the kernel.
    void restart_dispatcher() {
        dispatcher_ = role::Dispatcher();
        server_ = wire::PeerServer(wire::test::a_key(), wire::test::seeded(seed_ += 100));
        for (const auto& [id, session] : kernel_.sessions()) {
            const Duration left = session.until == kNever || session.closing ? Duration::zero() : session.until - now();
            found({.session = id, .signalling = session.signalling, .dumped = true, .lifetime_left = left});
        }
        for (const auto& [key, announcement] : kernel_.announcements()) {
            carry_out(dispatcher_.handle(role::AnnouncementFound{announcement.session, key, announcement.tag}, now()));
        }
    }

    void run(Duration span) {
        const Time end = now() + span;
        while (true) {
            network_.send(kGatewayAt, client_.poll(now()));
            network_.send(kDispatcherAt, server_.poll(now()));
            Time wake = std::min({client_.next_deadline(), server_.next_deadline(), dispatcher_.next_deadline(),
                                  gateway_.next_deadline(), network_.first_arrival(), next_purge_});
            wake = std::min(wake, agenda_.empty() ? kNever : agenda_.begin()->first);
            if (wake > end) {
                network_.now = end;
                return;
            }
            step(std::max(wake, now()));
        }
    }

private:
    static inline const Endpoint kDispatcherAt = wire::test::at(2, 7411);
    static inline const Endpoint kGatewayAt = wire::test::at(1, 40000);

    static std::string header(const std::string& message, const std::string& name) {
        const std::size_t at = message.find(name);
        return at == std::string::npos ? ""
                                       : message.substr(at + name.size(), message.find('\r', at) - at - name.size());
    }

    void step(Time until) {
        if (const auto arrived = network_.next(until)) {
            if (arrived->second.to == kDispatcherAt) {
                for (const wire::Received& received : server_.handle(arrived->first, arrived->second.bytes, now())) {
                    carry_out(dispatcher_.handle(role::PeerMessage{received.bytes}, now()));
                }
            } else {
                (void)client_.handle(arrived->first, arrived->second.bytes, now());
            }
            return;
        }
        while (!agenda_.empty() && agenda_.begin()->first <= now()) {
            const std::function<void()> what = std::move(agenda_.begin()->second);
            agenda_.erase(agenda_.begin());
            what();
        }
        if (next_purge_ <= now()) {
            next_purge_ = now() + 1s;
            for (const role::SessionEnded& ended : kernel_.purge(now())) {
                carry_out(dispatcher_.handle(ended, now()));
            }
        }
        carry_out(dispatcher_.expire(now()));
        send(gateway_.expire(now()));
    }

    void found(const role::SessionFound& session) { carry_out(dispatcher_.handle(session, now())); }

    void send(const role::GatewayOutput& output) {
        for (const Buffer& message : output.messages) {
            client_.send(message);
        }
    }

    void carry_out(const role::DispatcherOutput& output) {
        for (const role::KernelCommand& command : output.commands) {
            if (const auto* const find = std::get_if<inspect::FindSession>(&command)) {
                at(200us, [this, asked = find->signalling] {
                    const SignallingKey key = signalling(asked.flow, asked.call_id);
                    carry_out(dispatcher_.handle(role::FlowAnswer{asked, kernel_.session_of(key), !key.call_id.empty()},
                                                 now()));
                });
            } else if (const int error = kernel_.carry_out(command, now()); error != 0) {
                carry_out(dispatcher_.handle(role::Refusal{command, error, "refused"}, now()));
            }
        }
    }

    std::mt19937_64 random_;
    wire::test::Network network_;
    bool by_call_;
    std::uint64_t seed_;
    wire::PeerClient client_;
    wire::PeerServer server_;
    role::Gateway gateway_;
    role::Dispatcher dispatcher_;
    Kernel kernel_;
    Time next_purge_{};
    std::multimap<Time, std::function<void()>> agenda_;
};

}  // namespace sara::sim
