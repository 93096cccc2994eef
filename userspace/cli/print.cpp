// SPDX-License-Identifier: GPL-2.0
#include "cli/print.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace sara::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIndent = 4;

}  // namespace

std::string text_of(std::chrono::milliseconds time) {
    const std::uint64_t total = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
    if (total < 1000 && total != 0) {
        return std::to_string(total) + "ms";
    }
    std::string text = std::to_string(total / 1000);
    if (total % 1000 != 0) {
        std::string fraction = std::to_string(1000 + total % 1000).substr(1);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        text += "." + fraction;
    }
    return text + "s";
}

namespace {

constexpr std::uint64_t kMillion = 1000000;

/// Rounded.
std::uint64_t millionths(kern::Load load) {
    const std::uint64_t parts = static_cast<std::uint32_t>(load);
    return (parts * kMillion + SARA_LOAD_ONE / 2) / SARA_LOAD_ONE;
}

}  // namespace

std::string text_of(kern::Load load) {
    const std::uint64_t total = millionths(load);
    std::string text = std::to_string(total / kMillion);
    if (total % kMillion != 0) {
        std::string fraction = std::to_string(kMillion + total % kMillion).substr(1);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        text += "." + fraction;
    }
    return text;
}

std::string safe_line(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string safe;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte >= 0x7f) {
            safe += "\\x";
            safe += kDigits[byte >> 4U];
            safe += kDigits[byte & 15U];
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string safe_text(std::string_view text) {
    const std::string safe = safe_line(text);
    return safe.empty() || safe.find_first_of(" \"") != std::string::npos ? "\"" + safe + "\"" : safe;
}

void Printer::begin_array() {
    in_array_ = true;
    first_ = true;
}

void Printer::end_array() {
    in_array_ = false;
    if (format_ != Format::text) {
        out_ << (first_ ? "[]\n" : format_ == Format::pretty ? "\n]\n" : "]\n");
    }
}

void Printer::begin_object() {
    if (is_text()) {
        flush_line();
        continued_ = false;
    } else {
        open('{');
    }
    ++depth_;
}

void Printer::end_object() {
    flush_line();
    --depth_;
    if (is_text()) {
        return;
    }
    close('}');
    if (depth_ != 0) {
        return;
    }
    const bool pretty = format_ == Format::pretty;
    if (in_array_) {
        out_ << (first_ ? "[" : ",") << (pretty ? "\n" : "");
        first_ = false;
    }
    if (pretty) {
        std::string text = Json::parse(json_).dump(static_cast<int>(kIndent));
        if (in_array_) {
            // One level further in than the object knows.
            for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 1 + kIndent) {
                text.insert(at + 1, kIndent, ' ');
            }
            text.insert(0, kIndent, ' ');
        }
        json_ = std::move(text);
    }
    out_ << json_;
    json_.clear();
    if (!in_array_) {
        out_ << '\n';
    }
}

void Printer::begin_list(std::string_view name) {
    flush_line();
    ++lists_;
    if (!is_text()) {
        write_name(name);
        json_ += '[';
    }
}

void Printer::end_list() {
    flush_line();
    --lists_;
    continued_ = true;
    if (!is_text()) {
        close(']');
    }
}

void Printer::open(char bracket) {
    if (!json_.empty() && json_.back() != '[' && json_.back() != ':') {
        json_ += ',';
    }
    json_ += bracket;
}

void Printer::close(char bracket) {
    json_ += bracket;
}

void Printer::write_name(std::string_view name) {
    if (json_.back() != '{') {
        json_ += ',';
    }
    ((json_ += '"') += name) += "\":";
}

void Printer::write(std::string_view value) {
    const bool plain =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
    if (plain) {
        ((json_ += '"') += value) += '"';
    } else {
        json_ += Json(std::string(value)).dump(-1, ' ', false, Json::error_handler_t::replace);
    }
}

void Printer::write(std::uint64_t value) {
    json_ += std::to_string(value);
}

void Printer::write(std::int64_t value) {
    json_ += std::to_string(value);
}

void Printer::write(bool value) {
    json_ += value ? "true" : "false";
}

