#include "decrypt/base/system_failure.h"

#include <cerrno>
#include <string_view>
#include <system_error>

namespace acd {
namespace {

/// Empty: no lack of room.
std::string_view AboutRoom(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "give the work folder's tmpfs (emptyDir, `medium: Memory`) more room";
    case EMFILE:
    case ENFILE:
      return "too much is open at once: try again later, or raise the container's limit";
    case EAGAIN:  // of a fork
    case ENOMEM:
      return "too much runs at once: try again later, or raise the container's limits";
    default:
      return {};
  }
}

}  // namespace

Failure SystemFailure(const std::string& what, int error) {
  const std::string_view hint = AboutRoom(error);
  return Fail(hint.empty() ? Code::kIo : Code::kLimitExceeded,
              what + ": " + std::generic_category().message(error), hint);
}

}  // namespace acd
