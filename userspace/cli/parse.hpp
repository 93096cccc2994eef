// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/nearest.hpp"
#include "core/base/address.hpp"
#include "core/base/flow_key.hpp"
#include "core/base/result.hpp"
#include "kern/model.hpp"
#include "kern/words.hpp"

/// Words of a command line to values. Each error says what was expected and what was found.
namespace sara::cli::parse {

/// `expected WHAT, not "WORD"`
[[nodiscard]] Error expected(std::string_view what, std::string_view word);

[[nodiscard]] Result<std::uint64_t> number(std::string_view word, std::uint64_t min, std::uint64_t max);

/// What fits the kernel's 32 bits of milliseconds, in whole days.
inline constexpr std::chrono::milliseconds kLongestTime = std::chrono::hours(24 * 49);

/// "30s", "500ms", "1.5s", "15m", "2h", "1d"; at most 49 days, which is what fits the kernel's 32 bits.
[[nodiscard]] Result<std::chrono::milliseconds> time(std::string_view word, std::chrono::milliseconds min = {},
                                                     std::chrono::milliseconds max = kLongestTime);

/// "0.25", "1": a load from 0 to 16.
[[nodiscard]] Result<kern::Load> load(std::string_view word);

/// "n1:0.5:0.01,n2:0.3": node, load, and the load that one more session brings.
[[nodiscard]] Result<std::vector<kern::NodeScore>> scores(std::string_view word);

[[nodiscard]] Result<Address> address(std::string_view word);

/// 1 to 65535
[[nodiscard]] Result<Port> port(std::string_view word);

/// "554" or "5000-5999"; one port gives 0 as the last one.
[[nodiscard]] Result<std::pair<Port, Port>> port_range(std::string_view word);

[[nodiscard]] Result<Transport> transport(std::string_view word);

/// "02:00:00:00:00:11" of a station: neither multicast nor all zeroes.
[[nodiscard]] Result<kern::Mac> mac(std::string_view word);

/// The name of a service or node: letters, digits, '-', '_' and '.', 31 at most.
[[nodiscard]] Result<std::string> name(std::string_view word);

/// The name of a network device, as the kernel allows it.
[[nodiscard]] Result<std::string> device(std::string_view word);

/// "a,b,c" without empty or repeated names.
[[nodiscard]] Result<std::vector<std::string>> names(std::string_view word);

[[nodiscard]] Result<SessionId> session(std::string_view word);

/// One of an enum's words.
template <typename E>
[[nodiscard]] Result<E> choice(std::string_view word) {
    if (const std::optional<E> value = kern::value_of<E>(word)) {
        return *value;
    }
    std::string choices;
    std::vector<std::string_view> names;
    const auto words = kern::words_of(E{});
    for (std::size_t i = 0; i < words.size(); ++i) {
        choices += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
        choices += words[i].text;
        names.push_back(words[i].text);
    }
    Error error = expected(choices, word);
    error.what += did_you_mean(word, names);
    return error;
}

}  // namespace sara::cli::parse
