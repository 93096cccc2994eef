// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/session.hpp"

/// What other implementations read in a message, to hold it against what the parsers of core/proto read in it.
namespace sara::test::peer {

/// What a message says that session identification looks at: lines such as "call-id 4711@198.18.1.11", the same words
/// in the same order whoever read it.
using Reading = std::vector<std::string>;

/// Nothing: refused as malformed.
[[nodiscard]] std::optional<Reading> read_ours(App app, std::string_view message);

/// By libosip2 (SIP, SDP) and GStreamer (RTSP). Precondition: is_there(app).
[[nodiscard]] std::optional<Reading> read_theirs(App app, std::string_view message);
[[nodiscard]] bool is_there(App app) noexcept;

struct Difference {
    std::string ours;    ///< a line, or "refused"
    std::string theirs;  ///< likewise
};

/// Line by line. Empty: read alike, both refuse, or there is no peer.
[[nodiscard]] std::vector<Difference> differences(App app, std::string_view message);

/// Why they differ, where it is known that the peer is the one to blame; empty: it is not.
[[nodiscard]] std::string_view excuse(App app, std::string_view message, const Difference& difference);

/// "ours: ..., theirs: ..." for each difference without excuse.
[[nodiscard]] Reading unexplained(App app, std::string_view message);

/// One medium of an SDP, as a line. Unset values are 0 or empty.
struct Medium {
    std::string_view kind;
    unsigned port = 0;
    unsigned count = 1;
    std::string_view proto;
    std::string_view address;  ///< its own or the session's, without TTL
    std::string_view direction;
    unsigned rtcp_port = 0;         ///< as a=rtcp says
    std::string_view rtcp_address;  ///< likewise
    bool rtcp_mux = false;
};
[[nodiscard]] std::string line_of(const Medium& medium);

/// One alternative of an RTSP Transport, as a line.
struct TransportLine {
    bool tcp = false;
    bool multicast = false;
    unsigned client_port[2] = {};
    unsigned server_port[2] = {};
    unsigned group_port[2] = {};
    std::string interleaved;  ///< "0-1"
    std::string_view source;
    std::string_view destination;
};
[[nodiscard]] std::string line_of(const TransportLine& transport);

}  // namespace sara::test::peer
