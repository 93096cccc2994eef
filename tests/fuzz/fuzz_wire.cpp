// SPDX-License-Identifier: GPL-2.0
// What a peer with the key may do. The input is a list of blocks (a 16-bit size, then bytes), each one the inside of a
// datagram that is sealed with the right key: for the decoder, and for a server and a client that talk to each other in
// between. The current epochs are put in where the first byte asks for it, so that the fuzzer need not guess them.
#include <algorithm>
#include <random>

#include "core/wire/codec.hpp"
#include "core/wire/envelope.hpp"
#include "core/wire/packet.hpp"
#include "core/wire/peer_client.hpp"
#include "core/wire/peer_server.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::wire;

namespace {

Entropy seeded(std::uint64_t seed) {
    return [engine = std::mt19937_64(seed)](std::span<std::uint8_t> out) mutable {
        for (std::uint8_t& octet : out) {
            octet = static_cast<std::uint8_t>(engine());
        }
    };
}

const SharedKey kKey = *SharedKey::parse(std::string(64, '5'));
const Endpoint kGateway{Address::v4({198, 18, 0, 1}), 40000};
const Endpoint kDispatcher{Address::v4({198, 18, 0, 2}), 7100};

struct Peers {
    void talk() {
        for (const Datagram& datagram : client.poll(now)) {
            check(server.handle(kGateway, datagram.bytes, now));
        }
        for (const Datagram& datagram : server.poll(now)) {
            check(client.handle(kDispatcher, datagram.bytes, now));
        }
    }

    static void check(const std::vector<Received>& messages) {
        for (const Received& message : messages) {
            expect(message.bytes.size() <= kMaxMessage, "messages are bounded");
        }
    }
    static void check(const std::vector<Buffer>& messages) {
        for (const Buffer& message : messages) {
            expect(message.size() <= kMaxMessage, "messages are bounded");
        }
    }

    Time now{};
    PeerServer server{kKey, seeded(1)};
    PeerClient client{kKey, kDispatcher, seeded(2)};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(data, size);
    static_cast<void>(wire::open(kKey, input));

    Peers peers;
    for (int round = 0; round < 4; ++round) {
        peers.talk();
    }
    expect(peers.client.is_up() && peers.server.peers().size() == 1, "the link is up before it is disturbed");

    Entropy entropy = seeded(3);
    Reader reader(input);
    while (reader.remaining() > 0) {
        const Bytes block = reader.block();
        if (const auto packet = decode_packet(block)) {
            const Buffer again = encode(*packet);
            expect(decode_packet(again) == packet, "what is decoded can be encoded");
            expect(packet->received.size() <= kWindow / 8, "the bitmap is bounded");
        }
        Buffer packet(block.begin(), block.end());
        if (packet.size() >= 20 && !peers.server.peers().empty() && (packet[0] & 0x80U) != 0) {
            packet[0] &= 0x7fU;
            const Epochs& epochs = peers.server.peers().front().epochs;
            Writer both;
            both.u64(static_cast<std::uint64_t>(epochs.peer));
            both.u64(static_cast<std::uint64_t>(epochs.own));
            std::copy(both.view().begin(), both.view().end(), packet.begin() + 4);
        }
        const Buffer sealed = seal(kKey, entropy, packet);
        Peers::check(peers.server.handle(kGateway, sealed, peers.now));
        Peers::check(peers.client.handle(kDispatcher, sealed, peers.now));
        peers.client.send(Buffer(3));
        peers.talk();
        peers.now += std::chrono::milliseconds(20);
        expect(peers.server.peers().size() <= PeerServer::kMaxPeers, "peers are bounded");
        expect(peers.client.queued() <= Stream::kMaxQueued, "the queue is bounded");
    }
    return 0;
}
