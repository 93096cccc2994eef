// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sara::doctor {

/// What a machine is in a cluster; it can be several.
enum class Role : std::uint8_t { dispatcher, gateway, node };

enum class Severity : std::uint8_t {
    ok,
    warning,  ///< sessions go on, and may not for long, or not all; or the look itself is not complete
    error,    ///< packets of sessions are lost, or new sessions are
};

/// One thing that was looked at.
struct Finding {
    Severity severity{};
    std::string check;   ///< of what: one word, see sara-doctor(8)
    std::string text;    ///< what is so: no end of a sentence
    std::string mend{};  ///< a command for this machine's shell; empty: the text says where to look

    friend bool operator==(const Finding&, const Finding&) = default;
};

[[nodiscard]] std::string_view to_string(Role role) noexcept;
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;

/// Findings, in their order.
class Report {
public:
    void error(std::string_view check, std::string text, std::string mend = {});
    void warning(std::string_view check, std::string text, std::string mend = {});

    /// Says that a check is well, unless something is wrong with it.
    void conclude(std::string_view check, std::string text);

    [[nodiscard]] std::vector<Finding> take() && { return std::move(findings_); }

private:
    std::vector<Finding> findings_;
};

}  // namespace sara::doctor
