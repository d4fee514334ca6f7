#include "plugin/commands/await_pipe.h"

#include <poll.h>

#include <cerrno>

namespace acd::commands {

bool IsToTryAgain(int fd, short event) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd wait{fd, event, 0};
  return ::poll(&wait, 1, -1) > 0 || errno == EINTR;
}

}  // namespace acd::commands
