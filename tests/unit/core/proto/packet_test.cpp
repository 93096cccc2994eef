// SPDX-License-Identifier: GPL-2.0
#include "core/proto/packet.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sara;
using namespace sara::proto;
using pcap::LinkType;
using Kind = Packet::Kind;

namespace {

Buffer operator+(Buffer a, const Buffer& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Buffer text(std::string_view bytes) {
    return {bytes.begin(), bytes.end()};
}

std::uint8_t high(std::size_t value) {
    return static_cast<std::uint8_t>(value >> 8U);
}

std::uint8_t low(std::size_t value) {
    return static_cast<std::uint8_t>(value);
}

Buffer udp(std::string_view payload) {
    const std::size_t size = payload.size() + 8;
    return Buffer{0x0f, 0xa0, 0x13, 0xc4, high(size), low(size), 0, 0} + text(payload);
}

Buffer tcp(std::uint8_t flags, std::string_view payload, const Buffer& options = {}) {
    const auto offset = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4U);
    return Buffer{0x0f, 0xa0, 0x02, 0x2a, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, offset, flags, 0, 9, 0, 0, 0, 0} +
           options + text(payload);
}

/// `place`: flags and fragment offset.
Buffer ipv4(std::uint8_t protocol, const Buffer& payload, const Buffer& options = {}, std::uint16_t place = 0) {
    const std::size_t size = 20 + options.size() + payload.size();
    const auto version = static_cast<std::uint8_t>(0x40 | (20 + options.size()) / 4);
    return Buffer{version, 0, high(size), low(size), 0x12, 0x34, high(place), low(place), 64, protocol,
                  0,       0, 198,        18,        1,    11,   198,         18,         0,  100} +
           options + payload;
}

Buffer ipv6(std::uint8_t next, const Buffer& payload) {
    return Buffer{0x60, 0, 0, 0, high(payload.size()), low(payload.size()), next, 64} +
           Buffer{0xfd, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11} +
           Buffer{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0} + payload;
}

Buffer ether(std::uint16_t type, const Buffer& payload) {
    return Buffer{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, high(type), low(type)} + payload;
}

Packet decoded(const Buffer& frame, LinkType link = LinkType::ethernet) {
    // A copy without spare room behind it: reading over the end is seen by AddressSanitizer.
    static Buffer last;
    last = Buffer(frame.begin(), frame.end());
    last.shrink_to_fit();
    return decode(link, last);
}

void check_udp(const Packet& packet, std::string_view payload) {
    CHECK(packet.kind == Kind::whole);
    CHECK(packet.transport == Transport::udp);
    CHECK(packet.src.port == 4000);
    CHECK(packet.dst.port == 5060);
    CHECK(as_text(packet.payload) == payload);
    CHECK_FALSE(packet.truncated);
}

}  // namespace

TEST_CASE("UDP over IPv4 over Ethernet") {
    const Packet packet = decoded(ether(0x0800, ipv4(17, udp("hello"))));
    check_udp(packet, "hello");
    CHECK(packet.flow().text() == "udp 198.18.1.11:4000 > 198.18.0.100:5060");
}

TEST_CASE("padding of a short frame is no payload") {
    check_udp(decoded(ether(0x0800, ipv4(17, udp("hi")) + Buffer(16, 0))), "hi");
    check_udp(decoded(ether(0x86dd, ipv6(17, udp("hi")) + Buffer(16, 0))), "hi");
    CHECK(decoded(ether(0x0800, ipv4(6, tcp(0x10, "")) + Buffer(6, 0))).payload.empty());
}

TEST_CASE("TCP with its options, numbers and flags") {
    const Packet packet = decoded(ether(0x0800, ipv4(6, tcp(0x12, "data", Buffer{2, 4, 5, 0xb4, 1, 1, 1, 0}))));
    CHECK(packet.kind == Kind::whole);
    CHECK(packet.transport == Transport::tcp);
    CHECK(packet.dst.port == 554);
    CHECK(packet.seq == 0xdeadbeef);
    CHECK(packet.ack == 0x01020304);
    CHECK(packet.syn);
    CHECK(packet.ack_set);
    CHECK_FALSE(packet.fin);
    CHECK_FALSE(packet.rst);
    CHECK(packet.segment().payload == "data");
    CHECK(packet.segment().syn);
    CHECK(decoded(ether(0x0800, ipv4(6, tcp(0x01, "")))).fin);
    CHECK(decoded(ether(0x0800, ipv4(6, tcp(0x04, "")))).rst);
}

