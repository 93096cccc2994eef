// SPDX-License-Identifier: GPL-2.0
#include "agent/control.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "core/base/calendar.hpp"

namespace sara::agent {

namespace {

using Answer = nlohmann::ordered_json;

/// Names the first member that is not among `known`.
Status check_members(const nlohmann::json& request, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : request.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return Error{"is not known here", "\"" + name + "\""};
        }
    }
    return Done{};
}

Result<DrainRequest> read_drain(const nlohmann::json& request) {
    if (const Status known = check_members(request, {"do", "node", "in"}); !known) {
        return known.error();
    }
    DrainRequest drain{.node = {}, .in = kLongestPlan};
    if (const auto node = request.find("node"); node != request.end()) {
        if (!node->is_string() || node->get_ref<const std::string&>().empty()) {
            return Error{"must be the name of a node", "\"node\""};
        }
        drain.node = node->get<std::string>();
    }
    const auto in = request.find("in");
    if (in == request.end()) {
        return drain.node
                   ? Result<DrainRequest>(Error{"is missing: a node that is named is told when it fails", "\"in\""})
                   : Result<DrainRequest>(std::move(drain));
    }
    constexpr auto kMost = static_cast<std::uint64_t>(kLongestPlan.count());
    if (!in->is_number_unsigned() || in->get<std::uint64_t>() > kMost) {
        return Error{"must be a number of milliseconds from 0 to " + std::to_string(kMost), "\"in\""};
    }
    drain.in = std::chrono::milliseconds(in->get<std::uint64_t>());
    return drain;
}

Answer refusal(const Error& error) {
    return {{"error", error.text()}};
}

Answer done(const Status& status, const char* word) {
    return status ? Answer{{"done", word}} : refusal(status.error());
}

Answer answer_get(const nlohmann::json& request, const ControlAnswers& answers) {
    if (request["get"] != "stats") {
        return refusal({R"("get" must be "stats")", {}});
    }
    if (const Status known = check_members(request, {"get"}); !known) {
        return refusal(known.error());
    }
    return answers.stats();
}

Answer answer_do(const nlohmann::json& request, const ControlAnswers& answers) {
    if (request["do"] == "drain") {
        const Result<DrainRequest> drain = read_drain(request);
        return drain ? done(answers.drain(*drain), "drain") : refusal(drain.error());
    }
    if (request["do"] == "undrain") {
        const Status known = check_members(request, {"do"});
        return known ? done(answers.undrain(), "undrain") : refusal(known.error());
    }
    return refusal({R"("do" must be "drain" or "undrain")", {}});
}

}  // namespace

std::string answer_control(std::string_view line, const ControlAnswers& answers) {
    const auto request = nlohmann::json::parse(line, nullptr, false);
    const bool get = request.is_object() && request.contains("get");
    const bool act = request.is_object() && request.contains("do");
    Answer out;
    if (get == act) {
        out = refusal({R"(not a request; one is {"get": "stats"})", {}});
    } else {
        out = get ? answer_get(request, answers) : answer_do(request, answers);
    }
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sara::agent
