#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::keys {

/// Seconds since 1970; what file times are compared with.
using Clock = std::function<std::int64_t()>;
std::int64_t SystemSeconds();

/// What tells one state of a file or folder from another without reading it.
struct Fingerprint {
  dev_t device = 0;
  ino_t inode = 0;
  mode_t mode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  ///< ctime: no program can set it back

  bool operator==(const Fingerprint&) const = default;

  /// Whether an equal fingerprint proves equal content. A file that changed in the last two seconds
  /// may change once more within one tick of the file system's clock and look the same.
  bool IsSettled(std::int64_t now_seconds) const;
};

/// nullopt: nothing has that name, which is no error: every use of a key looks at all places where
/// one may be. Error: kIo, the system's words in Go's form, "open PATH: permission denied".
/// Symbolic links are followed.
Result<std::optional<Fingerprint>> FingerprintOf(const std::string& path);

struct FileState {
  SecretBytes content;
  Fingerprint fingerprint;
  bool trusted = false;  ///< as long as the fingerprint stays the same, so does the content
};

/// Reads a file whole. Never blocks on what is not a regular file, unless `may_be_pipe`: then a
/// pipe is read to its end, waiting some seconds for its writer. Errors: kNotFound, kIo,
/// kInvalidInput (no regular file), kLimitExceeded.
Result<FileState> ReadWatched(const std::string& path, std::size_t max_bytes, bool may_be_pipe,
                              const Clock& clock);

}  // namespace acd::keys