TEST_CASE("IPv4 options and VLAN tags are passed over") {
    check_udp(decoded(ether(0x0800, ipv4(17, udp("x"), Buffer{0x94, 4, 0, 0, 1, 1, 1, 0}))), "x");
    const Buffer inner = Buffer{0, 7, 0x08, 0x00} + ipv4(17, udp("x"));
    check_udp(decoded(ether(0x8100, inner)), "x");
    check_udp(decoded(ether(0x88a8, Buffer{0, 5, 0x81, 0x00} + inner)), "x");
    Buffer many = inner;
    for (int i = 0; i < 4; ++i) {
        many = Buffer{0, 5, 0x81, 0x00} + many;
    }
    CHECK(decoded(ether(0x8100, many)).kind == Kind::malformed);
}

TEST_CASE("PPPoE is passed over") {
    const Buffer header{0x11, 0, 0x18, 0xe5, 0, 40};
    check_udp(decoded(ether(0x8864, header + Buffer{0x00, 0x21} + ipv4(17, udp("x")))), "x");
    check_udp(decoded(ether(0x8864, header + Buffer{0x00, 0x57} + ipv6(17, udp("x")))), "x");
    check_udp(decoded(ether(0x8100, Buffer{0, 7, 0x88, 0x64} + header + Buffer{0x00, 0x21} + ipv4(17, udp("x")))), "x");
    CHECK(decoded(ether(0x8864, header + Buffer{0xc0, 0x21, 1, 2, 3, 4})).kind == Kind::not_ours);  // LCP
    CHECK(decoded(ether(0x8864, header)).kind == Kind::malformed);
}

TEST_CASE("IPv6 with extension headers") {
    const Packet plain = decoded(ether(0x86dd, ipv6(17, udp("six"))));
    check_udp(plain, "six");
    CHECK(plain.src.address == *Address::parse("fd00:1::11"));
    CHECK(plain.dst.address == *Address::parse("fd00::100"));
    const Buffer options = Buffer{60, 0, 1, 4, 0, 0, 0, 0} + Buffer{51, 1} + Buffer(14, 0) + Buffer{43, 1} +
                           Buffer(10, 0) + Buffer{17, 0} + Buffer(6, 0) + udp("ext");
    check_udp(decoded(ether(0x86dd, ipv6(0, options))), "ext");
    check_udp(decoded(ether(0x86dd, ipv6(44, Buffer{17, 0, 0, 0, 0, 0, 0, 1} + udp("atomic")))), "atomic");
}

TEST_CASE("what an IPv6 packet carries may be nothing of ours") {
    CHECK(decoded(ether(0x86dd, ipv6(58, Buffer(8, 0)))).kind == Kind::not_ours);
    CHECK(decoded(ether(0x86dd, ipv6(59, Buffer(8, 0)))).kind == Kind::not_ours);
    Buffer chain;
    for (std::size_t i = 0; i <= limits::kMaxExtensionHeaders; ++i) {
        chain = chain + Buffer{60, 0, 0, 0, 0, 0, 0, 0};
    }
    CHECK(decoded(ether(0x86dd, ipv6(60, chain))).kind == Kind::not_ours);
}

TEST_CASE("IPv4 fragments are told as such") {
    const Buffer whole = udp("0123456789abcdef");
    const Packet first = decoded(ether(0x0800, ipv4(17, Buffer(whole.begin(), whole.begin() + 16), {}, 0x2000)));
    CHECK(first.kind == Kind::fragment);
    CHECK(first.more_fragments);
    CHECK(first.fragment_offset == 0);
    CHECK(first.fragment_id == 0x1234);
    CHECK(first.ports_known);
    CHECK(first.src.port == 4000);
    CHECK(as_text(first.payload) == "01234567");
    const Packet last = decoded(ether(0x0800, ipv4(17, Buffer(whole.begin() + 16, whole.end()), {}, 2)));
    CHECK(last.kind == Kind::fragment);
    CHECK_FALSE(last.more_fragments);
    CHECK(last.fragment_offset == 16);
    CHECK_FALSE(last.ports_known);
    CHECK(last.src.port == 0);
    CHECK(last.src.address == *Address::parse("198.18.1.11"));
    CHECK(as_text(last.payload) == "89abcdef");
    const Packet tiny = decoded(ether(0x0800, ipv4(6, Buffer(8, 1), {}, 0x2000)));
    CHECK(tiny.kind == Kind::fragment);
    CHECK_FALSE(tiny.ports_known);
}

TEST_CASE("IPv6 fragments are told as such") {
    const Packet first = decoded(ether(0x86dd, ipv6(44, Buffer{17, 0, 0, 1, 0, 0, 0, 9} + udp("part"))));
    CHECK(first.kind == Kind::fragment);
    CHECK(first.ports_known);
    CHECK(first.more_fragments);
    CHECK(first.fragment_id == 9);
    const Packet next = decoded(ether(0x86dd, ipv6(44, Buffer{17, 0, 0, 0x11, 0, 0, 0, 9} + Buffer(8, 'x'))));
    CHECK(next.kind == Kind::fragment);
    CHECK(next.fragment_offset == 16);
    CHECK_FALSE(next.ports_known);
    CHECK(as_text(next.payload) == "xxxxxxxx");
}

