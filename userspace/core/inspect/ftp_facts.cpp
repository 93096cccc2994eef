// SPDX-License-Identifier: GPL-2.0
#include "core/inspect/ftp_facts.hpp"

#include <array>
#include <chrono>

#include "core/inspect/limits.hpp"
#include "core/proto/ftp.hpp"
#include "core/proto/text.hpp"

namespace sara::inspect {

namespace {

namespace ftp = proto::ftp;

constexpr std::string_view kPassive = "passive";
constexpr std::string_view kActive = "active";

MediaEndpoint data_end(const std::optional<Address>& address, Port port) {
    MediaEndpoint end;
    end.transport = Transport::tcp;
    end.port = port;
    if (address && !address->is_unspecified()) {
        end.address = address;
    }
    return end;
}

/// One end waits for data connections there; the other comes from a port that it does not name.
void wait_at(MessageFacts& facts, std::string_view leg, const std::optional<Address>& address, Port port) {
    facts.act = Act::accept;
    facts.leg = leg;
    facts.media.push_back(data_end(address, port));
    facts.peer_media.push_back(data_end(std::nullopt, 0));
}

/// Nobody waits there any more.
void close_data(MessageFacts& facts) {
    facts.act = Act::accept;
    facts.leg = kPassive;
    MediaEndpoint none = data_end(std::nullopt, 0);
    none.state = MediaState::rejected;
    facts.media.push_back(none);
}

/// False: an address and port that could not be read.
bool read_command(const ftp::Message& message, MessageFacts& facts) {
    const bool extended = proto::iequals(message.verb, "EPRT");
    if (extended || proto::iequals(message.verb, "PORT")) {
        const std::optional<Endpoint> end =
            extended ? ftp::parse_extended_port(message.argument) : ftp::parse_port(message.argument);
        if (!end) {
            return false;
        }
        wait_at(facts, kActive, end->address, end->port);
    } else if (proto::iequals(message.verb, "USER")) {
        facts.act = Act::propose;
        facts.target = message.argument.substr(0, limits::kMaxTarget);
    }
    return true;
}

bool read_reply(const ftp::Message& message, MessageFacts& facts) {
    switch (message.status) {
    case 220:  // ready for a user
        facts.act = Act::accept;
        return true;
    case 227:
        if (const std::optional<Endpoint> end = ftp::parse_passive(message.text)) {
            wait_at(facts, kPassive, end->address, end->port);
            return true;
        }
        return false;
    case 229:
        if (const std::optional<Port> port = ftp::parse_extended_passive(message.text)) {
            wait_at(facts, kPassive, std::nullopt, *port);
            return true;
        }
        return false;
    case 226:  // the transfer is over
    case 425:  // there was no data connection
    case 426:  // it broke
        close_data(facts);
        return true;
    case 221:  // the answer to QUIT
    case 421:  // the server gives up
        facts.act = Act::finish;
        return true;
    default:
        return true;
    }
}

}  // namespace

Timers FtpProtocol::timers() const noexcept {
    using namespace std::chrono_literals;
    // The control connection is silent as long as a transfer lasts; servers end it themselves when nothing happens.
    return {.setup = 60s, .dialog = 1h, .margin = 15s, .linger = 10s};
}

std::span<const Port> FtpProtocol::usual_ports() const noexcept {
    static constexpr std::array<Port, 1> kPorts = {21};
    return kPorts;
}

Result<MessageFacts> FtpProtocol::read(Bytes message, const Origin& origin) const {
    const Result<ftp::Message> parsed = ftp::parse(as_text(message));
    if (!parsed) {
        return parsed.error();
    }
    if (parsed->is_command != (origin.sender == Sender::client)) {
        return Error{"commands come from the client, and replies from the server", "ftp"};
    }
    MessageFacts facts;
    facts.app = App::ftp;
    facts.sender = origin.sender;
    facts.flow = origin.flow;
    facts.dialog = origin.flow.src.text();
    facts.cseq = origin.position;
    if (!(parsed->is_command ? read_command(*parsed, facts) : read_reply(*parsed, facts))) {
        return Error{"no address and port that can be read", "ftp"};
    }
    return facts;
}

}  // namespace sara::inspect
