#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/preview/value.h"

namespace acd::preview {

/// What the cluster knows an object by. Two manifests with the same identity are one object.
struct Identity {
  std::string group;  ///< of apiVersion; empty for the core
  std::string kind;
  std::string namespace_;  ///< empty: cluster-scoped
  std::string name;

  auto operator<=>(const Identity& other) const = default;
  bool operator==(const Identity& other) const = default;
  /// `Deployment.apps shop/web`, for people.
  std::string Label() const;
};

/// A scalar that is something else to YAML 1.1 than it looks like.
struct Surprise {
  std::string field;
  std::string what;  ///< "`yes` is the boolean true"; never a number's digits
};

/// One object of the rendered output.
struct Object {
  Identity identity;
  std::string version;         ///< of apiVersion, "v1"
  bool has_namespace = false;  ///< its manifest names one
  Value value;
  std::vector<Surprise> surprises;
};

/// Of one object, with the namespace that it names.
Identity IdentityOf(const Value& object);

/// Whether the kind is one of Kubernetes' own that live outside of namespaces.
bool IsClusterScoped(std::string_view group, std::string_view kind);

/// Reads rendered manifests, one document each, checked by the guard before. Lists give their
/// items, as in Argo CD. `default_namespace`: what an object that names none gets, unless its kind
/// is known to be cluster-scoped. Errors: kInvalidInput, kLimitExceeded; they name the document's
/// number.
Result<std::vector<Object>> ReadObjects(std::span<const std::string> manifests,
                                        std::string_view default_namespace);

}  // namespace acd::preview
