// SPDX-License-Identifier: GPL-2.0
#include "cli/screen.hpp"

#include <algorithm>

#include "cli/print.hpp"

namespace sara::cli {

namespace {

/// SGR parameters; reverse video and bold are no colours.
std::string_view sgr(Style style, bool colour) {
    switch (style) {
    case Style::plain:
        return "";
    case Style::strong:
        return "1";
    case Style::faint:
        return colour ? "2" : "";
    case Style::good:
        return colour ? "32" : "";
    case Style::warning:
        return colour ? "33" : "";
    case Style::bad:
        return colour ? "1;31" : "1";
    case Style::head:
        return "7";
    case Style::selected:
        return colour ? "30;46" : "7";
    }
    return "";
}

std::string cut(std::string text, std::size_t width) {
    if (text.size() > width) {
        text.resize(width);
        if (width > 0) {
            text.back() = '+';
        }
    }
    return text;
}

}  // namespace

Line& Line::put(std::string_view text, Style style) {
    std::string safe = safe_line(text);
    width_ += safe.size();
    if (!spans_.empty() && spans_.back().style == style) {
        spans_.back().text += safe;
    } else if (!safe.empty()) {
        spans_.push_back({std::move(safe), style});
    }
    return *this;
}

Line& Line::left(std::string_view text, std::size_t width, Style style) {
    std::string safe = cut(safe_line(text), width);
    safe.resize(width, ' ');
    return put(safe, style);
}

Line& Line::right(std::string_view text, std::size_t width, Style style) {
    const std::string safe = cut(safe_line(text), width);
    return put(std::string(width - safe.size(), ' ') + safe, style);
}

Line Line::fitted(std::size_t width, Style style) const {
    Line line;
    for (const Span& span : spans_) {
        const std::size_t room = width - line.width();
        line.put(span.text.substr(0, room), style == Style::plain ? span.style : style);
    }
    line.put(std::string(width - line.width(), ' '), style);
    return line;
}

std::string plain_text(const Screen& screen) {
    std::string text;
    for (const Line& line : screen) {
        for (const Span& span : line.spans()) {
            text += span.text;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

std::string paint(const Screen& before, const Screen& now, bool colour) {
    std::string out;
    if (before.empty()) {
        out += "\x1b[0m\x1b[2J";
    }
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (i < before.size() && before[i] == now[i]) {
            continue;
        }
        out += "\x1b[" + std::to_string(i + 1) + ";1H";
        for (const Span& span : now[i].spans()) {
            const std::string_view parameters = sgr(span.style, colour);
            if (parameters.empty()) {
                out += span.text;
            } else {
                (((out += "\x1b[") += parameters) += 'm') += span.text;
                out += "\x1b[0m";
            }
        }
    }
    return out;
}

}  // namespace sara::cli
