// SPDX-License-Identifier: Apache-2.0
// Columns with changes patched in: long runs of another column and single values between them.
#pragma once

#include <allomatch/core/parallel.hpp>
#include <allomatch/core/stored_array.hpp>
#include <allomatch/registry/packed_column.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include <sys/mman.h>

namespace allomatch {

/// How the elements of a new array come from an old one. Runs and singles together cover the new array.
class splice {
public:
    struct run {
        std::size_t from;
        std::size_t count;
        std::size_t to;
    };

    explicit splice(std::size_t old_size) : old_size_(old_size) {}

    /// Appends elements of the old array.
    void keep(std::size_t from, std::size_t count) {
        if (count > 0 && from != size_) in_place_ = false;
        for (; count > 0; from += longest, count -= std::min(count, longest)) {
            runs_.push_back({from, std::min(count, longest), size_});
            size_ += runs_.back().count;
        }
    }
    /// Appends one new element.
    void put() { singles_.push_back(size_++); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const run> runs() const noexcept { return runs_; }
    /// Places of the new elements, ascending.
    [[nodiscard]] std::span<const std::size_t> singles() const noexcept { return singles_; }
    /// Whether every element that is kept stays where it is, and none is added or dropped.
    [[nodiscard]] bool in_place() const noexcept { return in_place_ && size_ == old_size_; }

    /// Calls `work(run)` for all runs, in parallel.
    template <class Work>
    void for_each_run(const Work& work) const {
        constexpr std::size_t runs_at_once = 8;
        parallel_for_blocks(runs_.size(), runs_at_once, 0, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) work(runs_[i]);
        });
    }

private:
    static constexpr std::size_t longest = std::size_t{1} << 16;
    std::size_t old_size_;
    std::size_t size_ = 0;
    std::vector<run> runs_;
    std::vector<std::size_t> singles_;
    bool in_place_ = true;
};

/// Memory whose pages come when they are written, large ones where the system has them.
template <class T>
[[nodiscard]] std::shared_ptr<T[]> unwritten(std::size_t size) {
    constexpr std::size_t large_page = std::size_t{1} << 21;
    const std::size_t bytes = size * sizeof(T);
    if (bytes < 2 * large_page) return std::make_shared_for_overwrite<T[]>(size);
    const std::size_t whole = (bytes + large_page - 1) / large_page * large_page;
    const std::shared_ptr<T[]> memory(static_cast<T*>(std::aligned_alloc(large_page, whole)), [](T* p) { std::free(p); });
    if (memory == nullptr) throw std::bad_alloc();
    (void)::madvise(memory.get(), whole, MADV_HUGEPAGE);
    return memory;
}

/// An old array with new values at the singles; `missing` stands for all of an old one that is not there.
template <class To, class From>
[[nodiscard]] stored_array<To> spliced(std::span<const From> old, To missing, const splice& s, std::span<const To> values) {
    const auto made = unwritten<To>(s.size());
    s.for_each_run([&](const splice::run& r) {
        if (old.empty())
            std::fill_n(made.get() + r.to, r.count, missing);
        else
            std::copy_n(old.data() + r.from, r.count, made.get() + r.to);
    });
    for (std::size_t i = 0; i < values.size(); ++i) made[s.singles()[i]] = values[i];
    return {std::span<const To>(made.get(), s.size()), made};
}

/// The same, shared where nothing changes.
template <class T>
[[nodiscard]] stored_array<T> spliced(const stored_array<T>& old, T missing, const splice& s, std::span<const T> values) {
    const auto stays = [&](std::size_t i) { return std::memcmp(&old[s.singles()[i]], &values[i], sizeof(T)) == 0; };
    bool same = s.in_place() && old.size() == s.size();
    for (std::size_t i = 0; same && i < values.size(); ++i) same = stays(i);
    return same ? old : spliced(std::span(old), missing, s, values);
}

/// The same for codes, of which 0 is missing. The new column has the width of the old one, or a greater one.
[[nodiscard]] inline packed_column spliced(const packed_column& old, const splice& s, std::span<const std::uint32_t> values) {
    bool same = s.in_place() && old.size() == s.size();
    for (std::size_t i = 0; same && i < values.size(); ++i) same = old[s.singles()[i]] == values[i];
    if (same) return old;
    const std::uint32_t largest = values.empty() ? 0 : *std::ranges::max_element(values);
    const auto as = [&]<class To>(To) {
        const std::vector<To> narrow(values.begin(), values.end());
        return old.visit([&](auto codes) {
            return packed_column(spliced<To>(codes, To{0}, s, std::span<const To>(narrow)));
        });
    };
    if (largest > 0xFFFF || old.width() == 4) return as(std::uint32_t{});
    if (largest > 0xFF || old.width() == 2) return as(std::uint16_t{});
    return as(std::uint8_t{});
}

}  // namespace allomatch
