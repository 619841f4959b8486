// SPDX-License-Identifier: Apache-2.0
// Jobs that must come to an end, run in a process of their own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <exception>

namespace allomatch::testing {

/// Whether `job` returns true within some seconds; false when it hangs, crashes or throws.
template <class Job>
bool finishes(Job job, unsigned seconds = 20) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(seconds);
        bool good = false;
        try {
            good = job();
        } catch (const std::exception&) {
        }
        _exit(good ? 0 : 1);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace allomatch::testing