TEST_CASE("a fragment header within a fragment says nothing of the fragment") {
    const Buffer inner = Buffer{17, 0, 0, 0x10, 0, 0, 0, 8} + Buffer(8, 'x');
    const Packet first = decoded(ether(0x86dd, ipv6(44, Buffer{44, 0, 0, 1, 0, 0, 0, 9} + inner)));
    CHECK(first.kind == Kind::fragment);
    CHECK(first.more_fragments);
    CHECK(first.fragment_offset == 0);
    CHECK(first.fragment_id == 9);
    CHECK(first.fragment_protocol == 44);
    CHECK(first.part.size() == inner.size());
    CHECK_FALSE(first.ports_known);
}

TEST_CASE("every link type leads to the same packet") {
    const Buffer packet = ipv4(17, udp("link"));
    check_udp(decoded(packet, LinkType::raw), "link");
    check_udp(decoded(ipv6(17, udp("link")), LinkType::raw_bsd), "link");
    check_udp(decoded(packet, LinkType::ipv4), "link");
    check_udp(decoded(ipv6(17, udp("link")), LinkType::ipv6), "link");
    check_udp(decoded(Buffer{2, 0, 0, 0} + packet, LinkType::null), "link");
    check_udp(decoded(Buffer{0, 0, 0, 2} + packet, LinkType::loop), "link");
    check_udp(decoded(Buffer{0, 0, 0, 30} + ipv6(17, udp("link")), LinkType::null), "link");
    check_udp(decoded(Buffer(14, 0) + Buffer{0x08, 0x00} + packet, LinkType::linux_sll), "link");
    check_udp(decoded(Buffer{0x08, 0x00} + Buffer(18, 0) + packet, LinkType::linux_sll2), "link");
    CHECK(decoded(packet, static_cast<LinkType>(147)).kind == Kind::not_ours);
    CHECK(decoded(Buffer{9, 0, 0, 0} + packet, LinkType::null).kind == Kind::not_ours);
}

TEST_CASE("other protocols are not ours") {
    CHECK(decoded(ether(0x0806, Buffer(28, 0))).kind == Kind::not_ours);
    CHECK(decoded(ether(60, Buffer(60, 0))).kind == Kind::not_ours);
    CHECK(decoded(ether(0x0800, ipv4(1, Buffer(8, 0)))).kind == Kind::not_ours);
}

TEST_CASE("a size that the network card left out means all there is") {
    Buffer zero = ipv4(17, udp("whole"));
    zero[2] = zero[3] = 0;
    check_udp(decoded(ether(0x0800, zero)), "whole");
}

TEST_CASE("headers that contradict themselves are malformed") {
    const auto broken = [](std::size_t at, std::uint8_t value, const Buffer& packet) {
        Buffer frame = ether(0x0800, packet);
        frame[14 + at] = value;
        return decoded(frame).kind;
    };
    const Buffer good = ipv4(17, udp("x"));
    CHECK(broken(0, 0x44, good) == Kind::malformed);  // header length 16
    CHECK(broken(0, 0x4f, good) == Kind::malformed);  // header length 60
    CHECK(broken(0, 0x55, good) == Kind::malformed);  // version 5
    CHECK(broken(3, 19, good) == Kind::malformed);    // total length below the header's
    CHECK(broken(25, 7, good) == Kind::malformed);    // UDP length below the header's
    const Buffer stream = ipv4(6, tcp(0x10, "x"));
    CHECK(broken(32, 0x40, stream) == Kind::malformed);  // TCP header 16 bytes
    CHECK(broken(32, 0xf0, stream) == Kind::malformed);  // TCP header 60 bytes
}

TEST_CASE("a packet cut anywhere is malformed or says that it was cut") {
    const Buffer frames[] = {ether(0x0800, ipv4(17, udp("payload"))), ether(0x0800, ipv4(6, tcp(0x18, "payload"))),
                             ether(0x86dd, ipv6(44, Buffer{17, 0, 0, 0, 0, 0, 0, 1} + udp("payload"))),
                             ether(0x8100, Buffer{0, 7, 0x08, 0x00} + ipv4(17, udp("payload")))};
    for (const Buffer& frame : frames) {
        for (std::size_t size = 0; size < frame.size(); ++size) {
            CAPTURE(size);
            const Packet packet = decoded(Buffer(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
            if (frame.size() - size > 7) {
                CHECK(packet.kind == Kind::malformed);
            } else {
                CHECK(packet.kind == Kind::whole);
                CHECK(packet.truncated);
                CHECK(packet.payload.size() == 7 - (frame.size() - size));
            }
        }
    }
}
