// SPDX-License-Identifier: GPL-2.0
// Any bytes as a capture file; its packets, and the whole input as one packet of each link type, and as an echo reply.
#include <array>

#include "core/proto/echo.hpp"
#include "core/proto/packet.hpp"
#include "core/proto/pcap.hpp"
#include "core/proto/reassembly.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;
using namespace sara::proto;
using pcap::LinkType;

namespace {

Packet check(LinkType link, Bytes frame) {
    Packet packet = decode(link, frame);
    expect_within(as_text(packet.payload), as_text(frame), "a payload lies in its frame");
    switch (packet.kind) {
    case Packet::Kind::whole:
        expect(packet.ports_known && packet.fragment_offset == 0 && !packet.more_fragments, "a whole packet is whole");
        break;
    case Packet::Kind::fragment:
        expect(packet.more_fragments || packet.fragment_offset != 0, "a fragment is a part");
        expect(packet.fragment_offset == 0 || !packet.ports_known, "only the first fragment has ports");
        expect_within(as_text(packet.part), as_text(frame), "a part lies in its frame");
        break;
    case Packet::Kind::not_ours:
    case Packet::Kind::malformed:
        expect(packet.payload.empty(), "a refused packet has nothing");
        break;
    }
    return packet;
}

void check_echo(Bytes frame) {
    if (const auto echo = read_echo_reply(frame)) {
        expect(echo->from.family() == echo->to.family(), "an echo reply is of one family");
        const auto request = echo_request(*echo);
        expect(request && request->size() <= frame.size(), "what was read can be written, and is no longer");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes(data, size);
    constexpr std::array<LinkType, 6> kLinks = {LinkType::null,      LinkType::ethernet,   LinkType::raw,
                                                LinkType::linux_sll, LinkType::linux_sll2, LinkType::loop};
    for (const LinkType link : kLinks) {
        check(link, bytes);
    }
    check_echo(bytes);
    auto reader = pcap::Reader::open(bytes);
    if (!reader) {
        return 0;
    }
    Reassembler reassembler;
    while (const auto record = reader->next()) {
        expect_within(as_text(record->data), as_text(bytes), "a record lies in its file");
        expect(record->data.size() <= limits::kMaxRecord, "a record is bounded");
        expect(record->wire_size >= record->data.size(), "the wire had at least what was captured");
        expect(record->time >= Time{}, "a time is not before the epoch");
        const Packet packet = check(record->link, record->data);
        check_echo(record->data);
        if (packet.kind == Packet::Kind::fragment) {
            if (const auto whole = reassembler.add(packet, record->time)) {
                expect(whole->packet.kind == Packet::Kind::whole && whole->packet.ports_known, "what is whole is");
                expect(whole->packet.src.address == packet.src.address, "it has the address of its parts");
                expect(whole->packet.payload.size() <= limits::kMaxIpPayload, "a packet is bounded");
            }
        }
    }
    expect(!reader->next(), "the end stays the end");
    return 0;
}
