#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::archive {

/// Is shown a folder's content. Paths are relative to the folder, which itself is ".".
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;
  virtual Status Folder(const std::string& path, const struct stat& info) = 0;
  virtual Status File(const std::string& path, const struct stat& info) = 0;
  /// The next piece of the file just shown; in all `info.st_size` bytes.
  virtual Status Content(const std::string& path, std::span<const std::uint8_t> bytes) = 0;
  virtual Status Link(const std::string& path, const struct stat& info,
                      const std::string& target) = 0;
};

/// Shows all that is in a folder as Argo CD's client packs it: lexical order, a folder before what
/// is in it, symlinks not followed; neither devices nor FIFOs.
/// `exclude`: glob patterns against the path; a match prunes a folder.
/// Errors: kIo (also for a file that becomes shorter while it is read), and whatever the visitor
/// returns.
Status WalkTree(const std::string& root, const std::vector<std::string>& exclude,
                TreeVisitor& visitor);

}  // namespace acd::archive
