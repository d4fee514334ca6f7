#pragma once

#include <string>
#include <utility>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/base/unique_fd.h"

namespace acd::render {

/// Plaintext in an anonymous, sealed file in memory, for a tool that wants a path. Move-only; gone
/// when the last descriptor is. Close-on-exec: only a child that is handed `fd()` can read it.
class MemoryFile {
 public:
  /// Error: kIo.
  static Result<MemoryFile> Create(const SecretBytes& content);

  int fd() const { return fd_.get(); }
  /// What the child opens, under the same number.
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd()); }

 private:
  explicit MemoryFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace acd::render
