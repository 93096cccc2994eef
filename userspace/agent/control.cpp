// SPDX-License-Identifier: GPL-2.0
#include "agent/control.hpp"

namespace sara::agent {

std::string answer_control(std::string_view line, const ControlAnswers& answers) {
    const auto request = nlohmann::json::parse(line, nullptr, false);
    nlohmann::ordered_json out;
    if (!request.is_object() || !request.contains("get") || request.size() != 1) {
        out["error"] = R"(not a request; one is {"get": "stats"})";
    } else if (request["get"] == "stats") {
        out = answers.stats();
    } else {
        out["error"] = R"("get" must be "stats")";
    }
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sara::agent
