#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {

/// The names of a kustomization, in the order in which Argo CD looks for them. kustomize wants
/// exactly one of them in a folder.
inline constexpr std::array<const char*, 3> kKustomizationNames = {
    "kustomization.yaml", "kustomization.yml", "Kustomization"};

/// Whether the last component of `path` is one of them.
bool IsKustomizationName(const std::string& path);

/// Whether a folder holds a kustomization.
bool HasKustomization(const std::string& dir);

/// The kustomizations of a folder: real paths inside of `root`, none when there is no such file.
/// Error: kInvalidInput "leaves the repository" (a symlink).
Result<std::vector<std::string>> KustomizationsIn(const std::string& root, const std::string& dir);

/// Whether kustomize takes `entry` for a file on a web server, before it looks for a local one.
bool IsWebFile(const std::string& entry);
/// Whether kustomize takes `entry` for a git repository, before it looks for a local folder.
bool IsGitRepository(const std::string& entry);

/// Where `entry`, written in a kustomization in `dir` (real, inside of `root`), is, as kustomize
/// finds it: `..` is resolved in the text, then symlinks are followed. nullopt: nothing is there,
/// or it is remote. Safe without kustomize's own load restrictions, too. Errors, which begin with
/// `field`: kInvalidInput (an absolute path; it leaves the repository; a remote reference that runs
/// a program or reads local files). Spec: kustomize FileLoader.Load, FileLoader.New.
Result<std::optional<workspace::Located>> LocateEntry(const std::string& root,
                                                      const std::string& dir,
                                                      const std::string& entry,
                                                      const std::string& field);

}  // namespace acd::render
