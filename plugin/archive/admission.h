#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/archive/unpack.h"

namespace acd::archive {

/// The rules and limits on a repository's entries, whatever becomes of them. For each entry Admit,
/// then for a file AdmitFile. Errors: kInvalidInput, kLimitExceeded.
class Admission {
 public:
  /// `options` is borrowed.
  explicit Admission(const UnpackOptions& options) : options_(options) {}

  /// Counts an entry and gives its clean path; nothing for one that is left out.
  Result<std::optional<std::string>> Admit(const std::string& name, const std::string& link);
  /// Counts a file whose size is announced; its bytes are counted when they are there.
  Status AdmitFile(std::uint64_t size);

  /// What was admitted so far.
  UnpackStats& stats() { return stats_; }

 private:
  const UnpackOptions& options_;
  UnpackStats stats_;
};

}  // namespace acd::archive
