#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::render {

/// Whether Argo CD takes a value file for a glob.
bool HasGlob(std::string_view path);

struct GlobMatch {
  std::string name;  ///< from the repository's root, links as they are named
  std::string path;  ///< absolute and real
};

/// The regular files that match a glob, in the order in which Argo CD finds them: folder by folder,
/// a folder's own files before those below it. `pattern`: relative to `base`, or absolute = from
/// `root`. Errors: kInvalidInput (bad pattern; a match leaves the repository), kLimitExceeded,
/// those of `budget`. Spec: bmatcuk/doublestar FilepathGlob.
Result<std::vector<GlobMatch>> ExpandGlob(const std::string& root, const std::string& base,
                                          std::string_view pattern, const exec::Budget& budget);

}  // namespace acd::render
