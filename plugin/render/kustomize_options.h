#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::render {

/// What options of `kustomize build` ask for.
struct BuildOptions {
  std::vector<std::string> args;  ///< in a canonical form; never --enable-helm or those of plugins
  bool enable_helm = false;
  bool load_anywhere = false;   ///< --load-restrictor LoadRestrictionsNone
  bool enable_plugins = false;  ///< --enable-alpha-plugins, which lets charts be inflated, too
};

/// Reads build options, split at blanks as Argo CD splits them, by an allow-list: nothing that runs
/// a program of the author's choosing, reads or writes elsewhere, or opens the network. `source`:
/// where they are from, for messages. Error: kInvalidInput naming the option and why it is refused.
/// Spec: kustomize 5.7 commands/build, Argo CD util/kustomize parseKustomizeBuildOptions.
Result<BuildOptions> ReadBuildOptions(std::string_view text, const std::string& source);

/// `--helm-kube-version` and `--helm-api-versions` for what a cluster is, as Argo CD gives them.
/// A long list of API versions takes fewer arguments: helm splits each at commas.
std::vector<std::string> ClusterArguments(const std::string& kube_version,
                                          const std::vector<std::string>& api_versions);

}  // namespace acd::render
