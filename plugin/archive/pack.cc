#include "plugin/archive/pack.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "plugin/archive/c_locale.h"
#include "plugin/archive/tree_walk.h"

namespace acd::archive {
namespace {

struct FreeEntry {
  void operator()(struct archive_entry* entry) const { ::archive_entry_free(entry); }
};
using EntryPtr = std::unique_ptr<struct archive_entry, FreeEntry>;

class Packer : private TreeVisitor {
 public:
  Packer(const std::vector<std::string>& exclude,
         const std::function<Status(std::span<const std::uint8_t>)>& sink)
      : exclude_(exclude), sink_(sink), tar_(::archive_write_new()) {}
  ~Packer() override { ::archive_write_free(tar_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  Status Run(const std::string& root) {
    ACD_CHECK(Open());
    ACD_CHECK(WalkTree(root, exclude_, *this));
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
        // It travels over a local socket at most: time counts, not size.
        ::archive_write_set_filter_option(tar_, "gzip", "compression-level", "1") != ARCHIVE_OK ||
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

  Status Folder(const std::string& path, const struct stat& info) override {
    return WriteHeader(info, path, "");
  }

  Status Link(const std::string& path, const struct stat& info,
              const std::string& target) override {
    return WriteHeader(info, path, target);
  }

  Status File(const std::string& path, const struct stat& info) override {
    return WriteHeader(info, path, "");
  }

  Status Content(const std::string& /*path*/, std::span<const std::uint8_t> bytes) override {
    const ssize_t written = ::archive_write_data(tar_, bytes.data(), bytes.size());
    if (written != static_cast<ssize_t>(bytes.size()) || error_) return Explain();
    return {};
  }

  const std::vector<std::string>& exclude_;
  const std::function<Status(std::span<const std::uint8_t>)>& sink_;
  const CLocale locale_;
  struct archive* tar_;
  std::optional<Error> error_;
};

}  // namespace

Status Pack(const std::string& root, const std::vector<std::string>& exclude,
            const std::function<Status(std::span<const std::uint8_t>)>& sink) {
  return Packer(exclude, sink).Run(root);
}

}  // namespace acd::archive
