// SPDX-License-Identifier: GPL-2.0
#include "core/proto/ftp.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/proto/limits.hpp"
#include "core/proto/text.hpp"

namespace sara::proto::ftp {
namespace {

constexpr char kTelnetCommand = '\xff';  // IAC of RFC 854
constexpr std::size_t kCodeSize = 3;

bool is_letter(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// The three digits that a reply begins with.
std::optional<std::uint16_t> code_of(std::string_view line) noexcept {
    const std::string_view digits = line.substr(0, kCodeSize);
    const std::optional<std::uint16_t> code = parse_number<std::uint16_t>(digits);
    return digits.size() == kCodeSize && code && *code >= 100 && *code < 600 ? code : std::nullopt;
}

std::optional<Port> valid_port(std::string_view text) noexcept {
    const std::optional<Port> port = parse_number<Port>(text);
    return port && *port != 0 ? port : std::nullopt;
}

}  // namespace

Result<Message> parse(std::string_view bytes) {
    if (bytes.size() > limits::kMaxHead) {
        return Error{"FTP message larger than " + std::to_string(limits::kMaxHead) + " bytes", {}};
    }
    Message message;
    if (const std::optional<std::uint16_t> code = code_of(bytes)) {
        const std::string_view rest = bytes.substr(kCodeSize);
        if (rest.empty() || rest.front() == '-' || is_blank(rest.front())) {
            message.status = *code;
            message.text = trim(rest.substr(std::min<std::size_t>(rest.size(), 1)));
            return message;
        }
    }
    while (bytes.size() >= 2 && bytes.front() == kTelnetCommand) {
        bytes.remove_prefix(2);
    }
    const auto end = std::find_if_not(bytes.begin(), bytes.end(), is_letter);
    message.verb = bytes.substr(0, static_cast<std::size_t>(end - bytes.begin()));
    bytes.remove_prefix(message.verb.size());
    if (message.verb.empty() || message.verb.size() > limits::kMaxMethod || (!bytes.empty() && !is_blank(*end))) {
        return Error{"neither a command nor a reply of FTP", {}};
    }
    message.is_command = true;
    message.argument = trim(bytes);
    return message;
}

std::optional<std::uint16_t> opens_reply(std::string_view line) noexcept {
    return line.size() > kCodeSize && line[kCodeSize] == '-' ? code_of(line) : std::nullopt;
}

bool ends_reply(std::string_view line, std::uint16_t status) noexcept {
    return code_of(line) == status && (line.size() == kCodeSize || line[kCodeSize] == ' ');
}

std::optional<Endpoint> parse_port(std::string_view argument) noexcept {
    std::array<std::uint8_t, 6> numbers{};
    for (std::uint8_t& number : numbers) {
        const bool last = &number == &numbers.back();
        const std::size_t comma = argument.find(',');
        const std::optional<std::uint8_t> value = parse_number<std::uint8_t>(trim(argument.substr(0, comma)));
        if (!value || last != (comma == std::string_view::npos)) {
            return std::nullopt;
        }
        number = *value;
        argument.remove_prefix(last ? argument.size() : comma + 1);
    }
    const auto port = static_cast<Port>((numbers[4] << 8U) + numbers[5]);
    if (port == 0) {
        return std::nullopt;
    }
    return Endpoint{Address::v4({numbers[0], numbers[1], numbers[2], numbers[3]}), port};
}

std::optional<Endpoint> parse_extended_port(std::string_view argument) noexcept {
    if (argument.empty()) {
        return std::nullopt;
    }
    const char delimiter = argument.front();
    std::array<std::string_view, 3> fields;
    argument.remove_prefix(1);
    for (std::string_view& field : fields) {
        const std::size_t end = argument.find(delimiter);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        field = argument.substr(0, end);
        argument.remove_prefix(end + 1);
    }
    const std::optional<Address> address = Address::parse(fields[1]);
    const std::optional<Port> port = valid_port(fields[2]);
    const std::string_view family = address && address->family() == Family::ipv4 ? "1" : "2";
    if (!argument.empty() || !address || !port || fields[0] != family) {
        return std::nullopt;
    }
    return Endpoint{*address, *port};
}

std::optional<Endpoint> parse_passive(std::string_view text) noexcept {
    constexpr std::string_view kNumbers = "0123456789,";
    const std::size_t open = text.find('(');
    const std::size_t begin = text.find_first_of(kNumbers, open == std::string_view::npos ? 0 : open);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(begin);
    return parse_port(text.substr(0, text.find_first_not_of(kNumbers)));
}

std::optional<Port> parse_extended_passive(std::string_view text) noexcept {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos || text.size() - open < sizeof("(|||1|)") - 1) {
        return std::nullopt;
    }
    text.remove_prefix(open + 1);
    const char delimiter = text[0];
    const std::size_t end = text.find(delimiter, 3);
    if (is_digit(delimiter) || text[1] != delimiter || text[2] != delimiter || end == std::string_view::npos ||
        text.substr(end + 1, 1) != ")") {
        return std::nullopt;
    }
    return valid_port(text.substr(3, end - 3));
}

}  // namespace sara::proto::ftp
