// SPDX-License-Identifier: GPL-2.0
#include "core/proto/reassembly.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <string>

#include "core/proto/limits.hpp"

using namespace sara;
using namespace sara::proto;
using namespace std::chrono_literals;

namespace {

const Address kClient4 = Address::v4({198, 18, 1, 11});
const Address kVip4 = Address::v4({198, 18, 0, 100});
const Address kClient6 = *Address::parse("fd00:1::11");
const Address kVip6 = *Address::parse("fd00::100");
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kDestinationOptions = 60;

/// A UDP datagram of 8 + `size` bytes, from port 4000 to 5060.
Buffer datagram(std::size_t size) {
    const std::size_t length = size + 8;
    Buffer bytes{0x0f, 0xa0, 0x13, 0xc4, static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length),
                 0,    0};
    for (std::size_t i = 0; i < size; ++i) {
        bytes.push_back(static_cast<std::uint8_t>('a' + i % 23));
    }
    return bytes;
}

/// Cuts one packet, and gives the pieces to a Reassembler.
struct Sender {
    Sender(bool v6, Buffer packet, std::uint32_t number = 7) : body(std::move(packet)), id(number) {
        src = v6 ? kClient6 : kClient4;
        dst = v6 ? kVip6 : kVip4;
    }

    [[nodiscard]] Packet piece(std::size_t begin, std::size_t end) const {
        Packet packet;
        packet.kind = Packet::Kind::fragment;
        packet.src.address = src;
        packet.dst.address = dst;
        packet.fragment_id = id;
        packet.fragment_offset = static_cast<std::uint32_t>(begin);
        packet.more_fragments = end < body.size();
        packet.fragment_protocol = protocol;
        packet.part = Bytes(body).subspan(begin, end - begin);
        return packet;
    }

    std::optional<Reassembler::Whole> give(Reassembler& to, std::size_t begin, std::size_t end, Time now = {}) const {
        return to.add(piece(begin, end), now);
    }

    Address src;
    Address dst;
    Buffer body;
    std::uint32_t id;
    std::uint8_t protocol = kUdp;
};

void check_whole(const std::optional<Reassembler::Whole>& whole, const Buffer& body, std::size_t fragments) {
    REQUIRE(whole);
    CHECK(whole->packet.kind == Packet::Kind::whole);
    CHECK(whole->packet.src.port == 4000);
    CHECK(whole->packet.dst.port == 5060);
    CHECK(as_text(whole->packet.payload) == as_text(Bytes(body).subspan(body.size() - whole->packet.payload.size())));
    CHECK(whole->packet.payload.size() == body.size() - 8);
    CHECK(whole->fragments == fragments);
}

}  // namespace

