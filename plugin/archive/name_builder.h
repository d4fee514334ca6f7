#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "plugin/archive/admission.h"
#include "plugin/archive/named_entry.h"
#include "plugin/archive/unpack.h"

namespace acd::archive {

/// TreeBuilder's functions, rules and errors for a tree of names: nothing is written, and a file's
/// content only counted. What memory such a tree takes has a limit: folders that no entry names
/// count as entries, and names and links together are at most 64 MiB.
class NameBuilder {
 public:
  /// Stands for the open file.
  struct Unwritten {};

  /// `options` is borrowed.
  explicit NameBuilder(const UnpackOptions& options);

  Result<std::optional<std::string>> Admit(const std::string& name, const std::string& link) {
    return admission_.Admit(name, link);
  }

  Status MakeFolder(const std::string& path, mode_t mode);
  Status MakeSymlink(const std::string& path, const std::string& target);
  Result<Unwritten> MakeFile(const std::string& path, mode_t mode, std::uint64_t size);
  Status Write(Unwritten file, const std::string& path, std::span<const std::uint8_t> block);

  UnpackStats& stats() { return admission_.stats(); }

  /// The root. Ends the building.
  std::unique_ptr<NamedEntry> Take() { return std::move(root_); }

 private:
  /// Makes an entry in the folder above, which is made too; if something is there, gives that.
  Result<NamedEntry*> Make(std::string_view path, NamedEntry::Kind kind);
  Result<NamedEntry*> Parent(std::string_view path);
  Result<NamedEntry*> Child(NamedEntry& folder, std::string_view name, NamedEntry::Kind kind,
                            std::string_view path);
  Status TakeRoom(std::size_t bytes);

  const UnpackOptions& options_;
  Admission admission_;
  std::unique_ptr<NamedEntry> root_;
  // Entries come in lexical order, so the folder mostly is the one of the call before.
  std::string parent_path_;
  NamedEntry* parent_ = nullptr;
  std::uint64_t entries_ = 0;
  std::size_t name_bytes_ = 0;
};

}  // namespace acd::archive
