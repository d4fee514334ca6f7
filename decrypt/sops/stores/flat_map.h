#pragma once

#include <string_view>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Makes a tree of members with flat names: `__map_` stands before the key of a map, `__list_`
/// before the index in a list, so that `age__list_0__map_enc` is `enc` of the first of `age`.
/// Comments are dropped, maps come out sorted, values are moved as they are.
/// Errors: kInvalidInput "Error while unflattening ...: Duplicate value", "Type mismatch" (a value
/// and something below it, a map and a list), "Incomplete list" (indices are not 0 to n-1);
/// kLimitExceeded (nodes, nesting). Spec: sops stores/flatten.go, unflattenTreeBranch.
Result<Node> Unflatten(Node::Map flat, const Limits& limits);

}  // namespace acd::sops
