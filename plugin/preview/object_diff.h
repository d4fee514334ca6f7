#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "plugin/preview/objects.h"
#include "plugin/preview/unified.h"

namespace acd::preview {

/// An object on both sides of a comparison; one of the two may be null. Borrowed.
struct ObjectPair {
  const Object* before = nullptr;
  const Object* after = nullptr;

  const Object& either() const { return after == nullptr ? *before : *after; }
};

/// Matches objects by group, kind, namespace and name; of duplicates the last counts, as in the
/// cluster. What is left over is matched by its name without the suffix that kustomize's generators
/// give, if that is unique. Sorted by identity.
std::vector<ObjectPair> MatchObjects(std::span<const Object> before, std::span<const Object> after);

/// How objects are shown: masked or as they are.
struct Presentation {
  std::function<Value(const Object&)> value;
  std::function<std::string(std::string_view)> name;  ///< for a text with names in it
};

/// A pair that differs, ready to be printed.
struct ObjectDifference {
  enum class Kind { kAdded, kRemoved, kChanged } kind = Kind::kChanged;
  std::string label;  ///< `Deployment.apps shop/web`; as it is afterwards, if it still is
  std::string text;   ///< header and hunks in the unified format
  std::size_t lines_added = 0;
  std::size_t lines_removed = 0;
};

/// The pairs that differ as they are shown, keys sorted, so that neither their order nor the
/// formatting of a manifest makes a difference.
std::vector<ObjectDifference> CompareObjects(std::span<const ObjectPair> pairs,
                                             const Presentation& presentation,
                                             const UnifiedOptions& options);

}  // namespace acd::preview
