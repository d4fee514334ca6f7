#include "decrypt/base/error.h"

namespace acd {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kInvalidInput:
      return "invalid input";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kNoMatchingKey:
      return "no matching key";
    case Code::kAuthFailed:
      return "authentication failed";
    case Code::kLimitExceeded:
      return "limit exceeded";
    case Code::kNotFound:
      return "not found";
    case Code::kIo:
      return "i/o error";
    case Code::kNoRoom:
      return "no room";
    case Code::kToolFailed:
      return "tool failed";
    case Code::kDeadline:
      return "deadline exceeded";
    case Code::kCancelled:
      return "cancelled";
    case Code::kInternal:
      return "internal error";
  }
  return "internal error";
}

Error Error::With(std::string_view context) && {
  message.insert(0, ": ").insert(0, context);
  return std::move(*this);
}

Error Error::Hint(std::string_view text) && {
  if (hint.empty()) hint = text;
  return std::move(*this);
}

Error Error::At(Stage where) && {
  if (stage == Stage::kNone) stage = where;
  return std::move(*this);
}

}  // namespace acd
