#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/exec/command_runner.h"

namespace acd::render {

/// The container images of a kustomization, as they come out of `kustomize build`, sorted, each
/// once: those that may be given back as the parameter `images` without changing anything.
///
/// Read from the files, not by a build: a build needs every key, every remote base and time. So
/// nullopt when the files do not tell: a remote or unreadable resource, a transformer,
/// replacements, a chart, an encrypted image. Left out are images without tag and digest, which
/// `kustomize edit set image` does not take, and those of one name and several tags, which it would
/// make the same. `root`, `app_dir`: absolute and real. Threads: safe to call concurrently.
std::optional<std::vector<std::string>> FindImages(const std::string& root,
                                                   const std::string& app_dir,
                                                   const exec::Budget& budget);

}  // namespace acd::render
