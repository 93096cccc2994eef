// SPDX-License-Identifier: GPL-2.0
#include "agent/control.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
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

/// 0 if it is not there.
Result<std::uint64_t> read_number(const nlohmann::json& request, const char* name, std::uint64_t max) {
    const auto found = request.find(name);
    if (found == request.end()) {
        return std::uint64_t{0};
    }
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > max) {
        return Error{"must be a number from 0 to " + std::to_string(max), "\"" + std::string(name) + "\""};
    }
    return found->get<std::uint64_t>();
}

Result<DecisionRequest> read_decision(const nlohmann::json& request) {
    if (const Status known = check_members(request, {"get", "epoch", "placed"}); !known) {
        return known.error();
    }
    const Result<std::uint64_t> epoch = read_number(request, "epoch", std::numeric_limits<std::uint64_t>::max());
    const Result<std::uint64_t> placed = read_number(request, "placed", std::numeric_limits<std::uint32_t>::max());
    if (!epoch || !placed) {
        return epoch ? placed.error() : epoch.error();
    }
    return DecisionRequest{.epoch = *epoch, .placed = static_cast<std::uint32_t>(*placed)};
}

Answer answer_get(const nlohmann::json& request, const ControlAnswers& answers) {
    if (request["get"] == "decision") {
        const Result<DecisionRequest> wanted = read_decision(request);
        if (!wanted) {
            return refusal(wanted.error());
        }
        Result<Answer> decision = answers.decision(*wanted);
        return decision ? std::move(*decision) : refusal(decision.error());
    }
    if (request["get"] != "stats") {
        return refusal({R"("get" must be "stats" or "decision")", {}});
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
    const std::pair<const char*, const std::function<Status()>&> words[] = {
        {"undrain", answers.undrain}, {"handover", answers.hand_over}, {"resume", answers.resume}};
    for (const auto& [word, act] : words) {
        if (request["do"] == word) {
            const Status known = check_members(request, {"do"});
            return known ? done(act(), word) : refusal(known.error());
        }
    }
    return refusal({R"("do" must be "drain", "undrain", "handover" or "resume")", {}});
}

Answer answer_watch(const nlohmann::json& request, const ControlAnswers& answers) {
    if (request["watch"] != "cluster") {
        return refusal({R"("watch" must be "cluster")", {}});
    }
    if (const Status known = check_members(request, {"watch"}); !known) {
        return refusal(known.error());
    }
    const Status allowed = answers.watch();
    return allowed ? Answer{{"watching", "cluster"}} : refusal(allowed.error());
}

}  // namespace

ControlAnswer answer_control(std::string_view line, const ControlAnswers& answers) {
    const auto request = nlohmann::json::parse(line, nullptr, false);
    const auto has = [&](const char* verb) { return request.is_object() && request.contains(verb); };
    const bool get = has("get");
    const bool act = has("do");
    const bool watch = has("watch");
    Answer out;
    if (static_cast<int>(get) + static_cast<int>(act) + static_cast<int>(watch) != 1) {
        out = refusal({R"(not a request; one is {"get": "stats"})", {}});
    } else if (watch) {
        out = answer_watch(request, answers);
    } else {
        out = get ? answer_get(request, answers) : answer_do(request, answers);
    }
    return {out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), watch && !out.contains("error")};
}

}  // namespace sara::agent
