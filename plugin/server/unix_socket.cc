#include "plugin/server/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

#include "decrypt/base/system_failure.h"

namespace acd::server {
namespace {

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Fail(Code::kInvalidInput,
                path + ": socket path: " + std::to_string(path.size()) + " bytes, at most " +
                    std::to_string(sizeof(address.sun_path) - 1) + " are possible",
                "choose a shorter --socket-dir");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

constexpr std::chrono::seconds kMaxLockWait{2};

// Held while a server decides about the path and takes or leaves it.
Result<UniqueFd> LockFor(const std::string& path) {
  const std::string lock_path = path + ".lock";
  UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) {
    return SystemFailure(lock_path + ": open", errno,
                         "the socket folder must exist and be writable: --socket-dir, or "
                         "ARGOCD_PLUGINSOCKFILEPATH");
  }
  const auto end = std::chrono::steady_clock::now() + kMaxLockWait;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    // Servers hold it for less than a millisecond; whoever else does must not keep us from ending.
    if (errno != EWOULDBLOCK && errno != EINTR) return SystemFailure(lock_path + ": lock", errno);
    if (std::chrono::steady_clock::now() >= end) {
      return Fail(Code::kIo, lock_path + ": somebody holds the lock",
                  "no other program may lock files in the socket folder");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return lock;
}

// Removes a dead server's socket. Error: somebody answers there, or it is no socket.
Status ClearPath(const std::string& path, const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return SystemFailure(path + ": stat", errno);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return Fail(Code::kInvalidInput, path + ": exists and is not a socket",
                "remove it, or choose another --socket-dir");
  }
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return SystemFailure(path + ": socket", errno);
  const int answer =
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (answer == 0 || errno == EAGAIN) {  // EAGAIN: alive, its queue is full
    return Fail(Code::kIo, path + ": another server is running on this socket",
                "stop it, or choose another --socket-dir");
  }
  if (errno != ECONNREFUSED) return SystemFailure(path + ": probe", errno);
  if (::unlink(path.c_str()) != 0) return SystemFailure(path + ": remove stale socket", errno);
  return {};
}

}  // namespace

Result<ListeningSocket> ListeningSocket::Listen(const std::string& path) {
  ACD_TRY(const sockaddr_un address, AddressOf(path));
  ACD_TRY(const UniqueFd lock, LockFor(path));
  ACD_CHECK(ClearPath(path, address));

  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return SystemFailure(path + ": socket", errno);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return SystemFailure(path + ": bind", errno);
  }
  // Nobody can connect before `listen`, so the mode needs no umask, which is the whole process's.
  struct stat info {};
  if (::chmod(path.c_str(), 0600) != 0 || ::lstat(path.c_str(), &info) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0) {
    auto failure = SystemFailure(path + ": listen", errno);
    ::unlink(path.c_str());
    return failure;
  }
  ListeningSocket socket;
  socket.path_ = path;
  socket.fd_ = std::move(fd);
  socket.device_ = info.st_dev;
  socket.inode_ = info.st_ino;
  return socket;
}

ListeningSocket::~ListeningSocket() { Unlink(); }

void ListeningSocket::Unlink() noexcept {
  if (!fd_ || path_.empty()) return;
  // Without it, somebody else's socket may be unlinked that comes just now: better than to leave a
  // dead one, which a client waits for.
  [[maybe_unused]] const auto lock = LockFor(path_);
  struct stat info {};
  if (::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
}

void ListeningSocket::Close() noexcept {
  Unlink();
  fd_.Reset();
}

}  // namespace acd::server
