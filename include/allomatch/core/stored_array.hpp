// SPDX-License-Identifier: Apache-2.0
/// \file
/// Arrays in memory of their own or in a mapped file.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace allomatch {

/// Values that a builder fills, or that lie in a file, which is kept mapped as long as the array lives. Reading costs
/// what it costs for a span, and is thread-safe; filling is not, and not for values that are borrowed.
template <class T>
    requires std::is_trivially_copyable_v<T>
class stored_array {
public:
    using value_type = T;

    stored_array() = default;
    /// Takes the values over.
    explicit stored_array(std::vector<T> values) : own_(std::move(values)) { see_own(); }
    /// Borrows values that `keeper` keeps alive.
    stored_array(std::span<const T> values, std::shared_ptr<const void> keeper)
        : data_(values.data()), size_(values.size()), keeper_(std::move(keeper)) {}
    stored_array(stored_array&& other) noexcept { *this = std::move(other); }
    stored_array& operator=(stored_array&& other) noexcept {
        own_ = std::exchange(other.own_, {});
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        keeper_ = std::exchange(other.keeper_, nullptr);
        return *this;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] const T* begin() const noexcept { return data_; }
    [[nodiscard]] const T* end() const noexcept { return data_ + size_; }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data_[i]; }
    [[nodiscard]] const T& back() const noexcept { return data_[size_ - 1]; }

    void push_back(T value) {
        assert(!borrowed());
        own_.push_back(value);
        see_own();
    }
    void append(std::span<const T> values) {
        assert(!borrowed());
        own_.insert(own_.end(), values.begin(), values.end());
        see_own();
    }
    void set(std::size_t i, T value) noexcept {
        assert(!borrowed());
        own_[i] = value;
    }
    void reserve(std::size_t size) {
        assert(!borrowed());
        own_.reserve(size);
        see_own();
    }
    void shrink_to_fit() {
        if (borrowed()) return;
        own_.shrink_to_fit();
        see_own();
    }

    /// Whether the values lie in a file.
    [[nodiscard]] bool borrowed() const noexcept { return keeper_ != nullptr; }
    /// Bytes of memory, or of the file.
    [[nodiscard]] std::size_t memory() const noexcept { return (borrowed() ? size_ : own_.capacity()) * sizeof(T); }

    friend bool operator==(const stored_array& a, const stored_array& b) { return std::ranges::equal(a, b); }

private:
    void see_own() noexcept {
        data_ = own_.data();
        size_ = own_.size();
    }
    std::vector<T> own_;
    const T* data_ = nullptr;
    std::size_t size_ = 0;
    std::shared_ptr<const void> keeper_;
};

}  // namespace allomatch
