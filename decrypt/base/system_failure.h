#pragma once

#include <string>

#include "decrypt/base/result.h"

namespace acd {

/// What the operating system refused: "what: No space left on device". kIo, or kLimitExceeded and
/// what to do about it where the machine has no room at this moment (descriptors, processes,
/// memory, disk). `error` is an errno.
Failure SystemFailure(const std::string& what, int error);

}  // namespace acd
