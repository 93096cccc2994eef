// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

#include "core/base/address.hpp"
#include "core/base/bytes.hpp"
#include "core/base/flow_key.hpp"
#include "core/proto/pcap.hpp"
#include "core/proto/tcp_stream.hpp"

namespace sara::proto {

/// One packet, from the link layer to the UDP or TCP payload, as views into the caller's bytes.
struct Packet {
    enum class Kind : std::uint8_t {
        whole,      ///< UDP or TCP, not fragmented: all fields are good
        fragment,   ///< a part of an IP packet; ports and payload are good only when fragment_offset is 0 and
                    ///< ports_known
        not_ours,   ///< no IP, or IP with neither UDP nor TCP
        malformed,  ///< a header does not fit in the bytes, or contradicts itself
    };
    Kind kind = Kind::not_ours;

    Transport transport = Transport::udp;
    Endpoint src;  ///< as sent
    Endpoint dst;
    Bytes payload;           ///< of UDP or TCP; padding of the frame is cut off
    bool truncated = false;  ///< the capture holds less of the payload than the packet had

    // TCP only.
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    bool syn = false;
    bool fin = false;
    bool rst = false;
    bool ack_set = false;

    // Fragments only.
    std::uint32_t fragment_id = 0;
    std::uint32_t fragment_offset = 0;  ///< bytes
    bool more_fragments = false;
    bool ports_known = false;
    Bytes part;                          ///< of what was cut: from the transport or extension header on
    std::uint8_t fragment_protocol = 0;  ///< what that header is, told of the whole packet in the first fragment only

    [[nodiscard]] FlowKey flow() const noexcept { return {src, dst, transport}; }

    /// Precondition: TCP.
    [[nodiscard]] TcpSegment segment() const noexcept { return {seq, syn, fin, rst, as_text(payload)}; }
};

/// Whether decode() knows frames of this kind.
[[nodiscard]] bool is_read(pcap::LinkType link) noexcept;

/// VLAN tags, PPPoE, IPv4 options and IPv6 extension headers are passed over. Any doubt gives `malformed` or
/// `not_ours`.
[[nodiscard]] Packet decode(pcap::LinkType link, Bytes frame) noexcept;

/// The packet that `fragment` is a part of, once its parts are joined to `body`, which begins with a `protocol` header.
[[nodiscard]] Packet decode_joined(const Packet& fragment, std::uint8_t protocol, Bytes body) noexcept;

}  // namespace sara::proto
