#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "plugin/preview/value.h"

namespace acd::health {

/// What a check says of an object.
struct Health {
  std::string status;  ///< Healthy, Progressing, Degraded, Suspended, Missing or Unknown
  std::string message;
};

/// Runs a check in a Lua 5.1 in which no library is open: the script has `obj`, `type` and `ipairs`
/// and nothing else. The object gets there as in Argo CD (util/lua decodeValue): numbers as floats
/// of 64 bits, no nulls, neither in lists nor in maps. Bounded in memory and time.
/// Errors: kInternal (the script failed, or its answer is none), kLimitExceeded.
Result<Health> Assess(std::string_view script, const preview::Value& object);

}  // namespace acd::health
