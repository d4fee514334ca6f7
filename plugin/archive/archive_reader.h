#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "plugin/archive/gunzip.h"
#include "plugin/archive/tar_reader.h"
#include "plugin/archive/unpack.h"

namespace acd::archive {

// Header, padding and a long name; generous on average.
inline constexpr std::uint64_t kOverheadPerEntry = 4096;

/// Bound on all that comes out of the compression.
inline std::uint64_t MaxInflated(const ArchiveLimits& limits) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (limits.max_bytes > kMax / 4 || limits.max_entries > kMax / 4 / kOverheadPerEntry) return kMax;
  // Twice, because skipped files (`.git`) don't count as unpacked.
  return 2 * limits.max_bytes + limits.max_entries * kOverheadPerEntry + (1U << 20U);
}

/// Reads a gzip tar and has `Builder` make what is in it: TreeBuilder, or one with the same
/// functions. A template, so that what is done for each entry and block needs no indirection.
template <typename Builder>
class ArchiveReader {
 public:
  /// All are borrowed.
  ArchiveReader(ByteSource& source, const ArchiveLimits& limits, Builder& builder)
      : gunzip_(source, limits, MaxInflated(limits)), tar_(gunzip_), builder_(builder) {}

  /// Up to the end of the tar.
  Result<UnpackStats> Run() {
    for (;;) {
      ACD_TRY(const std::optional<TarEntry> entry, tar_.NextEntry());
      if (!entry) break;
      ACD_CHECK(Take(*entry));
    }
    ACD_CHECK(gunzip_.Finish());
    builder_.stats().compressed_bytes = gunzip_.consumed();
    return builder_.stats();
  }

 private:
  Status Take(const TarEntry& entry) {
    ACD_TRY(const std::optional<std::string> path, builder_.Admit(entry.name, entry.link));
    if (!path) return {};
    switch (entry.type) {
      case TarEntry::Type::kFolder:
        return builder_.MakeFolder(*path, entry.mode);
      case TarEntry::Type::kSymlink:
        return builder_.MakeSymlink(*path, entry.link);
      case TarEntry::Type::kFile:
        return TakeFile(entry, *path);
      case TarEntry::Type::kOther:
        ++builder_.stats().skipped_links;
        return {};
    }
    return Fail(Code::kInternal, "archive: an unknown type of entry");
  }

  Status TakeFile(const TarEntry& entry, const std::string& path) {
    ACD_TRY(const auto file, builder_.MakeFile(path, entry.mode, entry.size));
    for (;;) {
      ACD_TRY(const std::span<const std::uint8_t> block, tar_.NextBlock());
      if (block.empty()) return {};
      ACD_CHECK(builder_.Write(file, path, block));
    }
  }

  Gunzip gunzip_;
  TarReader tar_;
  Builder& builder_;
};

}  // namespace acd::archive
