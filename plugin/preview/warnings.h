#pragma once

#include <span>
#include <string>
#include <vector>

#include "plugin/preview/object_diff.h"
#include "plugin/preview/objects.h"

namespace acd::preview {

/// Something that a cluster or Argo CD makes of an object and that its manifest does not show.
struct Warning {
  std::string object;  ///< its label; empty: about all of them
  std::string text;    ///< names no value; keys and names are the object's own

  auto operator<=>(const Warning& other) const = default;
  bool operator==(const Warning& other) const = default;
};

struct CheckOptions {
  std::string kube_version;  ///< "1.34.0"
  std::string default_namespace;
};

/// What one render shows: duplicates, namespaces, hooks, types by YAML 1.1, API versions that the
/// version of Kubernetes has no more, and so on. Each once, in the order of the objects.
std::vector<Warning> CheckObjects(std::span<const Object> objects, const CheckOptions& options);

/// What a change comes to: immutable fields, pruned objects, moves to another namespace.
std::vector<Warning> CheckChanges(std::span<const ObjectPair> pairs);

}  // namespace acd::preview
