#pragma once

#include <cstddef>
#include <functional>
#include <thread>

#include "decrypt/base/result.h"

namespace acd::render {

/// A thread for `work`, which must not throw. It begins on another CPU than the caller's: kernels
/// that see no cache shared by two CPUs (small virtual machines) leave a new thread where it was
/// made until a tick balances the load, for 3 ms. Throws std::system_error if there is none to be
/// had.
std::jthread StartBeside(std::function<void()> work);

/// Calls `work` for 0, then for 1 to `count` - 1 on a few threads when there is enough to do for
/// them, and returns the error of the lowest number that failed: always the same one, however the
/// threads ran. After a failure nothing new is begun. What `work` throws is thrown here. `work`
/// must be safe to call concurrently. `busy_cpus`: so many are left to somebody who waits for this.
Status ForEachInParallel(std::size_t count, const std::function<Status(std::size_t)>& work,
                         std::size_t busy_cpus = 0);

}  // namespace acd::render
