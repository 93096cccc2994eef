// SPDX-License-Identifier: GPL-2.0
#include "cli/agent_json.hpp"

#include <algorithm>
#include <cmath>

namespace sara::cli::agent_json {

const Json& member(const Json& object, const char* key) {
    static const Json nothing;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : nothing;
}

std::string text(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

double number(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_number() ? value.get<double>() : 0;
}

kern::Load load(double value) {
    const double most = static_cast<double>(kern::kScoreMax);
    const double scaled = std::clamp(value * static_cast<double>(kern::kLoadOne), 0.0, most);
    return kern::Load{static_cast<std::uint32_t>(std::lround(scaled))};
}

kern::Load load(const Json& object, const char* key) {
    return load(number(object, key));
}

std::uint64_t count(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

bool flag(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_boolean() && value.get<bool>();
}

}  // namespace sara::cli::agent_json
