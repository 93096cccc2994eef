// SPDX-License-Identifier: GPL-2.0
#include "cli/parse.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "cli/print.hpp"

namespace sara::cli::parse {

namespace {

constexpr std::size_t kDeviceNameMax = 15;

bool all_of(std::string_view text, bool (*allowed)(char)) {
    return std::all_of(text.begin(), text.end(), allowed);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_name_char(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

/// Decimal digits only; nothing for an empty word or one too large.
std::optional<std::uint64_t> digits(std::string_view word) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || word.empty()) {
        return std::nullopt;
    }
    return value;
}

struct Unit {
    std::string_view suffix;
    std::uint64_t milliseconds;
};

constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

}  // namespace

Error expected(std::string_view what, std::string_view word) {
    return {"expected " + std::string(what) + ", not \"" + std::string(word) + "\"", {}};
}

Result<std::uint64_t> number(std::string_view word, std::uint64_t min, std::uint64_t max) {
    const std::optional<std::uint64_t> value = digits(word);
    if (value && *value >= min && *value <= max) {
        return *value;
    }
    return expected("a number from " + std::to_string(min) + " to " + std::to_string(max), word);
}

Result<std::chrono::milliseconds> time(std::string_view word, std::chrono::milliseconds min,
                                       std::chrono::milliseconds max) {
    constexpr std::string_view kWhat = "a time such as 30s, 500ms or 15m";
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();

    const std::size_t unit_at = std::min(word.find_first_not_of("0123456789."), word.size());
    const std::string_view suffix = word.substr(unit_at);
    const auto* const unit =
        std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& known) { return known.suffix == suffix; });
    if (unit == std::end(kUnits)) {
        return expected(kWhat, word);
    }
    const std::string_view amount = word.substr(0, unit_at);
    const std::size_t point = amount.find('.');
    const std::optional<std::uint64_t> whole = digits(amount.substr(0, point));
    if (!whole || *whole > kMax) {
        return expected(kWhat, word);
    }
    std::uint64_t milliseconds = *whole * unit->milliseconds;
    if (point != std::string_view::npos) {
        // Three digits after the point: "1.5s" yes, "1.5ms" no.
        const std::string_view fraction = amount.substr(point + 1);
        const std::optional<std::uint64_t> part = digits(fraction);
        if (!part || fraction.size() > 3 || unit->milliseconds == 1) {
            return expected(kWhat, word);
        }
        const std::uint64_t scale = fraction.size() == 1 ? 10 : fraction.size() == 2 ? 100 : 1000;
        milliseconds += *part * unit->milliseconds / scale;
    }
    const std::chrono::milliseconds value(milliseconds);
    if (value < min) {
        return expected("a time of at least " + text_of(min), word);
    }
    if (value > max) {
        return expected("a time of at most " + (max == kLongestTime ? "49d" : text_of(max)), word);
    }
    return value;
}

Result<kern::Load> load(std::string_view word) {
    constexpr std::uint64_t kOne = SARA_LOAD_ONE;
    constexpr std::size_t kMaxDigits = 9;
    const std::size_t point = std::min(word.find('.'), word.size());
    const std::string_view whole = word.substr(0, point);
    const std::string_view fraction = word.substr(std::min(point + 1, word.size()));
    const Error wrong = expected("a load from 0 to 16, such as 0.25", word);
    const Result<std::uint64_t> units = number(whole, 0, SARA_SCORE_MAX / kOne);
    if (!units || fraction.size() > kMaxDigits || (point != word.size() && fraction.empty())) {
        return wrong;
    }
    std::uint64_t scale = 1;
    std::uint64_t parts = 0;
    for (const char c : fraction) {
        if (c < '0' || c > '9') {
            return wrong;
        }
        parts = parts * 10 + static_cast<std::uint64_t>(c - '0');
        scale *= 10;
    }
    const std::uint64_t value = *units * kOne + (parts * kOne + scale / 2) / scale;
    if (value > SARA_SCORE_MAX) {
        return wrong;
    }
    return static_cast<kern::Load>(value);
}

namespace {

Result<kern::NodeScore> score(std::string_view word) {
    const std::size_t first = word.find(':');
    if (first == std::string_view::npos) {
        return expected("NODE:LOAD or NODE:LOAD:LOAD", word);
    }
    const std::size_t second = std::min(word.find(':', first + 1), word.size());
    Result<std::string> node = name(word.substr(0, first));
    const Result<kern::Load> value = load(word.substr(first + 1, second - first - 1));
    const Result<kern::Load> cost = second == word.size() ? kern::Load{} : load(word.substr(second + 1));
    for (const auto* part : {&value, &cost}) {
        if (!*part) {
            return part->error();
        }
    }
    if (!node) {
        return node.error();
    }
    return kern::NodeScore{std::move(*node), *value, *cost, 0};
}

}  // namespace

