// SPDX-License-Identifier: GPL-2.0
#include "core/policy/history.hpp"

#include <algorithm>
#include <string>

namespace sara::policy {

Result<Window> Window::from(std::size_t samples) {
    if (samples < kMin || samples > kMax) {
        return Error{"a history has from " + std::to_string(kMin) + " to " + std::to_string(kMax) +
                         " samples, this asks for " + std::to_string(samples),
                     {}};
    }
    Window window;
    window.samples_ = samples;
    return window;
}

double coefficient(std::size_t k, std::size_t n) noexcept {
    const auto count = static_cast<double>(n);
    const double middle = (count - 1) / 2;
    const double spread = count * (count * count - 1) / 12;
    return 1 / count + (count - middle) * (static_cast<double>(k) - middle) / spread;
}

History::History(Window window) : ring_(window.samples()) {}

void History::push(Load load) noexcept {
    ring_[next_] = load;
    next_ = (next_ + 1) % ring_.size();
    size_ = std::min(size_ + 1, ring_.size());
}

Load History::extrapolate() const noexcept {
    if (size_ == 0) {
        return Load::full();
    }
    const std::size_t oldest = (next_ + ring_.size() - size_) % ring_.size();
    if (size_ == 1) {
        return ring_[oldest];
    }
    double ahead = 0;
    for (std::size_t k = 0; k < size_; ++k) {
        ahead += coefficient(k, size_) * ring_[(oldest + k) % ring_.size()].value();
    }
    return Load::clamped(ahead);
}

}  // namespace sara::policy
