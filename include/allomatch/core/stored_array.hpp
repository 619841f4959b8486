// SPDX-License-Identifier: Apache-2.0
/// \file
/// Arrays in memory of their own, shared with others, or in a mapped file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace allomatch {

/// Values that a builder fills, or that lie in memory that others own, such as a mapped file. Reading costs what it
/// costs for a span, and is thread-safe; filling is not.
///
/// A copy shares the values, O(1). The first change of values that others see too, or that are borrowed, copies them.
template <class T>
    requires std::is_trivially_copyable_v<T>
class stored_array {
public:
    using value_type = T;

    stored_array() = default;
    /// Takes the values over.
    explicit stored_array(std::vector<T> values) : own_(std::make_shared<std::vector<T>>(std::move(values))) { see_own(); }
    /// Borrows values that `keeper` keeps alive.
    stored_array(std::span<const T> values, std::shared_ptr<const void> keeper)
        : data_(values.data()), size_(values.size()), keeper_(std::move(keeper)) {}
    stored_array(const stored_array&) = default;
    stored_array& operator=(const stored_array&) = default;
    stored_array(stored_array&& other) noexcept { *this = std::move(other); }
    stored_array& operator=(stored_array&& other) noexcept {
        own_ = std::exchange(other.own_, nullptr);
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
        own().push_back(value);
        see_own();
    }
    void append(std::span<const T> values) {
        std::vector<T>& all = own();
        all.insert(all.end(), values.begin(), values.end());
        see_own();
    }
    void set(std::size_t i, T value) {
        own()[i] = value;
        see_own();
    }
    void reserve(std::size_t size) {
        own().reserve(size);
        see_own();
    }
    /// Gives memory back where more than an eighth of it is not used.
    void shrink_to_fit() {
        if (own_ == nullptr || own_.use_count() > 1 || own_->capacity() - size_ <= size_ / 8) return;
        own_->shrink_to_fit();
        see_own();
    }

    /// Bytes of memory, or of the file.
    [[nodiscard]] std::size_t memory() const noexcept { return (own_ != nullptr ? own_->capacity() : size_) * sizeof(T); }

    friend bool operator==(const stored_array& a, const stored_array& b) { return std::ranges::equal(a, b); }

private:
    /// The values, nobody else's.
    [[nodiscard]] std::vector<T>& own() {
        if (own_ != nullptr && own_.use_count() == 1) return *own_;
        auto copy = std::make_shared<std::vector<T>>();
        copy->reserve(size_ + size_ / 16);
        copy->assign(begin(), end());
        own_ = std::move(copy);
        keeper_ = nullptr;
        return *own_;
    }
    void see_own() noexcept {
        data_ = own_->data();
        size_ = own_->size();
    }
    std::shared_ptr<std::vector<T>> own_;
    const T* data_ = nullptr;
    std::size_t size_ = 0;
    std::shared_ptr<const void> keeper_;
};

}  // namespace allomatch
