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

/// Session descriptions (RFC 8866), as views into the caller's buffer, which must outlive them.
namespace sara::proto::sdp {

/// RFC 8866 section 6.7.
enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };

/// What runs over the ports of a medium, told by the `proto` of its m= line.
enum class Carrier : std::uint8_t {
    rtp,    ///< RTP/AVP, RTP/SAVP, RTP/AVPF, UDP/TLS/RTP/SAVPF, TCP/RTP/AVP, ...
    udptl,  ///< T.38 fax (RFC 7345 registers the names)
    msrp,   ///< TCP/MSRP, TCP/TLS/MSRP (RFC 4975)
    other,
};

/// a=setup (RFC 4145): who opens the TCP connection.
enum class Setup : std::uint8_t { unsaid, active, passive, actpass, holdconn };

/// A c= line (RFC 8866 section 5.7).
struct Connection {
    std::string_view text;           ///< "198.18.1.11", "fd00::1", "host.example"; empty: no c= line
    std::optional<Address> address;  ///< nothing when text is a name: names are never resolved
};

/// One m= line with its attributes; what only the session level says is filled in.
struct Media {
    std::string_view kind;  ///< "audio", "video", "image", "message", "application", ...
    Port port = 0;          ///< 0: rejected, or (RTSP) not said
    std::uint16_t port_count = 1;
    std::string_view proto;  ///< as sent
    Carrier carrier = Carrier::other;
    Transport transport = Transport::udp;
    std::string_view formats;

    Connection connection;  ///< its own c=, else the session's
    /// a=rtcp (RFC 3605), else port + 1; 0 when the medium is not RTP, was rejected, or there is no such port.
    /// Does not look at rtcp_mux, which in an offer is only a wish (RFC 5761 section 5.1.1).
    Port rtcp_port = 0;
    std::optional<Address> rtcp_address;  ///< only when a=rtcp names one
    bool rtcp_mux = false;
    Direction direction = Direction::sendrecv;
    Setup setup = Setup::unsaid;
    std::string_view path;                ///< a=path, first URI: where an MSRP end really listens
    std::optional<Address> path_address;  ///< of that URI, when a literal
    Port path_port = 0;                   ///< of that URI; 0: not said
    std::string_view control;             ///< a=control (RFC 2326 appendix C.1.1)
    bool malformed = false;               ///< the m= line was; kept with port 0 so that later media keep their index
};

struct Description {
    Connection connection;  ///< session level
    Direction direction = Direction::sendrecv;
    std::string_view control;  ///< session level a=control
    BoundedList<Media, limits::kMaxMedia> media;
    unsigned media_dropped = 0;    ///< m= lines beyond the bound
    unsigned lines_malformed = 0;  ///< skipped
};

/// Lines may end in CRLF or LF, the last one need not. Refused: no "v=0" line first, too many lines.
[[nodiscard]] Result<Description> parse(std::string_view text);

}  // namespace sara::proto::sdp
