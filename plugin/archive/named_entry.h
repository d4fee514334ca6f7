#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace acd::archive {

/// A folder, file or symlink of a repository of which there is nothing but its name.
struct NamedEntry {
  enum class Kind { kFolder, kFile, kSymlink };
  /// Ordered, not hashed: the names are an attacker's choice.
  using Children = std::map<std::string, std::unique_ptr<NamedEntry>, std::less<>>;

  Kind kind = Kind::kFolder;
  const NamedEntry* parent = nullptr;  ///< the folder it is in; null: the root
  std::string target;                  ///< of a symlink, as LinkTarget stores it
  Children children;                   ///< of a folder
};

}  // namespace acd::archive
