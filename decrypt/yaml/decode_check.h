#pragma once

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/yaml/graph.h"

namespace acd::yaml {

/// Whether go-yaml v3 could decode a document into a Go map with string keys: sops does so with the
/// first document of a file before it reads it, only to have it refused.
/// Errors: kInvalidInput with go-yaml's words and the line (`mapping key "b" already defined at
/// line 1`, `cannot unmarshal !!seq into map[string]interface {}`, a core tag that the text does
/// not suit, a merge of what is no map, ...); kLimitExceeded ("document contains excessive
/// aliasing"). A key is named if it is a short word; no other text of the input is.
Status CheckDecodesToMap(const GraphNode& root, const Limits& limits);

}  // namespace acd::yaml
