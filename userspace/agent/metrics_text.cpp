// SPDX-License-Identifier: GPL-2.0
#include "agent/metrics_text.hpp"

#include <array>
#include <charconv>

namespace sara::agent {

namespace {

/// In a label's value a backslash, a quote and a line end are escaped.
void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        switch (c) {
        case '\\':
            out += "\\\\";
            break;
        case '"':
            out += "\\\"";
            break;
        case '\n':
            out += "\\n";
            break;
        default:
            out += c;
        }
    }
}

}  // namespace

void MetricsText::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    head_ = "# HELP " + name_ + ' ' + std::string(help) + "\n# TYPE " + name_ +
            (type == Type::counter ? " counter\n" : " gauge\n");
}

void MetricsText::sample(std::initializer_list<Label> labels, std::uint64_t value) {
    sample(labels, std::string_view(std::to_string(value)));
}

void MetricsText::sample(std::initializer_list<Label> labels, double value) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    static_cast<void>(error);  // the shortest form of any double fits
    sample(labels, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void MetricsText::sample(std::initializer_list<Label> labels, std::string_view value) {
    text_ += std::exchange(head_, {});
    text_ += name_;
    char before = '{';
    for (const auto& [name, content] : labels) {
        text_ += std::exchange(before, ',');
        text_ += name;
        text_ += "=\"";
        append_escaped(text_, content);
        text_ += '"';
    }
    if (labels.size() != 0) {
        text_ += '}';
    }
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

}  // namespace sara::agent
