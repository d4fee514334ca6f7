#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "plugin/archive/entry_path.h"
#include "plugin/archive/name_builder.h"
#include "plugin/discovery/name_tree.h"

namespace acd::discovery::testing {

/// A repository for a test: "a/b" is a file, "a/b/" a folder, {"a/b", "../c"} a symlink.
class TreeOfNames {
 public:
  struct Name {
    Name(const char* file) : path(file) {}
    Name(std::string file) : path(std::move(file)) {}
    Name(std::string link, std::string leads_to)
        : path(std::move(link)), target(std::move(leads_to)) {}
    std::string path;
    std::string target;
  };

  TreeOfNames(std::initializer_list<Name> names) {
    for (const Name& name : names) Add(name);
    root_ = builder_.Take();
  }

  NameTree Tree() const { return NameTree(*root_); }

 private:
  void Add(const Name& name) {
    const std::string path = *archive::EntryPath(name.path);
    if (!name.target.empty()) {
      builder_.MakeSymlink(path, name.target).value();
    } else if (name.path.ends_with('/')) {
      builder_.MakeFolder(path, 0700).value();
    } else {
      builder_.MakeFile(path, 0600, 0).value();
    }
  }

  archive::UnpackOptions options_;
  archive::NameBuilder builder_{options_};
  std::unique_ptr<archive::NamedEntry> root_;
};

}  // namespace acd::discovery::testing
