#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "decrypt/base/unique_fd.h"
#include "plugin/workspace/workspace.h"

namespace acd::workspace {
namespace {

// Open folders at a time, and stack frames. What lies deeper is moved up and found again there.
constexpr int kMaxDepth = 32;
// A process that still writes into the tree can't keep us busy for ever.
constexpr int kMaxPasses = 10'000;

/// chmod of a folder that can't be opened yet, without following a link that took its place.
void MakeAccessible(int parent, const char* name) noexcept {
  const UniqueFd fd(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return;
  char link[64];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd.get());
  // Without /proc the plain call serves; if both fail, the folder stays, and opening it says so.
  if (::chmod(link, 0700) != 0 && ::fchmodat(parent, name, 0700, 0) != 0) return;
}

/// Opens a folder such that its entries can be read and removed.
UniqueFd OpenFolder(int parent, const char* name) noexcept {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(parent, name, kFlags));
  if (!fd && errno == EACCES) {
    MakeAccessible(parent, name);
    fd.Reset(::openat(parent, name, kFlags));
  }
  struct stat info;
  if (fd && ::fstat(fd.get(), &info) == 0 && (info.st_mode & 0700) != 0700) {
    ::fchmod(fd.get(), 0700);
  }
  return fd;
}

class Remover {
 public:
  /// Removes `name`, whatever it is. False: it is still there.
  bool Remove(int parent, const char* name, bool is_folder, int depth) noexcept {
    if (!is_folder) {
      if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
      if (errno != EISDIR && errno != EPERM) return false;
    } else if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) {
      return true;  // as most folders of a tool's home: with nothing in it
    }
    if (depth == kMaxDepth) return MoveUp(parent, name);
    const UniqueFd folder = OpenFolder(parent, name);
    if (!folder) return false;
    if (depth == 0) top_ = folder.get();
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      const bool progress = RemoveEntries(folder.get(), parent, name, depth);
      if (gone_) return true;
      // Never again what has failed: each level would double the work below it.
      if (!progress || ::lseek(folder.get(), 0, SEEK_SET) != 0) return false;
    }
    return false;
  }

 private:
  /// One walk over a folder. Returns whether anything went away; `gone_` says that the folder did.
  bool RemoveEntries(int folder, int parent, const char* name, int depth) noexcept {
    alignas(struct dirent64) char buffer[4096];
    bool progress = false;
    for (;;) {
      const ssize_t size = ::getdents64(folder, buffer, sizeof(buffer));
      for (ssize_t at = 0; at < size;) {
        const auto* entry = reinterpret_cast<const struct dirent64*>(buffer + at);
        at += entry->d_reclen;
        const char* child = entry->d_name;
        if (std::strcmp(child, ".") == 0 || std::strcmp(child, "..") == 0) continue;
        if (Remove(folder, child, entry->d_type == DT_DIR, depth + 1)) progress = true;
      }
      // A list that did not fill the buffer has no more, mostly.
      gone_ = ::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
      if (gone_ || size <= 0) return progress;
    }
  }

  bool MoveUp(int parent, const char* name) noexcept {
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return true;
    MakeAccessible(parent, name);  // its ".." changes, so it must be writable
    for (int tries = 0; tries < 100; ++tries) {
      char moved[64];
      std::snprintf(moved, sizeof(moved), ".removing-%d-%llu", ::getpid(), ++moved_);
      if (::renameat(parent, name, top_, moved) == 0) return true;
    }
    return false;
  }

  int top_ = -1;
  bool gone_ = false;
  unsigned long long moved_ = 0;
};

}  // namespace

bool RemoveTree(const std::string& path) noexcept {
  return Remover().Remove(AT_FDCWD, path.c_str(), false, 0);
}

}  // namespace acd::workspace
