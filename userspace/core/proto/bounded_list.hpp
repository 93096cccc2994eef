// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace sara::proto {

/// Up to N values inside the object: parsing allocates nothing, and hostile input cannot grow it.
template <typename T, std::size_t N>
class BoundedList {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    BoundedList() noexcept {}  // values begin to be where they are put: most messages have few of them
    BoundedList(const BoundedList& other) { *this = other; }
    BoundedList& operator=(const BoundedList& other) {
        if (this != &other) {
            std::uninitialized_copy(other.begin(), other.end(), begin());
            size_ = other.size_;
        }
        return *this;
    }
    ~BoundedList() = default;

    /// False, and nothing changes, when N values are there.
    bool push_back(const T& value) {
        if (size_ == N) {
            return false;
        }
        std::construct_at(items_ + size_, value);
        ++size_;
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

    [[nodiscard]] T* begin() noexcept { return items_; }
    [[nodiscard]] T* end() noexcept { return items_ + size_; }
    [[nodiscard]] const T* begin() const noexcept { return items_; }
    [[nodiscard]] const T* end() const noexcept { return items_ + size_; }

private:
    union {
        T items_[N];
    };
    std::size_t size_ = 0;
};

}  // namespace sara::proto
