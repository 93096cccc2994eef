// SPDX-License-Identifier: GPL-2.0
#include "core/doctor/finding.hpp"

#include <algorithm>
#include <utility>

namespace sara::doctor {

std::string_view to_string(Role role) noexcept {
    switch (role) {
    case Role::dispatcher:
        return "dispatcher";
    case Role::gateway:
        return "gateway";
    case Role::node:
        return "node";
    }
    return {};
}

std::string_view to_string(Severity severity) noexcept {
    switch (severity) {
    case Severity::ok:
        return "ok";
    case Severity::warning:
        return "warning";
    case Severity::error:
        return "error";
    }
    return {};
}

void Report::error(std::string_view check, std::string text, std::string mend) {
    findings_.push_back({Severity::error, std::string(check), std::move(text), std::move(mend)});
}

void Report::warning(std::string_view check, std::string text, std::string mend) {
    findings_.push_back({Severity::warning, std::string(check), std::move(text), std::move(mend)});
}

void Report::conclude(std::string_view check, std::string text) {
    const bool well = std::none_of(findings_.begin(), findings_.end(), [&](const Finding& finding) {
        return finding.check == check && finding.severity != Severity::ok;
    });
    if (well) {
        findings_.push_back({Severity::ok, std::string(check), std::move(text)});
    }
}

}  // namespace sara::doctor
