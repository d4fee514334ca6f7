#include "decrypt/base/system_failure.h"

#include <cerrno>
#include <string_view>
#include <system_error>

namespace acd {
namespace {

bool IsAboutDisk(int error) { return error == ENOSPC || error == EDQUOT; }

/// Empty: no lack of room.
std::string_view AboutRoom(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "make room where it is written: a sidecar's work folder is a tmpfs of a certain size "
             "(emptyDir, `medium: Memory`)";
    case EMFILE:
    case ENFILE:
      return "too much is open at once: try again later, or raise the limit of open files";
    case EAGAIN:  // of a fork
    case ENOMEM:
      return "too much runs at once: try again later, or raise the limits of memory and processes";
    default:
      return {};
  }
}

}  // namespace

Failure SystemFailure(const std::string& what, int error, std::string_view hint) {
  const std::string_view about_room = AboutRoom(error);
  const bool knows_where = IsAboutDisk(error) && !hint.empty();
  return Fail(about_room.empty() ? Code::kIo : Code::kNoRoom, what + ": " + SystemWords(error),
              about_room.empty() || knows_where ? hint : about_room);
}

Failure FileFailure(const std::string& what, int error, std::string_view hint) {
  Failure failure = SystemFailure(what, error, hint);
  if (error == ENOENT || error == ENOTDIR) failure.error.code = Code::kNotFound;
  return failure;
}

std::string SystemWords(int error) { return std::generic_category().message(error); }

}  // namespace acd
