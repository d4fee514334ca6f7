#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/ksops/file_opener.h"

namespace acd::ksops {

/// Evaluates a KRM ResourceList: each object in `items` is a generator, `functionConfig` is kept
/// and not looked at (kustomize passes the generator in both places). Returns the ResourceList with
/// `items` replaced by what the generators yield, sorted by apiVersion, kind, namespace and name.
/// Errors: not a ResourceList; those of ParseGenerator and Generate. Spec: KRM functions
/// specification; KSOPS 4.5 krm().
Result<SecretBytes> RunResourceList(std::span<const std::uint8_t> input, FileOpener& opener);

/// The documents of what generators yield, as one YAML stream in the order of RunResourceList.
Result<SecretBytes> SortDocuments(const std::vector<SecretBytes>& parts);

/// The ResourceList that reports a failure: no items, one result of severity error.
SecretBytes ErrorResourceList(const Error& error);

}  // namespace acd::ksops
