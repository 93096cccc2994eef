// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/result.hpp"
#include "core/proto/bounded_list.hpp"
#include "core/proto/limits.hpp"

/// RTSP 1.0 (RFC 2326) and 2.0 (RFC 7826) messages, as views into the caller's buffer, which must outlive them.
namespace sara::proto::rtsp {

/// One message. Of a header that occurs more than once the first is taken, but see transports().
struct Message {
    bool is_request = false;
    std::string_view method;   ///< request: as sent; reply: empty
    std::string_view uri;      ///< request only; may be "*"
    std::uint16_t status = 0;  ///< reply: 100..599; request: 0
    std::string_view reason;
    std::uint8_t version_major = 1;
    std::uint8_t version_minor = 0;

    std::optional<std::uint32_t> cseq;             ///< nothing: absent or not a number
    std::string_view session;                      ///< the id of the Session header; empty if absent
    std::optional<std::uint32_t> session_timeout;  ///< seconds; nothing: not said (60 by RFC 2326 section 12.37)
    std::string_view transport;                    ///< first Transport line: see transports()
    std::string_view content_type;
    std::optional<std::uint32_t> content_length;

    std::string_view head;  ///< the header lines, for header()
    std::string_view body;  ///< Content-Length bytes; none without that header
    bool complete = true;   ///< false: the empty line after the headers or a part of the body is missing
};

/// One message that the framer cut out of a stream. Empty lines in front are skipped. Refused: no RTSP start line, a
/// version other than 1.x and 2.x, more than limits::kMaxMessage bytes or limits::kMaxHeaders headers.
[[nodiscard]] Result<Message> parse(std::string_view bytes);

/// The value of the first header of that name; empty if absent.
[[nodiscard]] std::string_view header(const Message& message, std::string_view name) noexcept;

/// "4588-4589", "4588": both are legal, and so are odd first ports and ports that do not follow each other.
struct PortRange {
    Port first = 0;   ///< 0: not said
    Port second = 0;  ///< 0: a single port was said

    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// An element of dest_addr= or src_addr= (RFC 7826 section 18.54): "192.0.2.5:3456", ":3456", "[2001:db8::1]:9".
struct TransportAddress {
    std::optional<Address> address;  ///< nothing: not said, or a name
    Port port = 0;

    friend bool operator==(const TransportAddress&, const TransportAddress&) = default;
};

enum class Cast : std::uint8_t { unsaid, unicast, multicast };

/// The channels of interleaved=0-1; they share the signalling's TCP connection, so there is no flow to announce.
struct Interleaved {
    std::uint8_t first = 0;
    std::uint8_t second = 0;

    friend bool operator==(const Interleaved&, const Interleaved&) = default;
};

/// One alternative of a Transport header (RFC 2326 section 12.39).
struct TransportSpec {
    std::string_view protocol;  ///< "RTP/AVP", "RTP/AVP/TCP", "RTP/SAVPF/UDP", ... as sent
    Transport transport = Transport::udp;
    bool is_rtp = false;  ///< false: something that is not known here (RAW/RAW/UDP, MP2T/H2221/UDP, ...)
    Cast cast = Cast::unsaid;
    PortRange client_port;
    PortRange server_port;
    PortRange port;  ///< of a multicast group
    std::optional<Interleaved> interleaved;
    std::string_view source;  ///< as sent; may be a name; empty: not said
    std::optional<Address> source_address;
    std::string_view destination;
    std::optional<Address> destination_address;
    BoundedList<TransportAddress, limits::kMaxTransportAddrs> dest_addr;  ///< RTSP 2.0: the client's
    BoundedList<TransportAddress, limits::kMaxTransportAddrs> src_addr;   ///< RTSP 2.0: the server's
    std::string_view mode;                                                ///< unquoted; empty: not said (PLAY)
    std::optional<std::uint32_t> ssrc;
    bool rtcp_mux = false;   ///< RTSP 2.0
    unsigned malformed = 0;  ///< parameters whose value could not be read; they count as not said
};

using TransportList = BoundedList<TransportSpec, limits::kMaxTransports>;

/// The alternatives of one Transport value, in order of preference; those beyond the bound are dropped.
[[nodiscard]] TransportList parse_transport(std::string_view value) noexcept;

/// The alternatives of all Transport lines of a message.
[[nodiscard]] TransportList transports(const Message& message) noexcept;

}  // namespace sara::proto::rtsp
