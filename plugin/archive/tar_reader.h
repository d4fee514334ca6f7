#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/archive/gunzip.h"

namespace acd::archive {

/// One tar entry. Names are the bytes of the archive, whatever their encoding.
struct TarEntry {
  enum class Type { kFile, kFolder, kSymlink, kOther };
  Type type = Type::kOther;
  std::string name;
  std::string link;  ///< a symlink's target
  mode_t mode = 0;   ///< permission bits, without setuid, setgid and sticky
  std::uint64_t size = 0;
};

/// libarchive's tar reader (ustar, PAX, GNU), with its leniency taken away: what it only warns of
/// is an error here, headers are bounded, sparse files are refused. Holds a CLocale while it lives.
class TarReader {
 public:
  /// `gunzip` is borrowed.
  explicit TarReader(Gunzip& gunzip);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  /// The next entry, past what is left of the one before; nothing at the end of the archive.
  Result<std::optional<TarEntry>> NextEntry();
  /// The next piece of the current entry's content, borrowed until the next call; empty at its end.
  Result<std::span<const std::uint8_t>> NextBlock();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace acd::archive
