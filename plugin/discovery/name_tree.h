#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/archive/named_entry.h"

namespace acd::discovery {

/// Answers about a repository's files as the system would if it lay on disk, from names alone.
/// Nothing outside of the root is ever found. Threads: safe to use concurrently.
class NameTree {
 public:
  using Entry = archive::NamedEntry;

  /// What a path leads to.
  struct Place {
    const Entry* entry = nullptr;  ///< not a symlink, when these are followed
    int links = 0;                 ///< symlinks followed on the way
  };

  /// `root` is borrowed.
  explicit NameTree(const Entry& root) : root_(root) {}

  /// stat(2) and lstat(2) of a path from the root; empty: the root. Nothing if it is not there.
  std::optional<Place> Stat(std::string_view path) const;
  std::optional<Place> Lstat(std::string_view path) const;

  /// Goes on from a place to where it leads if it is a symlink. Along one path the system follows
  /// 40 of them.
  static std::optional<Place> Follow(Place place);

  /// The path of an application without symlinks and "..", as Argo CD determines it (SecureJoin): a
  /// path that would leave stops at the root, one that is not there stays as it is. Empty: the
  /// root. Nothing for one that no system would look up.
  std::optional<std::string> Locate(std::string_view path) const;

 private:
  const Entry& root_;
};

}  // namespace acd::discovery
