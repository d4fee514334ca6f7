#include "plugin/sources/source_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <thread>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/sources/cache_trim.h"
#include "plugin/sources/digest.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

constexpr std::size_t kDigestBytes = 64;  // in hex
constexpr std::chrono::milliseconds kLockTick{15};

Failure IoError(const std::string& what) { return SystemFailure("chart cache: " + what, errno); }

/// Waits until nobody else has the lock file of a key. The file may be removed between the look at
/// its name and the lock: then it is no lock, and another one is made.
Result<UniqueFd> Lock(const std::string& path, const exec::Budget& budget) {
  for (;;) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return IoError("lock");
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return IoError("lock");
      if (auto status = budget.Check(); !status) {
        return Fail(std::move(status).error().With(
            "waiting for another request to fetch the same chart or file"));
      }
      std::this_thread::sleep_for(kLockTick);
    }
    struct stat held {};
    struct stat named {};
    if (::fstat(fd.get(), &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return fd;
    }
  }
}

/// Nothing when it is missing or damaged.
std::optional<SecretBytes> Read(const std::string& path, std::size_t max_bytes) {
  auto file = workspace::ReadFile(path, max_bytes + kDigestBytes + 1);
  if (!file) return std::nullopt;
  const std::string_view text = file->ExposeText();
  if (text.size() <= kDigestBytes || text[kDigestBytes] != '\n') return std::nullopt;
  const std::string_view content = text.substr(kDigestBytes + 1);
  if (Sha256Hex(content) != text.substr(0, kDigestBytes)) return std::nullopt;
  // Used just now: what is removed first is what was not used for longest.
  ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return SecretBytes::CopyOf(content);
}

}  // namespace

Result<std::shared_ptr<SourceCache>> SourceCache::Open(const std::string& folder,
                                                       std::size_t max_bytes) {
  if (folder.empty() || folder.front() != '/') {
    return Fail(Code::kInvalidInput, "chart cache: must be an absolute path, or `off`");
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return IoError(folder);
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0) return IoError(folder);
  if (!S_ISDIR(info.st_mode)) {
    return Fail(Code::kInvalidInput, "chart cache: " + folder + ": not a folder");
  }
  // A mounted volume is often root's, and open to the pod's group (fsGroup): a folder of our own in
  // it is ours alone.
  std::string own = folder + "/argocd-decrypt";
  if (::mkdir(own.c_str(), 0700) != 0 && errno != EEXIST) return IoError(own);
  if (::lstat(own.c_str(), &info) != 0) return IoError(own);
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 0022U) != 0) {
    return Fail(Code::kInvalidInput,
                "chart cache: " + own + ": others may write to it, and what lies there is believed",
                "remove it, or name another folder in --chart-cache");
  }
  return std::shared_ptr<SourceCache>(new SourceCache(std::move(own), max_bytes));
}

Result<SecretBytes> SourceCache::Get(const std::string& key, const exec::Budget& budget,
                                     const Fetch& fetch) {
  const std::string path = folder_ + "/" + Sha256Hex(key);
  if (auto content = Read(path, max_bytes_)) return *std::move(content);
  ACD_TRY(const UniqueFd lock, Lock(path + ".lock", budget));
  if (auto content = Read(path, max_bytes_)) return *std::move(content);
  ACD_TRY(SecretBytes content, fetch());
  const std::size_t size = content.size() + kDigestBytes + 1;
  if (size > max_bytes_ / 2) return content;
  SecretBytes file;
  file.Reserve(size);
  file.Append(Sha256Hex(content.ExposeText()) + "\n");
  file.Append(content.Expose());
  TrimCache(folder_, max_bytes_ - size);
  // Not kept is no failure: the next request fetches it again.
  (void)workspace::WriteSecretFile(path, file.Expose());
  return content;
}

}  // namespace acd::sources
