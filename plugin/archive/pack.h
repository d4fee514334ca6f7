#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::archive {

struct PackOptions {
  /// Glob patterns against the path relative to the root; a match prunes a folder.
  std::vector<std::string> exclude = {};
  /// 0 (stored) to 9. An archive travels over a local socket at most: time counts, not size.
  int gzip_level = 1;
};

/// Packs a folder as Argo CD's client does: lexical order, folders, regular files and symlinks,
/// PAX where USTAR does not suffice, gzip. `sink` gets the bytes in order; its error ends the work.
Status Pack(const std::string& root, const PackOptions& options,
            const std::function<Status(std::span<const std::uint8_t>)>& sink);

}  // namespace acd::archive
