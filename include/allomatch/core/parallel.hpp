// SPDX-License-Identifier: Apache-2.0
/// \file
/// Parallel work over blocks; the only door to oneTBB.
#pragma once

#include <cstddef>
#include <functional>

namespace allomatch {

/// Calls `work(begin, end)` for consecutive blocks of at most `block` items that together cover [0, count), on at most
/// `threads` threads (0 = all cores; 1 = in this thread, in order). Exceptions of `work` reach the caller. Results
/// must not depend on the order of the blocks.
void parallel_for_blocks(std::size_t count, std::size_t block, std::size_t threads,
                         const std::function<void(std::size_t begin, std::size_t end)>& work);

/// Number of threads that 0 stands for.
[[nodiscard]] std::size_t all_threads() noexcept;

}  // namespace allomatch
