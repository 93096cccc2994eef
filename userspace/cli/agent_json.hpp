// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "kern/model.hpp"

/// Members of what an agent answers. One of another version may leave something out, or call it otherwise: that is
/// nothing, and no error.
namespace sara::cli::agent_json {

using Json = nlohmann::ordered_json;

[[nodiscard]] const Json& member(const Json& object, const char* key);
[[nodiscard]] std::string text(const Json& object, const char* key);
[[nodiscard]] double number(const Json& object, const char* key);
/// In the kernel's units, of which it prints like the scores of a policy.
[[nodiscard]] kern::Load load(const Json& object, const char* key);
[[nodiscard]] kern::Load load(double value);
[[nodiscard]] std::uint64_t count(const Json& object, const char* key);
[[nodiscard]] bool flag(const Json& object, const char* key);

}  // namespace sara::cli::agent_json
