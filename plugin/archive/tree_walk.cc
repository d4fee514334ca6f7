#include "plugin/archive/tree_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string_view>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/archive/entry_path.h"

namespace acd::archive {
namespace {

constexpr std::size_t kReadBytes = 64U << 10U;

Failure IoError(const std::string& path) { return SystemFailure(Printable(path), errno); }

struct Listed {
  std::string name;
  unsigned char type;  ///< DT_REG and the like; DT_UNKNOWN on some file systems
};

/// What is in an open folder, in the order of the names' bytes, as Go's filepath.Walk.
Result<std::vector<Listed>> ListFolder(int fd, const std::string& path) {
  const int copy = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
  if (list == nullptr) {
    if (copy >= 0) ::close(copy);
    return IoError(path);
  }
  std::vector<Listed> listed;
  while (const struct dirent* entry = ::readdir(list)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") listed.push_back({std::string(name), entry->d_type});
  }
  ::closedir(list);
  std::sort(listed.begin(), listed.end(),
            [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return listed;
}

class Walker {
 public:
  Walker(const std::vector<std::string>& exclude, TreeVisitor& visitor)
      : exclude_(exclude), visitor_(visitor), buffer_(kReadBytes) {}

  Status Folder(int fd, const std::string& path) {
    struct stat info;
    if (::fstat(fd, &info) != 0) return IoError(path);
    ACD_CHECK(visitor_.Folder(path, info));
    ACD_TRY(const std::vector<Listed> listed, ListFolder(fd, path));
    for (const Listed& entry : listed) {
      ACD_CHECK(Entry(fd, entry, path == "." ? entry.name : path + "/" + entry.name));
    }
    return {};
  }

 private:
  Status Entry(int folder, const Listed& entry, const std::string& path) {
    for (const std::string& pattern : exclude_) {
      if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0) return {};
    }
    struct stat info;
    if (entry.type != DT_REG) {
      const int found = ::fstatat(folder, entry.name.c_str(), &info, AT_SYMLINK_NOFOLLOW);
      if (found != 0) return IoError(path);
      if (S_ISLNK(info.st_mode)) return Link(folder, entry.name, path, info);
      if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) return {};
    }
    const UniqueFd fd(
        ::openat(folder, entry.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd || ::fstat(fd.get(), &info) != 0) return IoError(path);
    if (S_ISDIR(info.st_mode)) return Folder(fd.get(), path);
    if (!S_ISREG(info.st_mode)) return {};
    ACD_CHECK(visitor_.File(path, info));
    return Content(fd.get(), path, static_cast<std::uint64_t>(info.st_size));
  }

  Status Content(int fd, const std::string& path, std::uint64_t left) {
    while (left > 0) {
      const ssize_t size = ::read(fd, buffer_.data(), std::min<std::uint64_t>(left, kReadBytes));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return IoError(path);
      if (size == 0) return Fail(Code::kIo, Printable(path) + ": became shorter while it was read");
      const auto part = static_cast<std::size_t>(size);
      ACD_CHECK(visitor_.Content(path, {buffer_.data(), part}));
      left -= part;
    }
    return {};
  }

  Status Link(int folder, const std::string& name, const std::string& path,
              const struct stat& info) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    if (size < 0) return IoError(path);
    target.resize(static_cast<std::size_t>(size));
    return visitor_.Link(path, info, target);
  }

  const std::vector<std::string>& exclude_;
  TreeVisitor& visitor_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace

Status WalkTree(const std::string& root, const std::vector<std::string>& exclude,
                TreeVisitor& visitor) {
  const UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return IoError(root);
  return Walker(exclude, visitor).Folder(fd.get(), ".");
}

}  // namespace acd::archive
