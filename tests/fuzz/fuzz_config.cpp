// SPDX-License-Identifier: GPL-2.0
// Any bytes as the agent's file: it is taken, or every refusal says what and where.
#include "agent/config.hpp"
#include "expect.hpp"

using namespace sara;
using namespace sara::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(agent::parse_endpoint(text));
    const Result<agent::Config, agent::Errors> config = agent::parse_config(text);
    if (config) {
        expect(config->dispatcher || config->gateway || config->node, "an agent has a role");
        expect(!config->key_file.empty(), "an agent has a key");
        return 0;
    }
    expect(!config.error().empty(), "a refusal has a reason");
    for (const Error& error : config.error()) {
        expect(!error.what.empty(), "a reason says what");
    }
    return 0;
}
