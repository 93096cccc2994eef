// SPDX-License-Identifier: GPL-2.0
#include "json/json_object.hpp"

#include <algorithm>
#include <cmath>

namespace sara {

namespace {

/// Enough of a wrong value to find it.
std::string shown(const nlohmann::json& value) {
    if (value.is_object()) {
        return "an object";
    }
    if (value.is_array()) {
        return "a list";
    }
    constexpr std::size_t kMax = 60;
    std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    if (text.size() > kMax) {
        text = text.substr(0, kMax) + "...";
    }
    return text;
}

std::string in_seconds(std::chrono::milliseconds span) {
    std::string text = std::to_string(span.count() / 1000);
    if (span.count() % 1000 != 0) {
        text += "." + std::to_string(1000 + span.count() % 1000).substr(1);
    }
    return text;
}

}  // namespace

JsonObject::JsonObject(const nlohmann::json& value, std::string path, Errors& errors)
    : value_(value), path_(std::move(path)), errors_(errors) {
    if (!value_.is_object()) {
        refuse_value(value_, path_, "an object, { ... }");
    }
}

std::string JsonObject::path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const nlohmann::json* JsonObject::find(std::string_view key, Presence presence, std::string_view allowed) {
    known_.emplace_back(key);
    if (!value_.is_object()) {
        return nullptr;
    }
    const auto found = value_.find(key);
    if (found != value_.end()) {
        return &*found;
    }
    if (presence == Presence::required) {
        errors_.push_back(Error{"is missing; it must be " + std::string(allowed), path_of(key)});
    }
    return nullptr;
}

void JsonObject::refuse_value(const nlohmann::json& value, const std::string& path, std::string_view allowed) {
    errors_.push_back(Error{shown(value) + " is not allowed; it must be " + std::string(allowed),
                            path.empty() ? "the document" : path});
}

void JsonObject::refuse(std::string_view key, std::string what) {
    errors_.push_back(Error{std::move(what), path_of(key)});
}

std::optional<std::string> JsonObject::text(std::string_view key, std::size_t max, Presence presence) {
    const std::string allowed = "a string of 1 to " + std::to_string(max) + " bytes";
    const nlohmann::json* value = find(key, presence, allowed);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_string()) {
        const auto& text = value->get_ref<const std::string&>();
        if (!text.empty() && text.size() <= max && text.find('\0') == std::string::npos) {
            return text;
        }
    }
    refuse_value(*value, path_of(key), allowed);
    return std::nullopt;
}

std::optional<std::uint64_t> JsonObject::number(std::string_view key, std::uint64_t min, std::uint64_t max,
                                                Presence presence) {
    const std::string allowed = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    const nlohmann::json* value = find(key, presence, allowed);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_number_unsigned()) {
        const auto number = value->get<std::uint64_t>();
        if (number >= min && number <= max) {
            return number;
        }
    }
    refuse_value(*value, path_of(key), allowed);
    return std::nullopt;
}

std::optional<double> JsonObject::real(std::string_view key, double min, double max) {
    const std::string allowed = "a number from " + nlohmann::json(min).dump() + " to " + nlohmann::json(max).dump();
    const nlohmann::json* value = find(key, Presence::optional, allowed);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_number()) {
        const auto number = value->get<double>();
        if (number >= min && number <= max) {
            return number;
        }
    }
    refuse_value(*value, path_of(key), allowed);
    return std::nullopt;
}

std::optional<bool> JsonObject::boolean(std::string_view key) {
    constexpr std::string_view kAllowed = "true or false";
    const nlohmann::json* value = find(key, Presence::optional, kAllowed);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_boolean()) {
        return value->get<bool>();
    }
    refuse_value(*value, path_of(key), kAllowed);
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> JsonObject::seconds(std::string_view key, std::chrono::milliseconds min,
                                                             std::chrono::milliseconds max) {
    const std::string allowed = "seconds, a number from " + in_seconds(min) + " to " + in_seconds(max);
    const nlohmann::json* value = find(key, Presence::optional, allowed);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_number()) {
        const double milliseconds = value->get<double>() * 1000;
        if (milliseconds >= static_cast<double>(min.count()) && milliseconds <= static_cast<double>(max.count())) {
            return std::chrono::milliseconds(static_cast<std::int64_t>(std::round(milliseconds)));
        }
    }
    refuse_value(*value, path_of(key), allowed);
    return std::nullopt;
}

void JsonObject::with(std::string_view key,
                      const std::function<void(const nlohmann::json&, const std::string& path)>& read) {
    if (const nlohmann::json* value = find(key, Presence::optional, {})) {
        read(*value, path_of(key));
    }
}

void JsonObject::each(std::string_view key, std::string_view allowed, Presence presence,
                      const std::function<void(const nlohmann::json&, const std::string& path)>& read) {
    const nlohmann::json* value = find(key, presence, allowed);
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        refuse_value(*value, path_of(key), allowed);
        return;
    }
    std::size_t index = 0;
    for (const nlohmann::json& item : *value) {
        read(item, path_of(key) + "[" + std::to_string(index++) + "]");
    }
}

void JsonObject::finish() {
    if (!value_.is_object()) {
        return;
    }
    for (const auto& [key, unused] : value_.items()) {
        if (std::find(known_.begin(), known_.end(), key) != known_.end()) {
            continue;
        }
        std::string allowed;
        for (const std::string& known : known_) {
            allowed += (allowed.empty() ? "" : ", ") + known;
        }
        errors_.push_back(Error{"unknown key; allowed here: " + allowed, path_of(key)});
    }
}

}  // namespace sara
