// SPDX-License-Identifier: GPL-2.0
#include "cli/nearest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sara::cli {

namespace {

/// Longer words are none of ours.
constexpr std::size_t kLongest = 32;
constexpr std::size_t kShortName = 3;

/// Steps from one to the other: a letter more, less or another, or two neighbours changed about (optimal string
/// alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                steps[i][j] = i + j;
                continue;
            }
            const std::size_t other = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            steps[i][j] = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, other});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
            }
        }
    }
    return steps[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> names) {
    if (word.size() < 2 || word.size() > kLongest) {
        return {};
    }
    std::pair<std::size_t, std::string_view> best{(word.size() + 2) / 3 + 1, {}};
    for (const std::string_view name : names) {
        const bool begins = (name.size() >= kShortName && word.starts_with(name)) || name.starts_with(word);
        const std::size_t far = begins ? 1 : distance(word, name);
        // What has no letter in common with a short name is not near it, though it takes few steps.
        if (far < best.first && far < std::max(word.size(), name.size())) {
            best = {far, name};
        }
    }
    return best.second;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> names) {
    const std::string_view name = nearest(word, names);
    return name.empty() ? std::string() : " (did you mean \"" + std::string(name) + "\"?)";
}

}  // namespace sara::cli
