#include "plugin/archive/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>
#include <optional>
#include <system_error>

#include "decrypt/base/unique_fd.h"
#include "plugin/archive/c_locale.h"
#include "plugin/archive/entry_path.h"

namespace acd::archive {
namespace {

constexpr std::size_t kReadBytes = 64U << 10U;

Failure IoError(const std::string& path) {
  return Fail(Code::kIo, Printable(path) + ": " + std::generic_category().message(errno));
}

struct FreeEntry {
  void operator()(struct archive_entry* entry) const { ::archive_entry_free(entry); }
};
using EntryPtr = std::unique_ptr<struct archive_entry, FreeEntry>;

/// Names in an open folder, in the order of their bytes, as Go's filepath.Walk.
Result<std::vector<std::string>> ListFolder(int fd, const std::string& path) {
  const int copy = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
  if (list == nullptr) {
    if (copy >= 0) ::close(copy);
    return IoError(path);
  }
  std::vector<std::string> names;
  while (const struct dirent* entry = ::readdir(list)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(list);
  std::sort(names.begin(), names.end());
  return names;
}

class Packer {
 public:
  Packer(const PackOptions& options,
         const std::function<Status(std::span<const std::uint8_t>)>& sink)
      : options_(options), sink_(sink), tar_(::archive_write_new()), buffer_(kReadBytes) {}
  ~Packer() { ::archive_write_free(tar_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  Status Run(const std::string& root) {
    const UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return IoError(root);
    ACD_CHECK(Open());
    ACD_CHECK(AddFolder(fd.get(), "."));
    if (::archive_write_close(tar_) != ARCHIVE_OK) return Explain();
    return {};
  }

 private:
  Status Open() {
    if (tar_ == nullptr) return Fail(Code::kInternal, "archive: out of memory");
    // No time in the gzip header: the same folder gives the same bytes, hence the same checksum.
    if (::archive_write_set_format_pax_restricted(tar_) != ARCHIVE_OK ||
        ::archive_write_add_filter_gzip(tar_) != ARCHIVE_OK ||
        ::archive_write_set_filter_option(tar_, "gzip", "timestamp", nullptr) != ARCHIVE_OK ||
        ::archive_write_set_filter_option(tar_, "gzip", "compression-level",
                                          std::to_string(options_.gzip_level).c_str()) !=
            ARCHIVE_OK ||
        ::archive_write_set_bytes_in_last_block(tar_, 1) != ARCHIVE_OK ||
        ::archive_write_open(tar_, this, nullptr, &Packer::Write, nullptr) != ARCHIVE_OK) {
      return Explain();
    }
    return {};
  }

  static la_ssize_t Write(struct archive* tar, void* self, const void* data, std::size_t size) {
    auto& packer = *static_cast<Packer*>(self);
    if (packer.error_) return -1;
    auto status = packer.sink_({static_cast<const std::uint8_t*>(data), size});
    if (status) return static_cast<la_ssize_t>(size);
    packer.error_ = std::move(status).error();
    ::archive_set_error(tar, EIO, "the receiver refused");
    return -1;
  }

  Failure Explain() {
    if (error_) return Fail(*error_);
    const char* text = tar_ == nullptr ? nullptr : ::archive_error_string(tar_);
    return Fail(Code::kIo, std::string("archive: ") + (text == nullptr ? "unknown error" : text));
  }

  Status WriteHeader(const struct stat& info, const std::string& path, const std::string& link) {
    const EntryPtr entry(::archive_entry_new());
    if (!entry) return Fail(Code::kInternal, "archive: out of memory");
    ::archive_entry_copy_pathname(entry.get(), path.c_str());
    ::archive_entry_set_mode(entry.get(), info.st_mode);
    ::archive_entry_set_size(entry.get(), S_ISREG(info.st_mode) ? info.st_size : 0);
    if (S_ISLNK(info.st_mode)) ::archive_entry_copy_symlink(entry.get(), link.c_str());
    // A warning is about a name that isn't ASCII; it was written as it is.
    if (::archive_write_header(tar_, entry.get()) < ARCHIVE_WARN || error_) return Explain();
    return {};
  }

  Status AddFolder(int fd, const std::string& path) {
    struct stat info;
    if (::fstat(fd, &info) != 0) return IoError(path);
    ACD_CHECK(WriteHeader(info, path, ""));
    ACD_TRY(const std::vector<std::string> names, ListFolder(fd, path));
    for (const std::string& name : names) {
      ACD_CHECK(Add(fd, name, path == "." ? name : path + "/" + name));
    }
    return {};
  }

  Status Add(int folder, const std::string& name, const std::string& path) {
    for (const std::string& pattern : options_.exclude) {
      if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0) return {};
    }
    struct stat info;
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return IoError(path);
    if (S_ISLNK(info.st_mode)) return AddLink(folder, name, path, info);
    if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) return {};
    const UniqueFd fd(
        ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return IoError(path);
    return S_ISDIR(info.st_mode) ? AddFolder(fd.get(), path) : AddFile(fd.get(), path);
  }

  Status AddLink(int folder, const std::string& name, const std::string& path,
                 const struct stat& info) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    if (size < 0) return IoError(path);
    target.resize(static_cast<std::size_t>(size));
    return WriteHeader(info, path, target);
  }

  Status AddFile(int fd, const std::string& path) {
    struct stat info;
    if (::fstat(fd, &info) != 0) return IoError(path);
    ACD_CHECK(WriteHeader(info, path, ""));
    auto left = static_cast<std::uint64_t>(info.st_size);
    while (left > 0) {
      const ssize_t size = ::read(fd, buffer_.data(), std::min<std::uint64_t>(left, kReadBytes));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return IoError(path);
      if (size == 0) return Fail(Code::kIo, Printable(path) + ": became shorter while it was read");
      const auto part = static_cast<std::size_t>(size);
      if (::archive_write_data(tar_, buffer_.data(), part) != size || error_) return Explain();
      left -= part;
    }
    return {};
  }

  const PackOptions& options_;
  const std::function<Status(std::span<const std::uint8_t>)>& sink_;
  const CLocale locale_;
  struct archive* tar_;
  std::vector<std::uint8_t> buffer_;
  std::optional<Error> error_;
};

}  // namespace

Status Pack(const std::string& root, const PackOptions& options,
            const std::function<Status(std::span<const std::uint8_t>)>& sink) {
  return Packer(options, sink).Run(root);
}

}  // namespace acd::archive