TEST_CASE("fragments become a packet in every order") {
    for (const bool v6 : {false, true}) {
        const Sender sender(v6, datagram(34));
        std::vector<std::size_t> order = {0, 8, 16, 24, 32, 40};
        do {
            Reassembler reassembler;
            std::optional<Reassembler::Whole> whole;
            for (const std::size_t begin : order) {
                REQUIRE_FALSE(whole);
                whole = sender.give(reassembler, begin, std::min<std::size_t>(begin + 8, sender.body.size()));
            }
            check_whole(whole, sender.body, 6);
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST_CASE("the longest packet, and one that is longer") {
    const Sender sender(false, datagram(limits::kMaxIpPayload - 8));
    Reassembler reassembler;
    CHECK_FALSE(sender.give(reassembler, 0, 32768));
    check_whole(sender.give(reassembler, 32768, sender.body.size()), sender.body, 2);
    Packet beyond = sender.piece(65528, sender.body.size());
    const Buffer longer(16, 'x');
    beyond.part = longer;
    CHECK_FALSE(reassembler.add(beyond, {}));
}

TEST_CASE("what is there already is ignored, whatever it says") {
    for (const bool v6 : {false, true}) {
        const Sender sender(v6, datagram(40));
        Sender other = sender;
        std::fill(other.body.begin(), other.body.end(), std::uint8_t{'!'});
        Reassembler reassembler;
        CHECK_FALSE(sender.give(reassembler, 0, 16));
        CHECK_FALSE(sender.give(reassembler, 16, 32));
        CHECK_FALSE(other.give(reassembler, 0, 16));
        CHECK_FALSE(other.give(reassembler, 8, 24));
        check_whole(sender.give(reassembler, 32, 48), sender.body, 3);
    }
}

TEST_CASE("overlap drops the packet, and what comes later is not harmed") {
    for (const bool v6 : {false, true}) {
        const Sender sender(v6, datagram(40));
        const auto dropped = [&](std::size_t begin, std::size_t end) {
            Reassembler reassembler;
            CHECK_FALSE(sender.give(reassembler, 8, 16));
            CHECK_FALSE(sender.give(reassembler, 24, 32));
            CHECK_FALSE(sender.give(reassembler, begin, end));
            // None of the pieces before counts any more.
            for (const std::size_t at : {0U, 16U}) {
                CHECK_FALSE(sender.give(reassembler, at, at + 8));
            }
            CHECK_FALSE(sender.give(reassembler, 32, 48));
            CHECK_FALSE(sender.give(reassembler, 8, 16));
            check_whole(sender.give(reassembler, 24, 32), sender.body, 5);
        };
        dropped(0, 16);
        dropped(8, 24);
        dropped(0, 24);
        dropped(16, 32);
        dropped(0, 40);
    }
}

TEST_CASE("two ends of one packet") {
    const auto pieces = [](bool v6) {
        const Sender sender(v6, datagram(40));
        Sender longer(v6, datagram(56));
        longer.id = sender.id;
        Reassembler reassembler;
        CHECK_FALSE(sender.give(reassembler, 32, 48));
        CHECK_FALSE(longer.give(reassembler, 48, 64));
        CHECK_FALSE(sender.give(reassembler, 0, 16));
        return sender.give(reassembler, 16, 32);
    };
    // As in the kernel: IPv4 drops the packet, IPv6 ignores what came last.
    CHECK_FALSE(pieces(false));
    CHECK(pieces(true));
}

TEST_CASE("a piece whose length is no multiple of 8") {
    const Sender v4(false, datagram(40));
    Reassembler reassembler;
    CHECK_FALSE(v4.give(reassembler, 0, 21));
    check_whole(v4.give(reassembler, 16, 48), v4.body, 2);
    const Sender v6(true, datagram(40));
    CHECK_FALSE(v6.give(reassembler, 0, 16));
    CHECK_FALSE(v6.give(reassembler, 16, 29));
    CHECK_FALSE(v6.give(reassembler, 16, 48));
    CHECK(v6.give(reassembler, 0, 16));
}

TEST_CASE("packets are told apart by addresses, id and, in IPv4, protocol") {
    const Sender one(false, datagram(40));
    Reassembler reassembler;
    CHECK_FALSE(one.give(reassembler, 0, 16));
    Sender other = one;
    other.id = 8;
    CHECK_FALSE(other.give(reassembler, 16, 48));
    other = one;
    other.src = kVip4;
    CHECK_FALSE(other.give(reassembler, 16, 48));
    other = one;
    other.protocol = 6;
    CHECK_FALSE(other.give(reassembler, 16, 48));
    check_whole(one.give(reassembler, 16, 48), one.body, 2);
}

TEST_CASE("extension headers inside of fragments") {
    const Buffer inner = datagram(40);
    Buffer body{kUdp, 0, 1, 4, 0, 0, 0, 0};
    body.insert(body.end(), inner.begin(), inner.end());
    Sender sender(true, body);
    sender.protocol = kDestinationOptions;
    Reassembler reassembler;
    CHECK_FALSE(sender.give(reassembler, 16, 56));
    const std::optional<Reassembler::Whole> whole = sender.give(reassembler, 0, 16);
    REQUIRE(whole);
    CHECK(whole->packet.payload.size() == 40);
    // What was cut behind the headers turns out to be nothing of ours.
    sender.protocol = 58;
    CHECK_FALSE(sender.give(reassembler, 16, 56));
    CHECK_FALSE(sender.give(reassembler, 0, 16));
}

TEST_CASE("what a capture has cut off is not made up") {
    const Sender sender(false, datagram(40));
    Reassembler reassembler;
    Packet cut = sender.piece(0, 16);
    cut.truncated = true;
    CHECK_FALSE(reassembler.add(cut, {}));
    CHECK_FALSE(sender.give(reassembler, 16, 48));
    CHECK(sender.give(reassembler, 0, 16));
}

TEST_CASE("pieces are not kept for ever") {
    const Sender sender(false, datagram(40));
    Reassembler reassembler;
    CHECK_FALSE(sender.give(reassembler, 0, 16));
    CHECK_FALSE(sender.give(reassembler, 16, 48, Time{} + limits::kReassemblyPatience));
    CHECK(sender.give(reassembler, 0, 16, Time{} + limits::kReassemblyPatience + 1s));
}

TEST_CASE("nor are many: the oldest makes room") {
    Reassembler reassembler;
    const Buffer body = datagram(40);
    for (std::uint32_t id = 0; id <= limits::kMaxPartials; ++id) {
        CHECK_FALSE(Sender(false, body, id).give(reassembler, 0, 16));
    }
    CHECK(Sender(false, body, 1).give(reassembler, 16, 48));
    CHECK_FALSE(Sender(false, body, 0).give(reassembler, 16, 48));
}
