// SPDX-License-Identifier: GPL-2.0
// Any bytes as a line of a batch file: it is a command, or is refused with a sentence.
#include "cli/batch.hpp"
#include "cli/grammar.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<std::vector<std::string>> words = cli::split_words({reinterpret_cast<const char*>(data), size});
    if (!words) {
        expect(!words.error().what.empty(), "a refusal says why");
        return 0;
    }
    const Result<cli::Action, cli::WordError> action = cli::parse_command(*words);
    if (!action) {
        expect(!action.error().text().empty(), "a refusal says why");
        return 0;
    }
    if (const auto* execute = std::get_if<cli::Execute>(&*action)) {
        expect(execute->request.command != 0 && !execute->request.dump, "a change is one command");
    }
    if (const auto* show = std::get_if<cli::Show>(&*action)) {
        expect(!show->requests.empty(), "something is asked for");
    }
    return 0;
}
