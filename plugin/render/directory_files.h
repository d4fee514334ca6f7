#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/glob.h"

namespace acd::render {

/// Which files of a plain directory count.
struct FileSelection {
  bool recurse = false;
  bool any_name = false;        ///< files of other names count too, as YAML
  std::optional<Glob> include;  ///< against the path relative to the application's folder
  std::optional<Glob> exclude;  ///< wins over include
};

/// A manifest file: where it is (relative to the application's folder, for messages and matching)
/// and where it really is, symlinks followed.
struct ManifestFile {
  enum class Type { kYaml, kJson, kJsonnet };
  std::string relative;
  std::string path;
  Type type;  ///< by the name's ending, also where that is a symlink's
};

/// The .yaml, .yml, .json and .jsonnet files of a folder, in the lexical order of Argo CD's walk.
/// Folders that are symlinks are not entered; a dangling symlink is skipped. Errors: kInvalidInput
/// (a symlink that leaves `root`), kIo.
Result<std::vector<ManifestFile>> FindManifestFiles(const std::string& root,
                                                    const std::string& app_dir,
                                                    const FileSelection& selection,
                                                    const exec::Budget& budget);

}  // namespace acd::render
