// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/wire/packet.hpp"

using namespace sara;
using namespace sara::wire;

namespace {

Packet a_data_packet() {
    Packet packet{.kind = PacketKind::data, .ping = true, .sender = Epoch{0x0102030405060708}, .receiver = Epoch{9}};
    packet.sequence = 0x11;
    packet.base = 0x21;
    packet.next = 0x31;
    packet.received = {0x05};
    packet.messages = {{0x21, {'a', 'b'}}, {0x22, {}}};
    return packet;
}

}  // namespace

TEST_CASE("golden bytes of each kind of packet") {
    CHECK(encode(Packet{.kind = PacketKind::hello, .sender = Epoch{1}, .incarnation = Incarnation{2}}) ==
          Buffer{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
    CHECK(encode(Packet{
              .kind = PacketKind::welcome, .sender = Epoch{1}, .receiver = Epoch{3}, .incarnation = Incarnation{2}}) ==
          Buffer{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2});
    const Buffer data{3, 1, 0,   0,                          // kind, ping
                      1, 2, 3,   4,   5, 6, 7, 8,            // sender's epoch
                      0, 0, 0,   0,   0, 0, 0, 9,            // receiver's epoch
                      0, 0, 0,   0,   0, 0, 0, 0x11,         // sequence
                      0, 0, 0,   0,   0, 0, 0, 0x21,         // base
                      0, 0, 0,   0,   0, 0, 0, 0x31,         // next
                      0, 1, 5,                               // 0x32 and 0x34 were received too
                      0, 0, 0,   0,   0, 0, 0, 0x21,         // a message
                      0, 2, 'a', 'b',                        //
                      0, 0, 0,   0,   0, 0, 0, 0x22, 0, 0};  // an empty one
    CHECK(encode(a_data_packet()) == data);
    CHECK(decode_packet(data) == a_data_packet());
}

TEST_CASE("every cut of a packet is refused, or is a packet with fewer messages") {
    const Buffer whole = encode(a_data_packet());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto packet = decode_packet(Bytes(whole).first(size));
        CHECK((!packet || packet->messages.size() < 2));
    }
}

TEST_CASE("packets that no sender writes are refused") {
    const Buffer whole = encode(a_data_packet());
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Buffer changed = whole;
        changed.at(at) = value;
        return changed;
    };
    CHECK(decode_packet(whole));
    CHECK_FALSE(decode_packet(with(0, 0)));
    CHECK_FALSE(decode_packet(with(0, 5)));
    CHECK_FALSE(decode_packet(with(1, 2)));      // unknown flag
    CHECK_FALSE(decode_packet(with(3, 1)));      // reserved
    CHECK_FALSE(decode_packet(with(19, 0)));     // data without a receiver
    CHECK_FALSE(decode_packet(with(27, 0)));     // sequence 0
    CHECK_FALSE(decode_packet(with(44, 0x41)));  // bitmap longer than the window
    Buffer hello = encode(Packet{.kind = PacketKind::hello, .sender = Epoch{1}});
    CHECK(decode_packet(hello));
    hello.push_back(0);
    CHECK_FALSE(decode_packet(hello));
}

TEST_CASE("the longest data packet's fixed part is what the sender reckons with") {
    Packet packet = a_data_packet();
    packet.messages.clear();
    packet.received.assign(kWindow / 8, 0xff);
    CHECK(encode(packet).size() == kDataOverhead);
}

TEST_CASE("a note is a sequence and the rest of the datagram") {
    Packet packet{.kind = PacketKind::note, .sender = Epoch{1}, .receiver = Epoch{2}, .sequence = 3};
    packet.note = {'h', 'i'};
    const Buffer bytes{4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 'h', 'i'};
    CHECK(encode(packet) == bytes);
    CHECK(decode_packet(bytes) == packet);
    for (std::size_t size = 0; size <= bytes.size() - 2; ++size) {
        CHECK_FALSE(decode_packet(Bytes(bytes).first(size)));
    }
    packet.note.assign(kMaxNote, 1);
    CHECK(decode_packet(encode(packet)) == packet);
    packet.note.push_back(1);
    CHECK_FALSE(decode_packet(encode(packet)));
}
