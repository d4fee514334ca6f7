#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/kustomization_charts.h"

namespace acd::render {

/// What a walk found out about an application's kustomizations.
struct KustomizationGraph {
  bool runs_ksops = false;
  bool uses_charts = false;
  bool is_remote = false;  ///< something may have to be fetched
  std::vector<RemoteChart> remote_charts;
  std::vector<std::string> ksops_files;  ///< what its generators name: absolute, not resolved
  std::size_t files = 0;  ///< local files that kustomize will read, kustomizations included
};

/// Follows local references from the application's folder as kustomize will, decrypts in place each
/// encrypted file that it will read, charts and their values included, and refuses each program
/// that it would run, except ksops. What KSOPS generators name stays encrypted: ksops asks the
/// broker for it. Remote references are left to kustomize. Errors: kInvalidInput (a path that
/// leaves the repository, a program), kLimitExceeded; those of decryption. Each names the file.
Result<KustomizationGraph> PrepareKustomization(Context& context);

}  // namespace acd::render
