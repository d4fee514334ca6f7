#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// A path into a document: names of map members and indices of list elements.
using TreePath = std::vector<std::variant<std::string, std::int64_t>>;

/// Parses sops's `--extract` syntax, `["a"]['b'][0]`. A name cannot hold a bracket. Empty text is
/// the empty path. Error: kInvalidInput "error parsing --extract path: ..." (sops exits with 91).
Result<TreePath> ParseTreePath(std::string_view text);

/// The node a path leads to, inside `document`; comments in a list count as elements, as in sops.
/// Errors: kInvalidInput, kNotFound "error truncating tree: ..."; never a value.
Result<Node*> Truncate(Node& document, const TreePath& path);

}  // namespace acd::sops
