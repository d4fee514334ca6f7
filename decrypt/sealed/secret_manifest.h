#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/sealed/certificate.h"
#include "decrypt/sealed/scope.h"
#include "decrypt/sops/tree.h"

namespace acd::sealed {

struct SealOptions {
  Scope scope = Scope::kStrict;
  /// For Secrets that name no namespace; one that names another keeps its own.
  std::string default_namespace = {};
};

/// Turns Secret manifests into SealedSecrets: each value of `data` and `stringData` sealed, type
/// and metadata in the template. Documents without content are left out.
///
/// What could hold a value in clear is not taken along: comments, kubectl's last-applied
/// annotation, and what the API server adds to metadata. All or nothing; `documents` are borrowed.
/// Errors: kInvalidInput naming document and field, never a value (not a Secret, no name, a value
/// that is still encrypted, nothing to seal); those of Certificate::Seal.
/// Spec: sealed-secrets pkg/apis/sealedsecrets/v1alpha1, NewSealedSecret.
Result<std::vector<sops::Node>> SealManifests(const std::vector<sops::Node>& documents,
                                              const Certificate& certificate,
                                              const SealOptions& options);

}  // namespace acd::sealed
