#pragma once

#include <functional>

#include "decrypt/base/result.h"

namespace acd {

/// Whether an answer is still wanted: kDeadline or kCancelled when it is not. Polled where work
/// waits for something or may be long; cheap, from any thread. Empty: it always is.
using Check = std::function<Status()>;

inline Status StillWanted(const Check& check) { return check ? check() : Status(); }

}  // namespace acd
