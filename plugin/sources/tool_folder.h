#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "decrypt/base/result.h"

namespace acd::sources {

/// A folder of its own for one use of a tool: its home, its caches, and the files with credentials
/// that it reads. In the request's folder, so on tmpfs; mode 0700; removed on destruction, not only
/// with the request. Move-only.
class ToolFolder {
 public:
  /// Below `run_dir`. Errors: kIo.
  static Result<ToolFolder> Make(const std::string& run_dir);
  ToolFolder(ToolFolder&& other) noexcept;
  ToolFolder& operator=(ToolFolder&& other) noexcept;
  ToolFolder(const ToolFolder&) = delete;
  ToolFolder& operator=(const ToolFolder&) = delete;
  ~ToolFolder();

  const std::string& path() const { return path_; }
  /// HOME, TMPDIR and XDG_* inside of it.
  std::map<std::string, std::string> Environment() const;
  /// Writes a file, mode 0600; its path. Errors: kIo.
  Result<std::string> Put(const std::string& name, std::span<const std::uint8_t> content) const;
  Result<std::string> MakeFolder(const std::string& name) const;

 private:
  explicit ToolFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace acd::sources
