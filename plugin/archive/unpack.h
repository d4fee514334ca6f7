#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "decrypt/base/result.h"

namespace acd::archive {

/// Compressed bytes as they arrive. An empty span is the end of the stream.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes, borrowed until the next call.
  virtual Result<std::span<const std::uint8_t>> Next() = 0;
};

/// Bounds on an archive; each has its own error text that names the setting.
struct ArchiveLimits {
  std::uint64_t max_compressed_bytes = 512ULL << 20U;
  std::uint64_t max_bytes = 2ULL << 30U;  ///< unpacked file contents
  std::uint64_t max_entries = 200'000;
  std::uint64_t max_ratio = 200;  ///< unpacked : compressed, judged above 1 MiB unpacked
  std::size_t max_path_bytes = 4096;
};

struct UnpackOptions {
  bool preserve_file_mode = false;  ///< else the modes that follow
  mode_t file_mode = 0600;
  mode_t folder_mode = 0700;
  bool skip_git = true;  ///< leave `.git` out: no renderer reads it
  ArchiveLimits limits;
};

struct UnpackStats {
  std::uint64_t entries = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t skipped_links = 0;
};

/// Unpacks a gzip-compressed tar below an empty folder, while it is received; nothing but the
/// files themselves is written. Path and link rules are those of Argo CD 3.5.7's
/// util/io/files/tar.go (cmp-protocol.md 1.6): names stay inside, no entry is written through a
/// symlink, hard links, devices and FIFOs are ignored.
/// `root_fd`: an open folder, borrowed. Stops reading at the end of the tar: the caller drains the
/// rest. On error some files may have been written; the caller removes the folder.
/// Errors: kInvalidInput (not a gzip tar, a name or link that leaves), kLimitExceeded, kIo, and
/// whatever the source returns.
Result<UnpackStats> Unpack(ByteSource& source, int root_fd, const UnpackOptions& options);

}  // namespace acd::archive
