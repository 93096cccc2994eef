// SPDX-License-Identifier: GPL-2.0
// Any bytes as a line of the agent's control socket: the answer is one line of JSON, the statistics only to who asked.
#include <nlohmann/json.hpp>

#include "agent/control.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bool asked = false;
    const agent::ControlAnswers answers{[&] {
        asked = true;
        return nlohmann::ordered_json{{"stats", 1}};
    }};
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const std::string answer = agent::answer_control(line, answers);
    expect(answer.find('\n') == std::string::npos, "an answer is one line");
    const auto read = nlohmann::json::parse(answer, nullptr, false);
    expect(read.is_object() && read.contains("error") != asked, "who does not ask for something is told so");
    return 0;
}
