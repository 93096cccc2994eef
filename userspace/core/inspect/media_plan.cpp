// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/media_plan.hpp"

#include <limits>

namespace sara::inspect {

namespace {

/// Keys that last win over the same key that may expire.
void want(Plan& plan, const AnnouncementKey& key, bool provisional) {
    const auto [entry, added] = plan.emplace(key, provisional);
    if (!added) {
        entry->second = entry->second && provisional;
    }
}

/// The RTP or RTCP port of the n-th pair; 0 when there is none.
Port nth(Port first, unsigned pair) noexcept {
    const unsigned port = first + 2 * pair;
    return first == 0 || port > std::numeric_limits<Port>::max() ? Port{0} : static_cast<Port>(port);
}

Address address_of(const MediaEndpoint& client, const FlowKey& signalling) noexcept {
    return client.address.value_or(signalling.src.address);
}

/// RTCP comes from beside the media unless it was said otherwise.
Address control_address_of(const MediaEndpoint& client, const FlowKey& signalling) noexcept {
    return client.control_address.value_or(address_of(client, signalling));
}

/// False: the server's RTCP is elsewhere, and does not come through us.
bool has_control_here(const MediaEndpoint& server, const FlowKey& signalling) noexcept {
    return !server.control_address || *server.control_address == signalling.dst.address;
}

bool is_usable_client(const MediaEndpoint& client, const FlowKey& signalling) noexcept {
    return client.state == MediaState::active &&
           address_of(client, signalling).family() == signalling.dst.address.family();
}

/// A key without client port or without server port is another form, not this one.
void want_half(Plan& plan, const MediaEndpoint& client, const FlowKey& signalling, bool provisional) {
    const auto want_from = [&](const Address& address, Port port) {
        if (port != 0 && address.family() == signalling.dst.address.family()) {
            want(plan, {client.transport, address, port, signalling.dst.address, Port{0}}, provisional);
        }
    };
    for (unsigned pair = 0; pair < client.pairs; ++pair) {
        want_from(address_of(client, signalling), nth(client.port, pair));
        want_from(control_address_of(client, signalling), nth(client.control_port, pair));
    }
}

/// From any port of each address that the client is known by.
void want_any_port(Plan& plan, const MediaEndpoint& server, Port port, const std::optional<Address>& media_address,
                   const FlowKey& signalling) {
    want(plan, {server.transport, signalling.src.address, Port{0}, signalling.dst.address, port}, false);
    if (media_address) {
        want(plan, {server.transport, *media_address, Port{0}, signalling.dst.address, port}, false);
    }
}

void want_pair(Plan& plan, const MediaEndpoint& client, const MediaEndpoint& server, const FlowKey& signalling) {
    const auto join = [&](const Address& client_address, Port client_port, Port server_port) {
        if (server_port == 0) {
            return;
        }
        const bool reachable = client_address.family() == signalling.dst.address.family();
        if (client_port != 0 && reachable) {
            want(plan, {server.transport, client_address, client_port, signalling.dst.address, server_port}, false);
        }
        want_any_port(plan, server, server_port, reachable ? std::optional(client_address) : std::nullopt, signalling);
        if (client.named) {
            want(plan, {server.transport, std::nullopt, Port{0}, signalling.dst.address, server_port}, false);
        }
    };
    const bool muxed = client.mux && server.mux;
    for (unsigned pair = 0; pair < server.pairs; ++pair) {
        join(address_of(client, signalling), nth(client.port, pair), nth(server.port, pair));
        if (!muxed && has_control_here(server, signalling)) {
            join(control_address_of(client, signalling), nth(client.control_port, pair),
                 nth(server.control_port, pair));
        }
    }
    // The server may be the one that connects (RFC 4145): the client's SYN+ACK then goes to a port that nobody named.
    if (server.port == 0 || server.transport == Transport::tcp) {
        want_half(plan, client, signalling, false);
    }
}

}  // namespace

ServerMedia judge_server_media(const MediaEndpoint& media, const FlowKey& signalling) noexcept {
    if (media.state != MediaState::active) {
        return ServerMedia::not_active;
    }
    if (media.address && *media.address != signalling.dst.address) {
        return ServerMedia::elsewhere;
    }
    if (media.transport == signalling.transport && media.port == signalling.dst.port) {
        return ServerMedia::unusable;
    }
    return ServerMedia::usable;
}

void plan_half(MediaSpan client, const FlowKey& signalling, Plan& plan) {
    for (const MediaEndpoint& media : client) {
        if (is_usable_client(media, signalling)) {
            want_half(plan, media, signalling, true);
        }
    }
}

void plan_pairs(MediaSpan client, MediaSpan server, const FlowKey& signalling, Plan& plan) {
    for (const MediaEndpoint& end : server) {
        if (judge_server_media(end, signalling) != ServerMedia::usable) {
            continue;
        }
        for (const MediaEndpoint& other : client) {
            if (other.stream == end.stream && other.transport == end.transport && is_usable_client(other, signalling)) {
                want_pair(plan, other, end, signalling);
            }
        }
    }
}

void plan_blind(MediaSpan server, const FlowKey& signalling, bool blind, Plan& plan) {
    for (const MediaEndpoint& end : server) {
        if (judge_server_media(end, signalling) != ServerMedia::usable) {
            continue;
        }
        for (unsigned pair = 0; pair < end.pairs; ++pair) {
            const Port control = has_control_here(end, signalling) ? nth(end.control_port, pair) : Port{0};
            for (const Port port : {nth(end.port, pair), control}) {
                if (port == 0) {
                    continue;
                }
                want_any_port(plan, end, port, std::nullopt, signalling);
                if (blind) {
                    want(plan, {end.transport, std::nullopt, Port{0}, signalling.dst.address, port}, false);
                }
            }
        }
    }
}

}  // namespace sara::inspect
