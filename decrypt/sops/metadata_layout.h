#pragma once

#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/sops/stores/store.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Takes the metadata out of the documents, from where the format keeps it, as one nested map:
/// the map `sops` of the first document (the others lose theirs, unread), in INI with flat names
/// in it; in dotenv the members of the first document whose names begin with `sops_`, flat too.
/// Errors: kInvalidInput in sops's words: no metadata, not a map, twice; those of Unflatten.
/// Spec: sops stores/metadata.go ExtractMetadata.
Result<Node> TakeMetadataMap(std::vector<Node>& documents, Format format, const Limits& limits);

/// Whether there is anything where the format keeps its metadata.
bool HasMetadataEntry(const Node& document, Format format);

/// Whether what is there belongs to an encrypted document, and not to something else of that name
/// such as a chart's settings: it has a MAC, a modification time or a wrapped key.
bool LooksEncrypted(const Node& document, Format format);

}  // namespace acd::sops
