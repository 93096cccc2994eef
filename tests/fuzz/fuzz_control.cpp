// SPDX-License-Identifier: GPL-2.0
// Any bytes as a line of the agent's control socket: the answer is one line of JSON, and something is told or done only
// for who asked, within its bounds.
#include <nlohmann/json.hpp>

#include "agent/control.hpp"
#include "core/base/calendar.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bool asked = false;
    bool watched = false;
    const agent::ControlAnswers answers{
        .stats =
            [&] {
                asked = true;
                return nlohmann::ordered_json{{"stats", 1}};
            },
        .decision =
            [&](const agent::DecisionRequest&) {
                asked = true;
                return Result<nlohmann::ordered_json>(nlohmann::ordered_json{{"epoch", 1}});
            },
        .drain =
            [&](const agent::DrainRequest& request) {
                asked = true;
                expect(request.in >= std::chrono::milliseconds(0) && request.in <= kLongestPlan, "a plan is bounded");
                expect(!request.node || !request.node->empty(), "a node has a name");
                return Status(Done{});
            },
        .undrain =
            [&] {
                asked = true;
                return Status(Done{});
            },
        .watch =
            [&] {
                asked = watched = true;
                return Status(Done{});
            },
    };
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const auto [answer, watch] = agent::answer_control(line, answers);
    expect(watch == watched, "who asks for it watches, and nobody else");
    expect(answer.find('\n') == std::string::npos, "an answer is one line");
    const auto read = nlohmann::json::parse(answer, nullptr, false);
    expect(read.is_object() && read.contains("error") != asked, "who does not ask for something is told so");
    return 0;
}
