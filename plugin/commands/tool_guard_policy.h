#pragma once

#include <functional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::commands {

using Words = std::vector<std::string>;

/// Whether a path, symlinks followed, lies where the request's files are.
using IsInside = std::function<bool(const std::string& path)>;

/// The arguments for the real git: those of exactly the calls that kustomize makes to fetch a base
/// (init, remote add, fetch, checkout, submodule), with what comes from the repository kept apart
/// from the options. A ref or an address that begins with `-` is refused, as is an address that is
/// not remote. `args`: without argv[0]. Error: kInvalidInput saying what was refused.
/// Source: kustomize api/internal/git/cloner.go; Argo CD util/kustomize/gitwrapper.go.
Result<Words> GuardGit(const Words& args);

/// The same for helm: `template` and `pull` as kustomize's chart inflation calls them. What comes
/// from a kustomization can't become an option, such as --post-renderer as a release's name. The
/// chart, its symlinks and the value files must be `inside`, repositories https, http or oci.
/// --debug is dropped: kustomize would put the rendered templates into its error.
/// Source: kustomize HelmChartInflationGenerator.go; Argo CD util/kustomize/helmwrapper.go.
Result<Words> GuardHelm(const Words& args, const IsInside& inside);

/// Whether helm is asked for its version, which kustomize does for each chart, and wants a 3.
bool AsksVersion(const Words& args);

}  // namespace acd::commands
