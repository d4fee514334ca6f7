#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/archive/admission.h"
#include "plugin/archive/tree_writer.h"
#include "plugin/archive/unpack.h"

namespace acd::archive {

/// Makes a repository's files below an empty folder, by the rules and within the limits that hold
/// wherever the files come from. For each entry Admit, then one of the others with the path that it
/// gave. Errors: kInvalidInput, kLimitExceeded, kIo.
class TreeBuilder {
 public:
  /// `root_fd` and `options` are borrowed.
  TreeBuilder(int root_fd, const UnpackOptions& options)
      : options_(options), admission_(options), writer_(root_fd, options.folder_mode) {}

  /// Counts an entry and gives its clean path; nothing for one that is left out.
  Result<std::optional<std::string>> Admit(const std::string& name, const std::string& link) {
    return admission_.Admit(name, link);
  }

  Status MakeFolder(const std::string& path, mode_t mode);
  Status MakeSymlink(const std::string& path, const std::string& target);
  /// `size`: announced; what is written must not be more.
  Result<UniqueFd> MakeFile(const std::string& path, mode_t mode, std::uint64_t size);
  Status Write(const UniqueFd& file, const std::string& path, std::span<const std::uint8_t> block);

  /// What was made so far.
  UnpackStats& stats() { return admission_.stats(); }

 private:
  const UnpackOptions& options_;
  Admission admission_;
  TreeWriter writer_;
};

}  // namespace acd::archive