Printer::Paint Printer::paint_of(std::string_view name, std::string_view value) {
    constexpr std::array kAddresses = {"addr", "vip", "source", "control-addr", "peer", "tuple", "flow"};
    constexpr std::array kStates = {"state", "health", "status", "path", "vip-path"};
    constexpr std::array kUp = {"up", "established"};
    constexpr std::array kDown = {"down", "application-down", "vip-broken", "broken"};
    const auto is_in = [](const auto& words, std::string_view word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (name == "mac") {
        return Paint::mac;
    }
    if (is_in(kAddresses, name)) {
        // IPv6 in brackets, or with two colons; of IPv4 and a port there is one.
        const std::string_view first = value.substr(0, value.find('>'));
        return std::count(first.begin(), first.end(), ':') > 1 ? Paint::inet6 : Paint::inet;
    }
    if (is_in(kStates, name)) {
        return is_in(kUp, value) ? Paint::up : is_in(kDown, value) ? Paint::down : Paint::none;
    }
    return Paint::none;
}

void Printer::word(std::string_view text, Paint paint) {
    if (format_ != Format::text) {
        return;
    }
    if (!line_.empty()) {
        line_ += ' ';
    }
    if (!coloured_ || paint == Paint::none) {
        line_ += text;
        return;
    }
    constexpr std::array<std::string_view, 7> kSgr = {"", "36", "33", "35", "34", "32", "31"};
    (((line_ += "\x1b[") += kSgr.at(static_cast<std::size_t>(paint))) += 'm') += text;
    line_ += "\x1b[0m";
}

void Printer::flush_line() {
    if (line_.empty()) {
        return;
    }
    // Every object within a list is one level further in, its further lines one more.
    const std::size_t level = lists_ + (continued_ ? 1 : 0);
    out_ << std::string(level * kIndent, ' ') << line_ << '\n';
    line_.clear();
    continued_ = true;
}

void Printer::field(std::string_view name, std::string_view value) {
    if (is_text()) {
        word(name);
        word(safe_text(value), paint_of(name, value));
    }
    member(name, value);
}

void Printer::field(std::string_view name, std::uint64_t value) {
    if (is_text()) {
        word(name);
        word(std::to_string(value));
    }
    member(name, value);
}

void Printer::difference(std::string_view name, std::int64_t value) {
    if (is_text()) {
        word(name);
        word(std::to_string(value));
    }
    member(name, value);
}

void Printer::field(std::string_view name, std::chrono::milliseconds value) {
    if (is_text()) {
        word(name);
        word(text_of(value));
    }
    member(name, value.count());
}

void Printer::field(std::string_view name, kern::Load value) {
    if (is_text()) {
        word(name);
        word(text_of(value));
        return;
    }
    write_name(name);
    json_ += Json(static_cast<double>(millionths(value)) / kMillion).dump();
}

void Printer::field(std::string_view name, const std::vector<std::string>& values, std::string_view if_empty) {
    if (is_text()) {
        std::string list(values.empty() ? if_empty : "");
        for (const std::string& value : values) {
            list += (list.empty() ? "" : ",") + safe_text(value);
        }
        word(name);
        word(list);
        return;
    }
    write_name(name);
    json_ += '[';
    for (const std::string& value : values) {
        json_ += json_.back() == '[' ? "" : ",";
        write(value);
    }
    close(']');
}

void Printer::bare(std::string_view name, std::string_view value) {
    if (is_text()) {
        word(safe_text(value), name == "name" || name == "node" ? Paint::name : paint_of(name, value));
    }
    member(name, value);
}

void Printer::bare(std::string_view name, std::uint64_t value) {
    if (is_text()) {
        word(std::to_string(value));
    }
    member(name, value);
}

void Printer::flag(std::string_view name, bool value, std::string_view otherwise) {
    if (value || !otherwise.empty()) {
        word(value ? name : otherwise, otherwise == "unusable" && !value ? Paint::down : Paint::none);
    }
    member(name, value);
}

void Printer::ports(std::string_view first_name, Port first, std::string_view last_name, Port last) {
    if (is_text()) {
        word(first_name);
        word(last == 0 ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last));
    }
    member(first_name, std::uint64_t{first});
    if (last != 0) {
        member(last_name, std::uint64_t{last});
    }
}

void Printer::tuple(std::string_view name, const FlowKey& key) {
    tuple(name, {key.transport, key.src.address, key.src.port, key.dst.address, key.dst.port});
}

void Printer::tuple(std::string_view name, const AnnouncementKey& key) {
    if (is_text()) {
        word(key.text(), paint_of(name, key.text()));
        return;
    }
    write_name(name);
    json_ += '{';
    member("proto", to_string(key.transport));
    if (key.src) {
        member("src", std::string_view(key.src->text()));
    }
    if (key.sport != 0) {
        member("sport", std::uint64_t{key.sport});
    }
    member("dst", std::string_view(key.vip.text()));
    if (key.dport != 0) {
        member("dport", std::uint64_t{key.dport});
    }
    close('}');
}

void Printer::colon() {
    if (!line_.empty()) {
        line_ += ':';
    }
}

void Printer::line() {
    flush_line();
}

void Printer::row() {
    flush_line();
    continued_ = false;
}

}  // namespace sara::cli
