#include "plugin/archive/unpack.h"

#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>

#include "plugin/archive/entry_path.h"
#include "plugin/archive/gunzip.h"
#include "plugin/archive/tar_reader.h"
#include "plugin/archive/tree_writer.h"

namespace acd::archive {
namespace {

// Header, padding and a long name; generous on average.
constexpr std::uint64_t kOverheadPerEntry = 4096;

std::uint64_t MaxInflated(const ArchiveLimits& limits) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (limits.max_bytes > kMax / 4 || limits.max_entries > kMax / 4 / kOverheadPerEntry) return kMax;
  // Twice, because skipped files (`.git`) don't count as unpacked.
  return 2 * limits.max_bytes + limits.max_entries * kOverheadPerEntry + (1U << 20U);
}

class Unpacker {
 public:
  Unpacker(ByteSource& source, int root_fd, const UnpackOptions& options)
      : options_(options),
        gunzip_(source, options.limits, MaxInflated(options.limits)),
        tar_(gunzip_),
        writer_(root_fd) {}

  Result<UnpackStats> Run() {
    for (;;) {
      ACD_TRY(const std::optional<TarEntry> entry, tar_.NextEntry());
      if (!entry) break;
      ACD_CHECK(Take(*entry));
    }
    ACD_CHECK(gunzip_.Finish());
    stats_.compressed_bytes = gunzip_.consumed();
    return stats_;
  }

 private:
  Status Take(const TarEntry& entry) {
    const ArchiveLimits& limits = options_.limits;
    if (++stats_.entries > limits.max_entries) {
      return Fail(Code::kLimitExceeded, "archive: more than " + std::to_string(limits.max_entries) +
                                            " entries (limit max_entries)");
    }
    if (entry.name.size() > limits.max_path_bytes || entry.link.size() > limits.max_path_bytes) {
      return Fail(Code::kLimitExceeded,
                  "archive: " + Printable(entry.name) + ": a name or link of more than " +
                      std::to_string(limits.max_path_bytes) + " bytes (limit max_path_bytes)");
    }
    // Not ACD_TRY: g++ 12 calls a string moved out of a variant uninitialized when optimizing.
    const auto inside = EntryPath(entry.name);
    if (!inside) return Fail(inside.error());
    const std::string& path = *inside;
    if (path == ".") return {};
    if (options_.skip_git && (path == ".git" || path.starts_with(".git/"))) return {};
    switch (entry.type) {
      case TarEntry::Type::kFolder:
        // Entries below have to be made, so it stays usable for its owner.
        return writer_.MakeFolder(path, options_.preserve_file_mode ? entry.mode | 0700U : 0755);
      case TarEntry::Type::kSymlink: {
        ACD_TRY(const std::string target, LinkTarget(path, entry.link));
        return writer_.MakeSymlink(path, target);
      }
      case TarEntry::Type::kFile:
        return TakeFile(entry, path);
      case TarEntry::Type::kOther:
        ++stats_.skipped_links;
        return {};
    }
    return Fail(Code::kInternal, "archive: an unknown type of entry");
  }

  Status TakeFile(const TarEntry& entry, const std::string& path) {
    if (entry.size > options_.limits.max_bytes - stats_.bytes) {
      return Fail(Code::kLimitExceeded, "archive: more than " +
                                            std::to_string(options_.limits.max_bytes) +
                                            " unpacked bytes (limit max_bytes)");
    }
    ACD_TRY(const UniqueFd file,
            writer_.MakeFile(path, options_.preserve_file_mode ? entry.mode : 0644));
    for (;;) {
      ACD_TRY(std::span<const std::uint8_t> block, tar_.NextBlock());
      if (block.empty()) break;
      stats_.bytes += block.size();
      while (!block.empty()) {
        const ssize_t size = ::write(file.get(), block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return WriteError(path);
        block = block.subspan(static_cast<std::size_t>(size));
      }
    }
    ++stats_.files;
    return {};
  }

  static Failure WriteError(const std::string& path) {
    return Fail(
        Code::kIo, "unpacking: " + Printable(path) + ": " + std::generic_category().message(errno),
        errno == ENOSPC ? "give the work folder's tmpfs (emptyDir, `medium: Memory`) more room"
                        : "");
  }

  const UnpackOptions& options_;
  Gunzip gunzip_;
  TarReader tar_;
  TreeWriter writer_;
  UnpackStats stats_;
};

}  // namespace

Result<UnpackStats> Unpack(ByteSource& source, int root_fd, const UnpackOptions& options) {
  return Unpacker(source, root_fd, options).Run();
}

}  // namespace acd::archive
