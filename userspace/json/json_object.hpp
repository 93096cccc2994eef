// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "kern/words.hpp"

namespace sara {

/// Everything that is wrong with a document, each with its JSON path in Error::where.
using Errors = std::vector<Error>;

/// Reads one object of a document: values that are not what they must be, and keys that nobody asked for, become errors
/// that name their path and say what is allowed. Reading goes on, so that one run tells of all errors.
class JsonObject {
public:
    /// `path` is empty for the document itself.
    JsonObject(const nlohmann::json& value, std::string path, Errors& errors);

    /// Nothing: absent (an error where `required`), or wrong (an error).
    enum class Presence : std::uint8_t { optional, required };

    [[nodiscard]] std::optional<std::string> text(std::string_view key, std::size_t max, Presence presence);
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key, std::uint64_t min, std::uint64_t max,
                                                      Presence presence);
    /// A number, fractions allowed; never NaN.
    [[nodiscard]] std::optional<double> real(std::string_view key, double min, double max);
    [[nodiscard]] std::optional<bool> boolean(std::string_view key);
    /// Seconds, fractions allowed.
    [[nodiscard]] std::optional<std::chrono::milliseconds> seconds(std::string_view key, std::chrono::milliseconds min,
                                                                   std::chrono::milliseconds max);

    /// A string that `parse` understands; `allowed` says what those are.
    template <typename T>
    [[nodiscard]] std::optional<T> parsed(std::string_view key, std::optional<T> (*parse)(std::string_view),
                                          std::string_view allowed, Presence presence) {
        const nlohmann::json* value = find(key, presence, allowed);
        return value == nullptr ? std::nullopt : parse_text(*value, path_of(key), parse, allowed);
    }

    /// A list of such strings.
    template <typename T>
    [[nodiscard]] std::vector<T> parsed_list(std::string_view key, std::optional<T> (*parse)(std::string_view),
                                             std::string_view allowed, Presence presence) {
        std::vector<T> out;
        each(key, "a list, each item " + std::string(allowed), presence,
             [&](const nlohmann::json& item, const std::string& path) {
                 if (std::optional<T> value = parse_text(item, path, parse, allowed)) {
                     out.push_back(std::move(*value));
                 }
             });
        return out;
    }

    /// One of the words that the kernel's contract has for E.
    template <typename E>
    [[nodiscard]] std::optional<E> word(std::string_view key, Presence presence) {
        std::string allowed;
        for (const kern::Word<E>& word : kern::words_of(E{})) {
            allowed += (allowed.empty() ? "one of \"" : ", \"") + std::string(word.text) + '"';
        }
        return parsed<E>(key, &kern::value_of<E>, allowed, presence);
    }

    /// Calls `read` with the value of the key, if it is there, and with its path.
    void with(std::string_view key, const std::function<void(const nlohmann::json&, const std::string& path)>& read);
    /// Calls `read` with each item of a list and its path.
    void each(std::string_view key, std::string_view allowed, Presence presence,
              const std::function<void(const nlohmann::json&, const std::string& path)>& read);

    /// The value of `key` makes no sense.
    void refuse(std::string_view key, std::string what);

    /// To be called last: every key that was not asked for is an error.
    void finish();

private:
    template <typename T>
    [[nodiscard]] std::optional<T> parse_text(const nlohmann::json& value, const std::string& path,
                                              std::optional<T> (*parse)(std::string_view), std::string_view allowed) {
        std::optional<T> out;
        if (value.is_string()) {
            out = parse(value.get_ref<const std::string&>());
        }
        if (!out) {
            refuse_value(value, path, allowed);
        }
        return out;
    }

    [[nodiscard]] const nlohmann::json* find(std::string_view key, Presence presence, std::string_view allowed);
    [[nodiscard]] std::string path_of(std::string_view key) const;
    void refuse_value(const nlohmann::json& value, const std::string& path, std::string_view allowed);

    const nlohmann::json& value_;
    std::string path_;
    Errors& errors_;
    std::vector<std::string> known_;
};

}  // namespace sara
