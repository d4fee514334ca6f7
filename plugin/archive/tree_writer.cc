#include "plugin/archive/tree_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "decrypt/base/system_failure.h"
#include "plugin/archive/entry_path.h"
#include "plugin/archive/tree_refusals.h"

namespace acd::archive {
namespace {

constexpr int kOpenFolder = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string NameOf(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

Failure FileError(std::string_view path, int error) {
  if (error == ENAMETOOLONG) return NameTooLong(path);
  return SystemFailure("unpacking: " + Printable(path), error);
}

bool IsSymlink(int folder, const std::string& name) {
  struct stat info;
  return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

}  // namespace

bool TreeWriter::HasMode(mode_t mode, const struct stat& made) {
  // A folder has its parent's set-group-ID bit (a volume with fsGroup), and keeps it.
  const mode_t inherited = S_ISDIR(made.st_mode) ? S_ISGID : 0;
  if ((made.st_mode & 07777U) != mode && (made.st_mode & 07777U) != (mode | inherited))
    return false;
  kept_ |= mode & 0777U;  // the other bits are the kernel's to give, not the umask's
  return true;
}

int TreeWriter::MakeOneFolder(int parent, const std::string& name, mode_t mode) {
  if (::mkdirat(parent, name.c_str(), mode) != 0) return errno;
  if (IsKept(mode)) return 0;
  struct stat made;
  if (::fstatat(parent, name.c_str(), &made, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  if (HasMode(mode, made)) return 0;
  mode |= made.st_mode & S_ISGID;
  return ::fchmodat(parent, name.c_str(), mode, 0) == 0 ? 0 : errno;
}

Result<int> TreeWriter::Parent(std::string_view path) {
  const std::string_view folder = FolderOf(path);
  if (folder.empty()) return root_fd_;
  if (parent_ && folder == parent_path_) return parent_.get();
  ACD_CHECK(CheckDepth(path));
  // Go on from the last folder when this one is below it.
  const bool below = parent_ && folder.size() > parent_path_.size() &&
                     folder.starts_with(parent_path_) && folder[parent_path_.size()] == '/';
  UniqueFd at = below ? std::move(parent_) : UniqueFd();
  std::size_t start = below ? parent_path_.size() + 1 : 0;
  parent_.Reset();
  while (start < folder.size()) {
    const std::size_t end = std::min(folder.find('/', start), folder.size());
    const std::string name(folder.substr(start, end - start));
    const int in = at ? at.get() : root_fd_;
    UniqueFd next(::openat(in, name.c_str(), kOpenFolder));
    if (!next && errno == ENOENT) {
      if (const int error = MakeOneFolder(in, name, missing_mode_); error != 0) {
        return FileError(path, error);
      }
      next.Reset(::openat(in, name.c_str(), kOpenFolder));
    }
    if (!next && (errno == ENOTDIR || errno == ELOOP)) {
      const std::string_view here = folder.substr(0, end);
      return IsSymlink(in, name) ? LinkedParent(here, path) : InTheWay(here);
    }
    if (!next) return FileError(path, errno);
    at = std::move(next);
    start = end + 1;
  }
  parent_path_ = folder;
  parent_ = std::move(at);
  return parent_.get();
}

Status TreeWriter::MakeFolder(std::string_view path, mode_t mode) {
  ACD_TRY(const int parent, Parent(path));
  const std::string name = NameOf(path);
  const int error = MakeOneFolder(parent, name, mode);
  if (error == 0) return {};
  if (error != EEXIST) return FileError(path, error);
  struct stat info;
  if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return FileError(path, errno);
  }
  if (!S_ISDIR(info.st_mode)) return InTheWay(path);
  return {};
}

Result<UniqueFd> TreeWriter::MakeFile(std::string_view path, mode_t mode) {
  ACD_TRY(const int parent, Parent(path));
  const std::string name = NameOf(path);
  // Always a new file, so that nothing of an old one (mode, links) matters.
  constexpr int kCreate = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd file(::openat(parent, name.c_str(), kCreate, mode));
  if (!file && errno == EEXIST) {
    struct stat info;
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return FileError(path, errno);
    }
    if (!S_ISREG(info.st_mode)) return InTheWay(path);
    if (::unlinkat(parent, name.c_str(), 0) != 0) return FileError(path, errno);
    file.Reset(::openat(parent, name.c_str(), kCreate, mode));
  }
  if (!file) return FileError(path, errno);
  struct stat made;
  if (!IsKept(mode) && (::fstat(file.get(), &made) != 0 ||
                        (!HasMode(mode, made) && ::fchmod(file.get(), mode) != 0))) {
    return FileError(path, errno);
  }
  return file;
}

Status TreeWriter::MakeSymlink(std::string_view path, const std::string& target) {
  ACD_TRY(const int parent, Parent(path));
  if (::symlinkat(target.c_str(), parent, NameOf(path).c_str()) == 0) return {};
  return errno == EEXIST ? InTheWay(path) : FileError(path, errno);
}

}  // namespace acd::archive
