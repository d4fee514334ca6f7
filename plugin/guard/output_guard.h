#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::guard {

struct GuardOptions {
  bool allow_empty = false;  ///< the Application's `allowEmpty`
  std::size_t max_documents = 100'000;
};

/// A stream of rendered YAML or JSON with the name of where it came from, for messages.
struct Stream {
  std::string_view text;
  std::string_view origin;  ///< "helm template", "kustomize build", or a file's path
};

/// Splits rendered output into documents and refuses what must not reach a cluster: leftover
/// ciphertext (any `ENC[AES256_GCM,` scalar, base64-decoded Secret data too), a leftover top-level
/// `sops` map, no document at all, an object without apiVersion or kind, Secret `data` that is not
/// base64 or `stringData` that is not all strings. Reads as YAML 1.1, as Argo CD does.
/// Returns each document's own text, of JSON as JsonForYaml spells it; empty, comment-only and null
/// documents are dropped.
/// Errors: kInvalidInput naming kind, name and field (or the document's index), never a value.
Result<std::vector<std::string>> CheckManifests(std::span<const Stream> streams,
                                                const GuardOptions& options);

}  // namespace acd::guard
