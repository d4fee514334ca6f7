#include "plugin/sources/cache_trim.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "decrypt/base/unique_fd.h"

namespace acd::sources {
namespace {

constexpr time_t kAbandonedSeconds = 3600;  // no request takes that long
constexpr std::size_t kMaxEntries = 20'000;

struct Entry {
  std::string name;
  std::size_t bytes;
  timespec used;
};

bool UsedBefore(const Entry& a, const Entry& b) {
  return a.used.tv_sec != b.used.tv_sec ? a.used.tv_sec < b.used.tv_sec
                                        : a.used.tv_nsec < b.used.tv_nsec;
}

/// Only who holds a lock may remove its file.
void RemoveLock(int folder, const std::string& name) {
  const UniqueFd fd(::openat(folder, name.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(folder, name.c_str(), 0);
}

void Trim(int folder, std::size_t max_bytes) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
  if (list == nullptr) {
    if (copy >= 0) ::close(copy);
    return;
  }
  std::vector<Entry> entries;
  std::vector<std::string> locks;
  std::size_t total = 0;
  while (const struct dirent* item = ::readdir(list)) {
    const std::string name = item->d_name;
    struct stat info {};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    if (name.ends_with(".lock")) {
      if (info.st_mtim.tv_sec + kAbandonedSeconds < ::time(nullptr)) locks.push_back(name);
      continue;
    }
    if (name.starts_with(".")) {
      if (info.st_mtim.tv_sec + kAbandonedSeconds < ::time(nullptr)) {
        ::unlinkat(folder, name.c_str(), 0);
      }
      continue;
    }
    const auto bytes = static_cast<std::size_t>(info.st_size);
    entries.push_back({name, bytes, info.st_mtim});
    total += bytes;
  }
  ::closedir(list);
  std::sort(entries.begin(), entries.end(), UsedBefore);
  std::size_t left = entries.size();
  for (const Entry& entry : entries) {
    if (total <= max_bytes && left < kMaxEntries) break;
    // Somebody who has it open reads it to its end.
    ::unlinkat(folder, entry.name.c_str(), 0);
    total -= entry.bytes;
    --left;
  }
  for (const std::string& lock : locks) RemoveLock(folder, lock);
}

}  // namespace

void TrimCache(const std::string& folder, std::size_t max_bytes) noexcept {
  try {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) Trim(fd.get(), max_bytes);
  } catch (...) {  // out of memory: the next one trims
  }
}

}  // namespace acd::sources
