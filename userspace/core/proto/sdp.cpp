// SPDX-License-Identifier: GPL-2.0
#include "core/proto/sdp.hpp"

#include <algorithm>

#include "core/proto/sip.hpp"
#include "core/proto/text.hpp"

namespace sara::proto::sdp {
namespace {

/// "IN IP4 198.18.1.11", "IN IP4 233.252.0.1/127/3", "IN IP6 fd00::1"
std::optional<Connection> parse_connection(std::string_view value) noexcept {
    const std::string_view network = take_word(value);
    const std::string_view family = take_word(value);
    const std::string_view word = take_word(value);
    if (!iequals(network, "IN") || (!iequals(family, "IP4") && !iequals(family, "IP6")) || word.empty()) {
        return std::nullopt;
    }
    const std::string_view text = word.substr(0, word.find('/'));
    return Connection{text, Address::parse(text)};
}

std::optional<Direction> parse_direction(std::string_view attribute) noexcept {
    if (attribute == "sendrecv") {
        return Direction::sendrecv;
    }
    if (attribute == "sendonly") {
        return Direction::sendonly;
    }
    if (attribute == "recvonly") {
        return Direction::recvonly;
    }
    if (attribute == "inactive") {
        return Direction::inactive;
    }
    return std::nullopt;
}

Setup parse_setup(std::string_view value) noexcept {
    value = trim(value);
    if (iequals(value, "active")) {
        return Setup::active;
    }
    if (iequals(value, "passive")) {
        return Setup::passive;
    }
    if (iequals(value, "actpass")) {
        return Setup::actpass;
    }
    if (iequals(value, "holdconn")) {
        return Setup::holdconn;
    }
    return Setup::unsaid;
}

/// What an element of "UDP/TLS/RTP/SAVPF" says; names are taken from IANA's registry "SDP proto".
void read_proto(Media& media) noexcept {
    std::string_view rest = media.proto;
    bool first = true;
    while (!rest.empty()) {
        const std::string_view element = take_until(rest, '/');
        if (iequals(element, "RTP")) {
            media.carrier = Carrier::rtp;
        } else if (iequals(element, "UDPTL")) {
            media.carrier = Carrier::udptl;
        } else if (iequals(element, "MSRP")) {
            media.carrier = Carrier::msrp;
            media.transport = Transport::tcp;
        } else if (first && iequals(element, "TCP")) {
            media.transport = Transport::tcp;
        }
        first = false;
    }
}

/// "audio 49170/2 RTP/AVP 0 8"
Media parse_media(std::string_view value) noexcept {
    Media media;
    media.kind = take_word(value);
    std::string_view count = take_word(value);
    const std::optional<Port> port = parse_number<Port>(take_until(count, '/'));
    media.proto = take_word(value);
    media.formats = trim(value);
    if (!port || media.proto.empty()) {
        media.malformed = true;
        return media;
    }
    media.port = *port;
    if (!count.empty()) {
        const std::optional<std::uint16_t> number = parse_number<std::uint16_t>(count);
        media.malformed = !number;
        media.port_count = std::clamp<std::uint16_t>(number.value_or(1), 1, limits::kMaxPortCount);
    }
    read_proto(media);
    return media;
}

class Parser {
public:
    explicit Parser(Description& out) : out_(out) {}

    /// False when the line is malformed.
    bool line(char type, std::string_view value) {
        if (dropping_ && type != 'm') {
            return true;
        }
        switch (type) {
        case 'c':
            return connection(value);
        case 'm':
            return media(value);
        case 'a':
            return attribute(value);
        default:
            return true;  // all other lines say nothing about where media go
        }
    }

    void finish() { end_media(); }

    void malformed() { ++out_.lines_malformed; }

private:
    [[nodiscard]] Media* current() { return out_.media.empty() ? nullptr : &out_.media.back(); }

