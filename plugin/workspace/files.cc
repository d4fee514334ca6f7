#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/workspace/workspace.h"

namespace acd::workspace {
namespace {

constexpr std::size_t kChunk = 64U << 10U;

/// For messages: the whole path names a folder that exists for one request only, which would make
/// every error text differ from the last. The caller knows the path in the repository.
std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Failure IoError(const std::string& path, int error) { return FileFailure(NameOf(path), error); }

Failure IoError(const std::string& path) { return IoError(path, errno); }

Failure TooLarge(const std::string& path, std::size_t max_bytes) {
  return Fail(Code::kLimitExceeded,
              NameOf(path) + ": more than " + std::to_string(max_bytes) + " bytes");
}

/// From the beginning of the file on.
Status WriteAll(int fd, std::span<const std::uint8_t> content, const std::string& path) {
  for (std::size_t done = 0; done < content.size();) {
    const auto left = content.subspan(done);
    const ssize_t size = ::pwrite(fd, left.data(), left.size(), static_cast<off_t>(done));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return IoError(path);
    done += static_cast<std::size_t>(size);
  }
  return {};
}

std::string TemporaryName() {
  std::uint64_t number = 0;
  while (::getrandom(&number, sizeof(number), 0) != static_cast<ssize_t>(sizeof(number))) {
  }
  char name[32];
  std::snprintf(name, sizeof(name), ".writing-%016" PRIx64, number);
  return name;
}

/// Whether a file has one name, which nobody else may use.
bool IsOursAlone(const struct stat& info) {
  return S_ISREG(info.st_mode) && info.st_nlink == 1 && (info.st_mode & 07777U) == 0600U;
}

/// All of an open file, whose `info` may say less than there is.
Result<SecretBytes> ReadAll(int fd, const struct stat& info, const std::string& path,
                            std::size_t max_bytes) {
  if (!S_ISREG(info.st_mode)) return Fail(Code::kIo, NameOf(path) + ": not a regular file");
  const auto expected = static_cast<std::uint64_t>(info.st_size);
  if (expected > max_bytes) return TooLarge(path, max_bytes);

  // One more than expected, so that the end shows without growing. Files of /proc say 0.
  SecretBytes content(static_cast<std::size_t>(expected) + 1);
  std::size_t filled = 0;
  for (;;) {
    const auto room = content.ExposeMutable().subspan(filled);
    const ssize_t size = ::read(fd, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return IoError(path);
    if (size == 0) break;
    filled += static_cast<std::size_t>(size);
    if (filled > max_bytes) return TooLarge(path, max_bytes);
    // Less than asked for is the end of a regular file. It has what it said to have: enough.
    if (filled == expected && filled > 0) break;
    if (filled == content.size()) content.Resize(filled + std::max(kChunk, filled));
  }
  content.Resize(filled);
  return content;
}

}  // namespace

Result<SecretBytes> ReadFile(const std::string& path, std::size_t max_bytes) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0) return IoError(path);
  return ReadAll(fd.get(), info, path, max_bytes);
}

Result<std::vector<std::string>> ListFolder(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  using Iterator = std::filesystem::directory_iterator;
  for (Iterator it(path, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().native());
  }
  if (error) return IoError(path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Status WriteSecretFile(const std::string& path, std::span<const std::uint8_t> content) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const UniqueFd folder_fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_fd) return IoError(path);
  const std::string temporary = TemporaryName();
  const UniqueFd fd(::openat(folder_fd.get(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return IoError(path);
  Status status = WriteAll(fd.get(), content, path);
  if (status &&
      ::renameat(folder_fd.get(), temporary.c_str(), folder_fd.get(), NameOf(path).c_str()) != 0) {
    status = IoError(path);
  }
  if (!status) ::unlinkat(folder_fd.get(), temporary.c_str(), 0);
  return status;
}

Status EditFile(const std::string& path, std::size_t max_bytes, const Edit& edit) {
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0 || !IsOursAlone(info)) {
    ACD_TRY(const SecretBytes content, ReadFile(path, max_bytes));
    ACD_TRY(const std::optional<SecretBytes> edited, edit(content));
    return edited ? WriteSecretFile(path, edited->Expose()) : Status();
  }
  ACD_TRY(const SecretBytes content, ReadAll(fd.get(), info, path, max_bytes));
  ACD_TRY(const std::optional<SecretBytes> edited, edit(content));
  if (!edited) return {};
  ACD_CHECK(WriteAll(fd.get(), edited->Expose(), path));
  const bool shorter = edited->size() < content.size();
  if (shorter && ::ftruncate(fd.get(), static_cast<off_t>(edited->size())) != 0) {
    return IoError(path);
  }
  return {};
}

}  // namespace acd::workspace
