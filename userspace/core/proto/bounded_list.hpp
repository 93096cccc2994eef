// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstddef>

namespace sara::proto {

/// Up to N values inside the object: parsing allocates nothing, and hostile input cannot grow it.
template <typename T, std::size_t N>
class BoundedList {
public:
    /// False, and nothing changes, when N values are there.
    bool push_back(const T& value) {
        if (size_ == N) {
            return false;
        }
        items_[size_++] = value;
        return true;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool full() const noexcept { return size_ == N; }

    [[nodiscard]] T& operator[](std::size_t index) noexcept { return items_[index]; }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return items_[index]; }
    [[nodiscard]] T& back() noexcept { return items_[size_ - 1]; }
    [[nodiscard]] const T& back() const noexcept { return items_[size_ - 1]; }
    [[nodiscard]] const T& front() const noexcept { return items_[0]; }

    [[nodiscard]] T* begin() noexcept { return items_.data(); }
    [[nodiscard]] T* end() noexcept { return items_.data() + size_; }
    [[nodiscard]] const T* begin() const noexcept { return items_.data(); }
    [[nodiscard]] const T* end() const noexcept { return items_.data() + size_; }

private:
    std::array<T, N> items_{};
    std::size_t size_ = 0;
};

}  // namespace sara::proto
