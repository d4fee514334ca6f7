#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::render {

/// Whether Argo CD takes a value file for a glob.
bool HasGlob(std::string_view path);

/// The regular files that match a glob, real paths, in lexical order of their names in the
/// repository. `pattern`: relative to `base`, or absolute = from `root`. Folders that are symlinks
/// are not entered. Errors: kInvalidInput (bad pattern; a match leaves the repository),
/// kLimitExceeded, those of `budget`.
Result<std::vector<std::string>> ExpandGlob(const std::string& root, const std::string& base,
                                            std::string_view pattern, const exec::Budget& budget);

}  // namespace acd::render