Result<std::vector<kern::NodeScore>> scores(std::string_view word) {
    std::vector<kern::NodeScore> list;
    while (true) {
        const std::size_t comma = std::min(word.find(','), word.size());
        Result<kern::NodeScore> one = score(word.substr(0, comma));
        if (!one) {
            return one.error();
        }
        list.push_back(std::move(*one));
        if (comma == word.size()) {
            return list;
        }
        word.remove_prefix(comma + 1);
    }
}

Result<Address> address(std::string_view word) {
    if (const std::optional<Address> value = Address::parse(word)) {
        return *value;
    }
    return expected("an IPv4 or IPv6 address", word);
}

Result<Port> port(std::string_view word) {
    const std::optional<std::uint64_t> value = digits(word);
    if (value && *value >= 1 && *value <= std::numeric_limits<Port>::max()) {
        return static_cast<Port>(*value);
    }
    return expected("a port from 1 to 65535", word);
}

Result<std::pair<Port, Port>> port_range(std::string_view word) {
    const std::size_t dash = word.find('-');
    const Result<Port> first = port(word.substr(0, dash));
    if (dash == std::string_view::npos) {
        return first ? Result<std::pair<Port, Port>>({*first, 0})
                     : expected("a port from 1 to 65535 or a range such as 5000-5999", word);
    }
    const Result<Port> last = port(word.substr(dash + 1));
    if (!first || !last || *first > *last) {
        return expected("a port from 1 to 65535 or a range such as 5000-5999", word);
    }
    return std::pair(*first, *first == *last ? Port{0} : *last);
}

Result<Transport> transport(std::string_view word) {
    std::vector<std::string_view> names;
    for (const Transport known : {Transport::tcp, Transport::udp}) {
        if (word == to_string(known)) {
            return known;
        }
        names.push_back(to_string(known));
    }
    Error error = expected("tcp or udp", word);
    error.what += did_you_mean(word, names);
    return error;
}

Result<kern::Mac> mac(std::string_view word) {
    constexpr std::string_view kWhat = "a MAC address such as 02:00:00:00:00:11";
    kern::Mac value{};
    std::string_view rest = word;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const std::size_t size = rest.find(':');
        const bool last = i + 1 == value.size();
        if ((size == std::string_view::npos) != last) {
            return expected(kWhat, word);
        }
        const std::string_view octet = rest.substr(0, size);
        const auto [end, error] = std::from_chars(octet.data(), octet.data() + octet.size(), value[i], 16);
        if (octet.empty() || octet.size() > 2 || error != std::errc{} || end != octet.data() + octet.size()) {
            return expected(kWhat, word);
        }
        rest.remove_prefix(last ? rest.size() : size + 1);
    }
    if ((value[0] & 1U) != 0 || value == kern::Mac{}) {
        return expected("the MAC address of one station (not multicast, not zero)", word);
    }
    return value;
}

Result<std::string> name(std::string_view word) {
    if (word.empty() || word.size() > SARA_NAME_MAX || !all_of(word, is_name_char) || word.front() == '-') {
        return expected("a name of 1 to " + std::to_string(SARA_NAME_MAX) + " letters, digits, '-', '_' or '.'", word);
    }
    return std::string(word);
}

Result<std::string> device(std::string_view word) {
    const auto allowed = [](char c) { return c > ' ' && c != '/' && c != ':' && c != '\x7f'; };
    if (word.empty() || word.size() > kDeviceNameMax || !all_of(word, allowed) || word == "." || word == "..") {
        return expected("the name of a network device, 15 characters at most", word);
    }
    return std::string(word);
}

Result<std::vector<std::string>> names(std::string_view word) {
    std::vector<std::string> list;
    std::string_view rest = word;
    for (;;) {
        const std::size_t comma = rest.find(',');
        Result<std::string> one = name(rest.substr(0, comma));
        if (!one) {
            return expected("names separated by commas", word);
        }
        if (std::find(list.begin(), list.end(), *one) != list.end()) {
            return Error{"\"" + *one + "\" is given twice", {}};
        }
        list.push_back(std::move(*one));
        if (comma == std::string_view::npos) {
            return list;
        }
        rest.remove_prefix(comma + 1);
    }
}

Result<SessionId> session(std::string_view word) {
    const std::optional<std::uint64_t> value = digits(word);
    if (value && *value != 0) {
        return static_cast<SessionId>(*value);
    }
    return expected("the id of a session, a number from 1", word);
}

}  // namespace sara::cli::parse
