#pragma once

namespace acd::commands {

/// To be called when a read or a write has failed: whether it is to be tried again. Whoever started
/// this program may have left a pipe of it without waiting (EAGAIN); then waits for `event`
/// (POLLIN, POLLOUT). Keeps errno otherwise.
bool IsToTryAgain(int fd, short event);

}  // namespace acd::commands
