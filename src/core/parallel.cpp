// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/parallel.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#ifdef __SANITIZE_THREAD__
#include <atomic>
#include <exception>
#include <thread>
#include <vector>
#endif

namespace allomatch {

#ifdef __SANITIZE_THREAD__
namespace {

/// ThreadSanitizer sees no order in what a oneTBB that is not built for it runs, and would take every hand-over for a race.
/// Under it plain threads do the same work.
void run_on_plain_threads(std::size_t blocks, std::size_t threads, const std::function<void(std::size_t)>& run) {
    std::atomic<std::size_t> next{0};
    std::vector<std::exception_ptr> errors(std::min(blocks, threads));
    std::vector<std::thread> all;
    for (std::exception_ptr& error : errors)
        all.emplace_back([&] {
            try {
                for (std::size_t i = next++; i < blocks; i = next++) run(i);
            } catch (...) {
                error = std::current_exception();
                next = blocks;
            }
        });
    for (std::thread& one : all) one.join();
    for (const std::exception_ptr& error : errors)
        if (error) std::rethrow_exception(error);
}

}  // namespace
#endif

std::size_t all_threads() noexcept {
    return static_cast<std::size_t>(std::max(1, tbb::this_task_arena::max_concurrency()));
}

void parallel_for_blocks(std::size_t count, std::size_t block, std::size_t threads,
                         const std::function<void(std::size_t, std::size_t)>& work) {
    block = std::max<std::size_t>(block, 1);
    const std::size_t blocks = (count + block - 1) / block;
    const auto run = [&](std::size_t i) { work(i * block, std::min(count, (i + 1) * block)); };
    if (threads == 1 || blocks <= 1) {
        for (std::size_t i = 0; i < blocks; ++i) run(i);
        return;
    }
#ifdef __SANITIZE_THREAD__
    run_on_plain_threads(blocks, threads == 0 ? 4 : threads, run);
#else
    const auto spread = [&] {
        tbb::parallel_for(tbb::blocked_range<std::size_t>(0, blocks, 1), [&](const auto& range) {
            for (std::size_t i = range.begin(); i != range.end(); ++i) run(i);
        }, tbb::simple_partitioner());
    };
    const std::size_t cores = all_threads();
    if (threads == 0 || threads >= cores) {
        spread();
    } else {
        tbb::task_arena arena(static_cast<int>(threads));
        arena.execute(spread);
    }
#endif
}

}  // namespace allomatch
