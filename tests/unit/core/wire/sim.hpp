// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "core/wire/key.hpp"
#include "core/wire/link.hpp"
#include "core/wire/peer_client.hpp"
#include "core/wire/peer_server.hpp"

namespace sara::wire::test {

using namespace std::chrono_literals;

/// Repeatable "randomness": every test names its seed.
inline Entropy seeded(std::uint64_t seed) {
    return [engine = std::mt19937_64(seed)](std::span<std::uint8_t> out) mutable {
        for (std::uint8_t& octet : out) {
            octet = static_cast<std::uint8_t>(engine());
        }
    };
}

inline SharedKey a_key(std::uint64_t seed = 1) {
    return SharedKey::generate(seeded(seed));
}

inline Endpoint at(std::uint8_t host, Port port) {
    return Endpoint{Address::v4({198, 18, 0, host}), port};
}

/// A network that loses, doubles and delays (thereby reorders) datagrams, with a virtual clock.
class Network {
public:
    struct Quality {
        double loss = 0;
        double doubled = 0;
        Duration min_delay = 100us;
        Duration max_delay = 200us;
    };

    Network(std::uint64_t seed, Quality quality) : random_(seed), quality_(quality) {}

    void send(const Endpoint& from, std::vector<Datagram> datagrams) {
        for (Datagram& datagram : datagrams) {
            recorded.push_back({from, datagram});
            if (chance(quality_.loss)) {
                ++lost;
                continue;
            }
            const int copies = chance(quality_.doubled) ? 2 : 1;
            for (int i = 0; i < copies; ++i) {
                in_flight_.emplace(now + delay(), std::pair(from, datagram));
            }
        }
    }

    /// The next datagram that arrives not later than `until`; moves the clock to it, or to `until`.
    std::optional<std::pair<Endpoint, Datagram>> next(Time until) {
        if (in_flight_.empty() || in_flight_.begin()->first > until) {
            now = std::max(now, until);
            return std::nullopt;
        }
        now = std::max(now, in_flight_.begin()->first);
        auto arrived = in_flight_.begin()->second;
        in_flight_.erase(in_flight_.begin());
        return arrived;
    }

    [[nodiscard]] Time first_arrival() const { return in_flight_.empty() ? kNever : in_flight_.begin()->first; }
    void set_quality(Quality quality) { quality_ = quality; }

    Time now{};
    std::uint64_t lost = 0;
    std::vector<std::pair<Endpoint, Datagram>> recorded;

private:
    bool chance(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
    Duration delay() {
        return Duration(std::uniform_int_distribution<Duration::rep>(quality_.min_delay.count(),
                                                                     quality_.max_delay.count())(random_));
    }

    std::mt19937_64 random_;
    Quality quality_;
    std::multimap<Time, std::pair<Endpoint, Datagram>> in_flight_;
};

/// One gateway and one dispatcher on a Network; either can be replaced by a restarted one.
struct Pair {
    explicit Pair(std::uint64_t seed, Network::Quality quality = {})
        : seed_(seed), network(seed, quality), client(a_key(), dispatcher_at, seeded(seed + 1)),
          server(a_key(), seeded(seed + 2)) {}

    void restart_gateway() { client = PeerClient(a_key(), dispatcher_at, seeded(seed_ += 100)); }
    void restart_dispatcher() { server = PeerServer(a_key(), seeded(seed_ += 100)); }

    void send(std::uint32_t number) {
        client.send({static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
                     static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)});
    }

    /// Lets time pass; what the dispatcher got is appended to `delivered`.
    void run(Duration span) {
        const Time end = network.now + span;
        while (true) {
            network.send(gateway_at, client.poll(network.now));
            if (server_is_up) {
                network.send(dispatcher_at, server.poll(network.now));
            }
            Time wake = std::min(client.next_deadline(), network.first_arrival());
            if (server_is_up) {
                wake = std::min(wake, server.next_deadline());
            }
            if (wake > end) {
                network.now = end;
                return;
            }
            if (const auto arrived = network.next(std::max(wake, network.now))) {
                deliver(arrived->first, arrived->second);
            }
        }
    }

    void deliver(const Endpoint& from, const Datagram& datagram) {
        if (datagram.to == dispatcher_at) {
            if (!server_is_up) {
                return;
            }
            for (const Received& received : server.handle(from, datagram.bytes, network.now)) {
                const Buffer& message = received.bytes;
                sender = received.process;
                delivered.push_back(
                    static_cast<std::uint32_t>(message[0] << 24U | message[1] << 16U | message[2] << 8U | message[3]));
                delivered_at.push_back(network.now);
            }
        } else {
            answers += client.handle(from, datagram.bytes, network.now).size();
            const std::vector<std::uint64_t> news = client.take_acknowledged();
            acknowledged.insert(acknowledged.end(), news.begin(), news.end());
        }
    }

    Endpoint gateway_at = at(1, 40000);
    Endpoint dispatcher_at = at(2, 7100);

private:
    std::uint64_t seed_;

public:
    Network network;
    PeerClient client;
    PeerServer server;
    bool server_is_up = true;
    std::vector<std::uint32_t> delivered;
    std::vector<Time> delivered_at;
    Incarnation sender = Incarnation::none;  ///< of the last one
    std::size_t answers = 0;
    std::vector<std::uint64_t> acknowledged;  ///< numbers, as the gateway learnt of them
};

}  // namespace sara::wire::test
