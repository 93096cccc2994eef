// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/result.hpp"
#include "core/policy/load.hpp"

namespace sara::policy {

/// How many samples a forecast looks back on: T of the paper's eq. 5, in samples.
class Window {
public:
    static constexpr std::size_t kMin = 2;  ///< a line needs two points
    static constexpr std::size_t kMax = 1024;

    /// 10 samples.
    constexpr Window() noexcept = default;

    /// Refused outside [kMin, kMax].
    [[nodiscard]] static Result<Window> from(std::size_t samples);

    [[nodiscard]] constexpr std::size_t samples() const noexcept { return samples_; }

    friend bool operator==(const Window&, const Window&) = default;

private:
    std::size_t samples_ = 10;
};

/// The weight of sample k (0: the oldest) of n >= 2 in the least-squares line through them, extrapolated one step
/// (paper eq. 6, made least squares): 1/n + (n-m)(k-m) / (n(n^2-1)/12), m = (n-1)/2. They sum up to 1.
[[nodiscard]] double coefficient(std::size_t k, std::size_t n) noexcept;

/// The last T loads of one node (paper eq. 5, as a sliding window), in equal steps of time.
class History {
public:
    explicit History(Window window);

    /// O(1), no allocation.
    void push(Load load) noexcept;
    void clear() noexcept { size_ = 0; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// One step ahead, clamped. O(T). Of one sample it is that sample; of none, 1: nothing is known.
    [[nodiscard]] Load extrapolate() const noexcept;

private:
    std::vector<Load> ring_;
    std::size_t next_ = 0;
    std::size_t size_ = 0;
};

}  // namespace sara::policy
