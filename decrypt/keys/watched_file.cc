#include "decrypt/keys/watched_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "decrypt/base/system_failure.h"

namespace acd::keys {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kSettleSeconds = 2;  // the coarsest file times in use
constexpr int kPipeTimeoutMs = 5000;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool IsAbsence(int error) { return error == ENOENT || error == ENOTDIR; }

Failure OpenFailure(const std::string& path, int error) {
  const std::string what = "open " + path;
  Failure failure = FileFailure(what, error);
  char& initial = failure.error.message[what.size() + 2];  // of the reason: sops's are Go's words
  if (initial >= 'A' && initial <= 'Z') initial = static_cast<char>(initial - 'A' + 'a');
  return failure;
}

std::int64_t Nanos(const timespec& time) {
  return std::int64_t{time.tv_sec} * kNanosPerSecond + time.tv_nsec;
}

Fingerprint Make(const struct stat& info) {
  return {.device = info.st_dev,
          .inode = info.st_ino,
          .mode = info.st_mode,
          .size = info.st_size,
          .modified_ns = Nanos(info.st_mtim),
          .changed_ns = Nanos(info.st_ctim)};
}

Status CheckKind(const std::string& path, mode_t mode, bool may_be_pipe) {
  if (S_ISREG(mode) || (may_be_pipe && (S_ISFIFO(mode) || S_ISCHR(mode)))) return {};
  return Fail(Code::kInvalidInput,
              "open " + path + ": " + (S_ISDIR(mode) ? "is a directory" : "not a regular file"));
}

bool WaitForData(int fd) {
  pollfd wait = {fd, POLLIN, 0};
  return ::poll(&wait, 1, kPipeTimeoutMs) > 0;
}

// The buffer's spare capacity is asked for too, so that a growing file ends at the limit as well.
Result<SecretBytes> ReadAll(int fd, const std::string& path, std::size_t expected,
                            std::size_t max_bytes) {
  SecretBytes content;
  content.Reserve(std::min(expected, max_bytes) + 1);
  SecretBytes buffer(4096);
  for (;;) {
    const ssize_t got = ::read(fd, buffer.ExposeMutable().data(), buffer.size());
    if (got == 0) return content;
    if (got < 0) {
      if (errno == EINTR || (errno == EAGAIN && WaitForData(fd))) continue;
      return OpenFailure(path, errno == EAGAIN ? ETIMEDOUT : errno);
    }
    content.Append(buffer.Expose().first(static_cast<std::size_t>(got)));
    if (content.size() > max_bytes) {
      return Fail(Code::kLimitExceeded,
                  "open " + path + ": larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

}  // namespace

std::int64_t SystemSeconds() { return static_cast<std::int64_t>(std::time(nullptr)); }

bool Fingerprint::IsSettled(std::int64_t now_seconds) const {
  return changed_ns / kNanosPerSecond + kSettleSeconds < now_seconds;
}

Result<std::optional<Fingerprint>> FingerprintOf(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) == 0) return std::optional(Make(info));
  if (IsAbsence(errno)) return std::optional<Fingerprint>();
  return OpenFailure(path, errno);
}

Result<FileState> ReadWatched(const std::string& path, std::size_t max_bytes, bool may_be_pipe,
                              const Clock& clock) {
  const std::int64_t now = clock();  // before the read: what changes during it must not be trusted
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return OpenFailure(path, errno);
  struct stat before = {};
  if (::fstat(file.get(), &before) != 0) return OpenFailure(path, errno);
  ACD_CHECK(CheckKind(path, before.st_mode, may_be_pipe));
  if (S_ISFIFO(before.st_mode) && !WaitForData(file.get())) return OpenFailure(path, ETIMEDOUT);

  FileState state;
  const auto size = static_cast<std::size_t>(std::max<off_t>(before.st_size, 0));
  ACD_TRY(state.content, ReadAll(file.get(), path, size, max_bytes));
  state.fingerprint = Make(before);
  if (!S_ISREG(before.st_mode)) {
    // A pipe gives its content once, and its times move when it is read.
    state.fingerprint = {.device = before.st_dev, .inode = before.st_ino, .mode = before.st_mode};
    state.trusted = true;
    return state;
  }
  struct stat after = {};
  if (::fstat(file.get(), &after) != 0) return OpenFailure(path, errno);
  state.trusted = Make(after) == state.fingerprint && state.fingerprint.IsSettled(now);
  return state;
}

}  // namespace acd::keys
