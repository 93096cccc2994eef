// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sara::agent {

/// Text for Prometheus, exposition format 0.0.4: families, each with its samples. A family begins when its first sample
/// comes, so that one without samples does not appear.
class MetricsText {
public:
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

    enum class Type : std::uint8_t { counter, gauge };

    /// Name and value; the value may be any text.
    using Label = std::pair<std::string_view, std::string_view>;

    /// The samples that follow are of this family. `name`: [a-z_]+, of a counter with _total at its end.
    void family(std::string_view name, Type type, std::string_view help);
    void sample(std::initializer_list<Label> labels, std::uint64_t value);
    void sample(std::initializer_list<Label> labels, double value);

    [[nodiscard]] std::string take() && { return std::move(text_); }

private:
    void sample(std::initializer_list<Label> labels, std::string_view value);

    std::string text_;
    std::string name_;
    std::string head_;  ///< of the family, until it is written
};

}  // namespace sara::agent
