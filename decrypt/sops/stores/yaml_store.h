#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decrypt/base/content.h"
#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/stores/store.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Reads every document of a YAML stream as sops does: each a map, `sops` still in it.
/// Comments stand in the tree where sops puts them, aliases are expanded, `<<` stays a plain key.
/// An empty input has no documents.
/// Errors: kInvalidInput with sops's own words and the line, never with a snippet of the input;
/// kLimitExceeded ("document contains excessive aliasing", "exceeded max depth of N"). Not a key
/// that is no string: Entry::key_type says so, and DecryptTree minds it, as in sops.
/// Spec: sops stores/yaml/store.go over go-yaml v3.
/// `kept`: as for ReadStore.
Result<std::vector<Node>> ReadYaml(const Content& content, const Limits& limits,
                                   SecretBytes* kept = nullptr);

/// Prints documents as `sops -d` does, byte for byte, except where that would lose data.
/// `options.indent`: 2 to 9 as given, other positive numbers count as 2, negative as 4, as in sops.
/// Errors: kInvalidInput (a top level that is no map, an Unwalkable scalar, a comment that is not
/// UTF-8).
Result<SecretBytes> WriteYaml(const std::vector<Node>& documents, const WriteOptions& options);

}  // namespace acd::sops