    bool connection(std::string_view value) {
        const std::optional<Connection> parsed = parse_connection(value);
        if (!parsed) {
            return false;
        }
        // Several c= lines of a medium are multicast layers: the first stands for them.
        if (Media* const medium = current()) {
            if (!connection_said_) {
                medium->connection = *parsed;
                connection_said_ = true;
            }
        } else if (out_.connection.text.empty()) {
            out_.connection = *parsed;
        }
        return true;
    }

    bool media(std::string_view value) {
        end_media();
        Media medium = parse_media(value);
        medium.connection = out_.connection;
        medium.direction = out_.direction;
        connection_said_ = false;
        rtcp_said_ = false;
        dropping_ = !out_.media.push_back(medium);
        out_.media_dropped += dropping_ ? 1 : 0;
        return !medium.malformed;
    }

    bool attribute(std::string_view value) {
        Media* const medium = current();
        const std::size_t colon = value.find(':');
        if (colon == std::string_view::npos) {
            flag(medium, trim(value));
            return true;
        }
        const std::string_view name = value.substr(0, colon);
        const std::string_view rest = value.substr(colon + 1);
        if (name == "control") {
            (medium != nullptr ? medium->control : out_.control) = trim(rest);
        } else if (medium == nullptr) {
            return true;
        } else if (name == "rtcp") {
            return rtcp(*medium, rest);
        } else if (name == "setup") {
            medium->setup = parse_setup(rest);
        } else if (name == "path" && medium->path.empty()) {
            return path(*medium, rest);
        }
        return true;
    }

    void flag(Media* medium, std::string_view name) {
        if (const std::optional<Direction> direction = parse_direction(name)) {
            (medium != nullptr ? medium->direction : out_.direction) = *direction;
        } else if (medium != nullptr && name == "rtcp-mux") {
            medium->rtcp_mux = true;
        }
    }

    /// "53020", "53020 IN IP6 fd00::1"
    bool rtcp(Media& medium, std::string_view value) {
        const std::optional<Port> port = parse_number<Port>(take_word(value));
        if (!port || *port == 0) {
            return false;
        }
        medium.rtcp_port = *port;
        rtcp_said_ = true;
        if (const std::optional<Connection> connection = parse_connection(value)) {
            medium.rtcp_address = connection->address;
        }
        return true;
    }

    static bool path(Media& medium, std::string_view value) {
        medium.path = take_word(value);
        const std::optional<sip::HostPort> host = sip::uri_host(medium.path);
        if (!host) {
            return false;
        }
        medium.path_address = host->address;
        medium.path_port = host->port;
        return true;
    }

    /// RFC 3550 section 11: without a=rtcp, RTCP goes to the next port.
    void end_media() {
        Media* const medium = current();
        if (medium == nullptr || dropping_) {
            return;
        }
        if (medium->carrier != Carrier::rtp || medium->port == 0) {
            medium->rtcp_port = 0;
        } else if (!rtcp_said_) {
            medium->rtcp_port = static_cast<Port>(medium->port + 1U);
        }
    }

    Description& out_;
    bool connection_said_ = false;  ///< by the current medium
    bool rtcp_said_ = false;
    bool dropping_ = false;  ///< the current medium is beyond the bound
};

}  // namespace

Result<Description> parse(std::string_view text) {
    Result<Description> description{Description()};
    Parser parser(*description);
    bool started = false;
    for (std::size_t lines = 0; !text.empty(); ++lines) {
        if (lines == limits::kMaxSdpLines) {
            return Error{"more than " + std::to_string(limits::kMaxSdpLines) + " SDP lines", {}};
        }
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line = trim(line);
        if (line.empty()) {
            continue;
        }
        if (!started) {
            if (line != "v=0") {
                return Error{"SDP does not begin with v=0", {}};
            }
            started = true;
            continue;
        }
        if (line.size() < 2 || line[1] != '=' || !parser.line(line[0], line.substr(2))) {
            parser.malformed();
        }
    }
    if (!started) {
        return Error{"empty SDP", {}};
    }
    parser.finish();
    return description;
}

}  // namespace sara::proto::sdp
