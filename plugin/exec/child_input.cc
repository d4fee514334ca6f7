#include "plugin/exec/child_input.h"

#include <sys/socket.h>

#include <cerrno>

#include "decrypt/base/system_failure.h"

namespace acd::exec {

Result<ChildInput> ChildInput::Open() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return SystemFailure("socket pair", errno);
  }
  return ChildInput(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

bool ChildInput::Write(std::span<const std::uint8_t>& rest) const {
  while (!rest.empty()) {
    const ssize_t size = ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN;
    rest = rest.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace acd::exec
