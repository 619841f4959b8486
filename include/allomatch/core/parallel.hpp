// SPDX-License-Identifier: Apache-2.0
/// \file
/// Parallel work over blocks; the only door to oneTBB.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace allomatch {

/// Calls `work(begin, end)` for consecutive blocks of at most `block` items that together cover [0, count), on at most
/// `threads` threads (0 = all cores; 1 = in this thread, in order). Exceptions of `work` reach the caller. Results
/// must not depend on the order of the blocks.
void parallel_for_blocks(std::size_t count, std::size_t block, std::size_t threads,
                         const std::function<void(std::size_t begin, std::size_t end)>& work);

/// Number of threads that 0 stands for.
[[nodiscard]] std::size_t all_threads() noexcept;

/// The same with scratch memory: `work(scratch, begin, end)` gets an object from `make()` that no other thread uses
/// meanwhile. There are as many as threads at work, each used for many blocks.
template <class Make, class Work>
void parallel_for_blocks_with(std::size_t count, std::size_t block, std::size_t threads, const Make& make, const Work& work) {
    using scratch_type = decltype(make());
    std::mutex mutex;
    std::vector<std::unique_ptr<scratch_type>> idle;
    parallel_for_blocks(count, block, threads, [&](std::size_t begin, std::size_t end) {
        std::unique_ptr<scratch_type> scratch;
        {
            const std::lock_guard lock(mutex);
            if (!idle.empty()) {
                scratch = std::move(idle.back());
                idle.pop_back();
            }
        }
        if (!scratch) scratch = std::make_unique<scratch_type>(make());
        work(*scratch, begin, end);
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(scratch));
    });
}

}  // namespace allomatch
