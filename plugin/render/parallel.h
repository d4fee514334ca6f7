#pragma once

#include <cstddef>
#include <functional>

#include "decrypt/base/result.h"

namespace acd::render {

/// Calls `work` for 0, then for 1 to `count` - 1 on a few threads when there is enough to do for
/// them, and returns the error of the lowest number that failed: always the same one, however the
/// threads ran. After a failure nothing new is begun. What `work` throws is thrown here. `work`
/// must be safe to call concurrently.
Status ForEachInParallel(std::size_t count, const std::function<Status(std::size_t)>& work);

}  // namespace acd::render
