#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::render {

/// A kustomization with more patches at the end of its list, as Argo CD adds those of an
/// Application. `patches`: JSON or YAML each, of path, patch, target and options. The result is one
/// line of YAML that says the same as the first document of `kustomization`. Errors (kInvalidInput,
/// naming patch and field): not such a patch; `patches` of the kustomization is no list.
/// Spec: Argo CD util/kustomize Build, v1alpha1.KustomizePatch.
Result<SecretBytes> AddPatches(const SecretBytes& kustomization,
                               const std::vector<std::string>& patches);

}  // namespace acd::render
