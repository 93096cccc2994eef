// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/result.hpp"

/// FTP's control connection (RFC 959, with RFC 1123 section 4.1.2 and RFC 2428), as views into the caller's buffer,
/// which must outlive them.
namespace sara::proto::ftp {

/// A command, or a whole reply.
struct Message {
    bool is_command = false;
    std::string_view verb;      ///< command: as sent, in whatever case
    std::string_view argument;  ///< command: all that follows the verb and a blank; empty if there is none
    std::uint16_t status = 0;   ///< reply: 100..599; command: 0
    std::string_view text;      ///< reply: all that follows the first line's code, further lines too
};

/// One message that the framer cut out of a stream. What telnet says before a command (RFC 1123 section 4.1.2.10) is
/// skipped. Refused: what begins with neither a verb of letters nor a code, more than limits::kMaxHead bytes.
[[nodiscard]] Result<Message> parse(std::string_view bytes);

/// The code of a reply of which `line` (without its line end) is the first of several lines (RFC 959 section 4.2):
/// "123-text".
[[nodiscard]] std::optional<std::uint16_t> opens_reply(std::string_view line) noexcept;

/// Is it the last line of that reply: "123 text", or "123" alone?
[[nodiscard]] bool ends_reply(std::string_view line, std::uint16_t status) noexcept;

/// "132,235,1,2,24,131" (RFC 959 section 5.3.2); nothing if it is no address and port other than 0.
[[nodiscard]] std::optional<Endpoint> parse_port(std::string_view argument) noexcept;

/// "|1|132.235.1.2|6275|", "|2|1080::8:800:200C:417A|5282|" (RFC 2428 section 2); likewise.
[[nodiscard]] std::optional<Endpoint> parse_extended_port(std::string_view argument) noexcept;

/// "Entering Passive Mode (132,235,1,2,24,131)" of a reply 227; the parentheses may be missing (RFC 1123 section
/// 4.1.2.6).
[[nodiscard]] std::optional<Endpoint> parse_passive(std::string_view text) noexcept;

/// "Entering Extended Passive Mode (|||6446|)" of a reply 229 (RFC 2428 section 3).
[[nodiscard]] std::optional<Port> parse_extended_passive(std::string_view text) noexcept;

}  // namespace sara::proto::ftp
