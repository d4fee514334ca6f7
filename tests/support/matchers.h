#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <string>

#include "decrypt/base/result.h"

namespace acd {

/// Lets GoogleTest print a failure without its value.
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << CodeName(error.code) << ": " << error.message;
}

namespace testing {

MATCHER(IsOk, negation ? "is an error" : "is ok") {
  if (arg.has_value()) return true;
  *result_listener << CodeName(arg.error().code) << ": " << arg.error().message;
  return false;
}

/// The Result is an error with this code whose message contains `text`.
MATCHER_P2(Fails, code, text, "") {
  if (arg.has_value()) {
    *result_listener << "which is ok";
    return false;
  }
  *result_listener << CodeName(arg.error().code) << ": " << arg.error().message;
  return arg.error().code == code && arg.error().message.find(text) != std::string::npos;
}

}  // namespace testing
}  // namespace acd
