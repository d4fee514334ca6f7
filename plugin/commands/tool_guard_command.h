#pragma once

#include <span>

namespace acd::commands {

/// This program as `git` or `helm`, the names by which kustomize finds it on its PATH: checks the
/// call, then becomes the real tool, with the PATH that the tool needs and, for helm, folders of
/// our own for plugins and settings. No key, no broker's address and no variable that kustomize was
/// told to set reaches the tool. What is refused is an exit status of 1 and a line on stderr.
///
/// Where things are comes from kustomize's environment, which the server made:
/// ARGOCD_DECRYPT_GUARD_GIT, _HELM (the real programs), _PATH, _HELM_HOME, _TREE and _TMP (folders
/// in which charts and value files may lie), _PULL (`allowed` or not).
int RunToolGuard(std::span<char*> argv);

}  // namespace acd::commands
