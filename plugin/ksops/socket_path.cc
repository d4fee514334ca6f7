#include "plugin/ksops/socket_path.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "decrypt/base/system_failure.h"

namespace acd::ksops {
namespace {

constexpr int kBacklog = 64;

Failure Errno(const char* what) {
  return SystemFailure(std::string("ksops broker: ") + what, errno);
}

sockaddr_un AddressOf(const SocketPath& short_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, short_path.path.data(), short_path.path.size());
  return address;
}

Result<UniqueFd> MakeSocket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Errno("socket");
  return fd;
}

}  // namespace

Result<SocketPath> ShortenSocketPath(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) {
    return Fail(Code::kInvalidInput, "ksops broker: not the path of a socket");
  }
  SocketPath out;
  const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
  out.folder = UniqueFd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!out.folder) return Errno("socket folder");
  out.path = "/proc/self/fd/" + std::to_string(out.folder.get()) + path.substr(slash);
  if (out.path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Fail(Code::kInvalidInput, "ksops broker: the socket's name is too long");
  }
  return out;
}

Result<UniqueFd> ConnectTo(const std::string& path) {
  ACD_TRY(const SocketPath short_path, ShortenSocketPath(path));
  ACD_TRY(UniqueFd fd, MakeSocket());
  const sockaddr_un address = AddressOf(short_path);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Errno("connect");
  }
  return fd;
}

Result<UniqueFd> ListenAt(const std::string& path) {
  ACD_TRY(const SocketPath short_path, ShortenSocketPath(path));
  ACD_TRY(UniqueFd fd, MakeSocket());
  const sockaddr_un address = AddressOf(short_path);
  // The mode of a new socket comes from the descriptor's own inode on Linux: no moment of exposure,
  // and no change of the process's umask, which other threads share.
  if (::fchmod(fd.get(), 0600) != 0) return Errno("mode");
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Errno("bind");
  }
  if (::chmod(short_path.path.c_str(), 0600) != 0) return Errno("mode");
  if (::listen(fd.get(), kBacklog) != 0) return Errno("listen");
  return fd;
}

}  // namespace acd::ksops
